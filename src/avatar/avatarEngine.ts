import "@babylonjs/core/scene.js"; // ahead of the engine: their modules are mutually dependent, and load only in this order
import { WebGPUEngine, type WebGPUEngineOptions } from "@babylonjs/core/Engines/webgpuEngine.js";
import { AvatarDeviceError } from "../gpu/avatarDeviceError.js";

/** Used where present: half floats and subgroups speed up networks, timestamps feed the per-stage timings. */
const OptionalFeatures: readonly GPUFeatureName[] = ["shader-f16", "subgroups", "timestamp-query"];

/** Limits worth raising above WebGPU's defaults where the adapter can: they bound how many Gaussians fit in a scene. */
const RaisedLimits = ["maxStorageBufferBindingSize", "maxBufferSize"] as const;

/**
 * Creates a Babylon engine suited to avatars: WebGPU, with the adapter's largest storage buffers and the optional
 * features that make avatars faster. Any `WebGPUEngine` draws avatars; this one draws more of them.
 *
 * @param canvas the canvas to draw to
 * @param options Babylon's engine options; what is given here wins
 * @returns an initialised engine
 * @throws AvatarDeviceError `webgpu-unavailable` when the browser has no WebGPU or no suitable GPU
 *
 * @example
 * ```ts
 * const engine = await CreateAvatarEngineAsync(document.querySelector("canvas")!);
 * const scene = new Scene(engine);
 * ```
 */
export async function CreateAvatarEngineAsync(
    canvas: HTMLCanvasElement,
    options: WebGPUEngineOptions = {},
): Promise<WebGPUEngine> {
    const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
    // The same request as Babylon will make, so that the limits are those of the same adapter.
    const adapter = await gpu?.requestAdapter(options);
    if (!adapter) {
        throw new AvatarDeviceError(
            "webgpu-unavailable",
            gpu
                ? "Gaussian avatars need WebGPU, and this browser offers no graphics adapter for it. Update the browser and the graphics driver, or enable hardware acceleration."
                : "Gaussian avatars need WebGPU, which this browser does not offer on this page. Use a browser with WebGPU, and serve the page from https or localhost.",
        );
    }
    const requiredLimits: Record<string, number> = {};
    for (const limit of RaisedLimits) {
        requiredLimits[limit] = adapter.limits[limit];
    }
    const engine = new WebGPUEngine(canvas, {
        antialias: true,
        ...options,
        deviceDescriptor: {
            requiredFeatures: OptionalFeatures.filter((feature) => adapter.features.has(feature)),
            requiredLimits,
            ...options.deviceDescriptor,
        },
    });
    try {
        await engine.initAsync();
    } catch (error) {
        engine.dispose();
        throw new AvatarDeviceError(
            "webgpu-unavailable",
            `The graphics adapter gave no device: ${String(error)}. Leave out what options.deviceDescriptor asks for beyond the adapter, or update the graphics driver.`,
            { cause: error },
        );
    }
    return engine;
}
