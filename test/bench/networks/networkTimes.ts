import { performance } from "node:perf_hooks";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { NetworkRuntime, type NetworkProvider } from "../../../src/networks/networkRuntime.js";
import { type NetworkSession } from "../../../src/networks/networkSession.js";
import {
    ElementCount,
    TensorOfBuffer,
    TensorOfData,
    type INetworkTensor,
} from "../../../src/networks/networkTensor.js";

/** What one pose takes. */
export interface INetworkTime {
    /** Which networks. */
    readonly networks: string;
    /** What computed them. */
    readonly provider: NetworkProvider;
    /** Milliseconds from the first run to the last result, fastest of several poses. */
    readonly milliseconds: number;
    /** Billions of operations a second. */
    readonly gflops: number;
    /** Milliseconds to load them. */
    readonly loading: number;
}

/** Networks to time. */
export interface ITimedNetworks {
    /** What they are called. */
    readonly title: string;
    /** In the order in which they run, with their bytes. */
    readonly networks: readonly IAvatarNetwork[];
    /** Billions of operations of a pose. */
    readonly gflop: number;
}

/**
 * Times networks.
 *
 * @param device where; null for the processor
 * @param provider what computes
 * @param timed which
 * @param poses how often
 */
export async function TimeNetworksAsync(
    device: GPUDevice | null,
    provider: NetworkProvider,
    timed: ITimedNetworks,
    poses: number,
): Promise<INetworkTime> {
    const runtime = await NetworkRuntime.CreateAsync({ device, provider });
    const start = performance.now();
    const sessions: NetworkSession[] = [];
    for (const network of timed.networks) {
        sessions.push(await runtime.createSessionAsync(network, network.bytes!));
    }
    const loading = performance.now() - start;
    let milliseconds = Infinity;
    for (let pose = 0; pose < poses; pose++) {
        milliseconds = Math.min(milliseconds, await TimePoseAsync(sessions, provider === "webgpu" ? device : null));
    }
    runtime.dispose();
    return { networks: timed.title, provider, milliseconds, gflops: timed.gflop / (milliseconds / 1000), loading };
}

async function TimePoseAsync(sessions: readonly NetworkSession[], device: GPUDevice | null): Promise<number> {
    const tensors = new Map<string, INetworkTensor>();
    const made = new Set(sessions.flatMap(({ network }) => network.outputs.map(({ name }) => name)));
    const buffers: GPUBuffer[] = [];
    for (const { name, shape } of sessions.flatMap(({ network }) => network.inputs)) {
        if (!made.has(name) && !tensors.has(name)) {
            // Whatever stands in a picture of random numbers: no network is faster for zeros.
            const data = new Float32Array(ElementCount(shape)).map((_, i) => Math.sin(i));
            tensors.set(
                name,
                device ? TensorOfBuffer(Upload(device, data, buffers), shape) : TensorOfData(data, shape),
            );
        }
    }
    await device?.queue.onSubmittedWorkDone();
    const start = performance.now();
    for (const session of sessions) {
        (await session.runAsync(tensors)).forEach((tensor, name) => tensors.set(name, tensor));
    }
    await device?.queue.onSubmittedWorkDone();
    const milliseconds = performance.now() - start;
    tensors.forEach((tensor) => {
        tensor.dispose();
    });
    buffers.forEach((buffer) => {
        buffer.destroy();
    });
    return milliseconds;
}

function Upload(device: GPUDevice, data: Float32Array<ArrayBuffer>, buffers: GPUBuffer[]): GPUBuffer {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ label: "bench input", size: data.byteLength, usage });
    device.queue.writeBuffer(buffer, 0, data);
    buffers.push(buffer);
    return buffer;
}
