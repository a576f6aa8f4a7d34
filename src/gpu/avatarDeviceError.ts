import { AvatarError } from "../diagnostics/avatarError.js";

/**
 * Why the graphics device cannot serve an avatar:
 * - `"webgpu-unavailable"`: there is no WebGPU device at all;
 * - `"device-limit"`: a buffer would exceed what the device allows;
 * - `"scene-disposed"`: the scene went while an avatar was being loaded into it.
 */
export type AvatarDeviceErrorCode = "webgpu-unavailable" | "device-limit" | "scene-disposed";

/** The graphics device is missing or too small. The message says what was needed, what is there, and the remedy. */
export class AvatarDeviceError extends AvatarError<AvatarDeviceErrorCode> {}
