import * as ort from "onnxruntime-web/wasm";
import { type IAvatarNetwork } from "../../src/format/mapModel.js";

/** Numbers and dimensions. */
export interface ITestTensor {
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** The numbers, row-major. */
    readonly data: Float32Array;
}

/**
 * Runs networks one after the other on ONNX Runtime's wasm provider, each with the tensors that were given and those that
 * earlier ones made.
 *
 * @param networks with their bytes
 * @param inputs tensors by name
 * @returns all tensors by name, the given ones as well, and the milliseconds that the runs took
 */
export async function RunNetworksAsync(
    networks: readonly IAvatarNetwork[],
    inputs: Readonly<Record<string, ITestTensor>>,
): Promise<{ tensors: ReadonlyMap<string, ITestTensor>; milliseconds: number }> {
    ort.env.wasm.numThreads = 1;
    // Casts that a graph brings itself are said to be slow on every load.
    ort.env.logLevel = "error";
    const tensors = new Map(Object.entries(inputs));
    let milliseconds = 0;
    for (const network of networks) {
        milliseconds += await RunNetworkAsync(network, tensors);
    }
    return { tensors, milliseconds };
}

/** Runs one network; adds what comes out to the tensors. */
async function RunNetworkAsync(network: IAvatarNetwork, tensors: Map<string, ITestTensor>): Promise<number> {
    const session = await ort.InferenceSession.create(network.bytes!, { executionProviders: ["wasm"] });
    const feeds: Record<string, ort.Tensor> = {};
    for (const { name, shape } of network.inputs) {
        const tensor = tensors.get(name);
        if (tensor?.shape.join() !== shape.join()) {
            throw new Error(
                `${network.name}: ${name} has shape [${String(tensor?.shape)}] instead of [${String(shape)}].`,
            );
        }
        feeds[name] = new ort.Tensor("float32", tensor.data, tensor.shape);
    }
    const start = performance.now();
    const outputs = await session.run(feeds);
    const milliseconds = performance.now() - start;
    for (const { name, shape } of network.outputs) {
        const output = outputs[name]!;
        if (output.type !== "float32" || output.dims.join() !== shape.join()) {
            throw new Error(
                `${network.name}: ${name} is ${output.type} [${String(output.dims)}], not [${String(shape)}].`,
            );
        }
        tensors.set(name, { shape, data: output.data as Float32Array });
    }
    await session.release();
    return milliseconds;
}
