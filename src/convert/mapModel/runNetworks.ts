import { type IAvatarNetwork } from "../../format/mapModel.js";
import { NetworkProgram } from "../../networks/networkProgram.js";
import { type NetworkRuntime } from "../../networks/networkRuntime.js";
import { type INetworkTensor, TensorOfBuffer, TensorOfData } from "../../networks/networkTensor.js";
import { ReadTensorAsync } from "../../networks/readTensor.js";

/** Numbers and dimensions of what goes in. */
export interface INetworkInput {
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** The numbers, row-major. */
    readonly data: Float32Array;
}

/** How far a run is, and how it is called off. */
export interface INetworkRunOptions {
    /** Told the share that is done, 0..1. */
    readonly onProgress: (share: number) => void;
    /** Stops the work; the promise rejects with the signal's reason. */
    readonly signal: AbortSignal | null;
}

/** Share of the work that making a network ready takes: it is run once on zeros. */
const LoadingShare = 0.5;

/**
 * Runs one network once.
 *
 * @param runtime what computes; borrowed
 * @param slices of the network, in the order in which they run, with their bytes
 * @param output the tensor that is wanted
 * @param inputs by name
 * @param options progress and signal
 * @returns the numbers of the output, row-major
 * @throws NetworkError when it cannot run
 */
export async function RunNetworkAsync(
    runtime: NetworkRuntime,
    slices: readonly IAvatarNetwork[],
    output: string,
    inputs: ReadonlyMap<string, INetworkInput>,
    { onProgress, signal }: INetworkRunOptions,
): Promise<Float32Array> {
    const buffers: GPUBuffer[] = [];
    const program = await NetworkProgram.CreateAsync(
        runtime,
        slices,
        async ({ bytes }) => await Promise.resolve(bytes!),
        {
            outputs: [output],
            onProgress: (share) => {
                onProgress(LoadingShare * share);
            },
            ...(signal ? { signal } : {}),
        },
    );
    try {
        const tensors = new Map<string, INetworkTensor>();
        for (const [name, { data, shape }] of inputs) {
            tensors.set(
                name,
                runtime.device ? Upload(runtime.device, data, shape, buffers) : TensorOfData(data, shape),
            );
        }
        const run = program.begin(tensors);
        for (let done = 0; !run.isDone; done++) {
            onProgress(LoadingShare + ((1 - LoadingShare) * done) / slices.length);
            signal?.throwIfAborted();
            // Slices run one after the other.
            // eslint-disable-next-line no-await-in-loop
            await run.stepAsync();
        }
        signal?.throwIfAborted();
        // A copy, since the memory of results goes with the program.
        return (await ReadTensorAsync(runtime.device, run.outputs.get(output)!)).slice();
    } finally {
        program.dispose();
        buffers.forEach((buffer) => {
            buffer.destroy();
        });
    }
}

function Upload(device: GPUDevice, data: Float32Array, shape: readonly number[], buffers: GPUBuffer[]): INetworkTensor {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ label: "network input", size: data.byteLength, usage });
    buffers.push(buffer);
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    return TensorOfBuffer(buffer, shape);
}
