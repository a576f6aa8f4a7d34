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

/**
 * Runs one network once.
 *
 * @param runtime what computes; borrowed
 * @param slices of the network, in the order in which they run, with their bytes
 * @param output the tensor that is wanted
 * @param inputs by name
 * @param reportAsync told the share that is done, 0..1; may stop the work by throwing
 * @returns the numbers of the output, row-major
 * @throws NetworkError when it cannot run
 */
export async function RunNetworkAsync(
    runtime: NetworkRuntime,
    slices: readonly IAvatarNetwork[],
    output: string,
    inputs: ReadonlyMap<string, INetworkInput>,
    reportAsync: (share: number) => Promise<void>,
): Promise<Float32Array> {
    const buffers: GPUBuffer[] = [];
    const program = await NetworkProgram.CreateAsync(
        runtime,
        slices,
        async ({ bytes }) => await Promise.resolve(bytes!),
        { outputs: [output] },
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
            // Slices run one after the other.
            /* eslint-disable no-await-in-loop */
            await reportAsync(done / slices.length);
            await run.stepAsync();
            /* eslint-enable no-await-in-loop */
        }
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
