import { AvatarError } from "../../diagnostics/avatarError.js";

/** Why a GPU could not be had in Node. */
export type HeadlessErrorCode = "webgpu-package-missing" | "webgpu-adapter-missing" | "software-driver-missing";

/** WebGPU in Node is not available; the message says which package or driver is missing and how to get it. */
export class HeadlessError extends AvatarError<HeadlessErrorCode> {}
