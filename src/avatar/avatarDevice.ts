import { type AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { AvatarDeviceError } from "../gpu/avatarDeviceError.js";

/**
 * The GPU device that a Babylon engine renders with. This is the only place that reaches for it: Babylon keeps the
 * device internal, and offers no public way to encode compute work of one's own.
 *
 * @param engine any Babylon engine
 * @returns the engine and its device
 * @throws AvatarDeviceError `webgpu-unavailable` when the engine is not a WebGPU engine
 */
export function GetAvatarDevice(engine: AbstractEngine): { engine: WebGPUEngine; device: GPUDevice } {
    const webgpu = engine as WebGPUEngine & { readonly _device: GPUDevice | undefined };
    // `_device` is internal to Babylon; it has been stable since WebGPU support began (checked with 9.34).
    if (!engine.isWebGPU || !webgpu._device) {
        throw new AvatarDeviceError(
            "webgpu-unavailable",
            `Gaussian avatars need WebGPU, but this scene renders with ${engine.description || engine.getClassName()}. ` +
                `Create the engine with CreateAvatarEngineAsync(canvas), in a browser with WebGPU and on a secure page (https or localhost).`,
        );
    }
    return { engine: webgpu, device: webgpu._device };
}
