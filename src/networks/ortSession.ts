import { type InferenceSession } from "onnxruntime-web/webgpu";
import { type OrtContext } from "./ortContext.js";
import { WatchDeviceAsync } from "./watchDevice.js";

/** What is less than an error concerns who makes a network, not who shows the avatar. */
const ErrorsOnly = 3;

/**
 * Compiles a graph with ONNX Runtime. Its outputs stay on the graphics device when that computes.
 *
 * @param context module and device
 * @param bytes the ONNX file; left as it is
 * @returns the session, to be released in the module's queue
 */
export async function CreateOrtSessionAsync(context: OrtContext, bytes: Uint8Array): Promise<InferenceSession> {
    const { device, module } = context;
    const { InferenceSession: Session } = module.ort;
    const graph = await ToRunnableAsync(device, bytes);
    return await context.queueAsync(async () => {
        if (!device) {
            // A worker takes the memory away from who gives it, with all else that is in the same buffer.
            const given = module.isInWorker ? graph.slice() : graph;
            return await Session.create(given, { executionProviders: ["wasm"], logSeverityLevel: ErrorsOnly });
        }
        return await WatchDeviceAsync(
            device,
            async () =>
                await Session.create(graph, {
                    // The device has to be an option of the session: ONNX Runtime 1.30 overlooks the one of the environment.
                    // Shapes are fixed, so that buffers of exactly the same sizes are needed again and again.
                    executionProviders: [{ name: "webgpu", device, storageBufferCacheMode: "simple" }],
                    preferredOutputLocation: "gpu-buffer",
                    logSeverityLevel: ErrorsOnly,
                }),
            async (session) => await session.release(),
        );
    });
}

/** Devices without halves, and the processor, which has few kernels for them, get the same graph in float32. */
async function ToRunnableAsync(device: GPUDevice | null, bytes: Uint8Array): Promise<Uint8Array> {
    const { AdaptOnnx } = await import(/* webpackChunkName: "networks-onnx" */ "../format/onnx/adaptOnnx.js");
    const hasHalves = device?.features.has("shader-f16") ?? false;
    return AdaptOnnx(bytes, { hasHalves, isWebGpu: device !== null });
}
