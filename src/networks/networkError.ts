import { AvatarError } from "../diagnostics/avatarError.js";

/**
 * Why an avatar's networks cannot run:
 * - `"runtime-missing"`: ONNX Runtime is not installed, or could not be loaded;
 * - `"runtime-failed"`: ONNX Runtime gave up, in the middle of a run for example;
 * - `"damaged-network"`: not a network file, or one that is cut off or contradicts itself;
 * - `"unsupported-operator"`: a node asks for something that ONNX Runtime does not have;
 * - `"wrong-contract"`: inputs or outputs are not what the avatar says, or not what was given;
 * - `"non-finite"`: the network makes NaN or infinity;
 * - `"out-of-memory"`: the network or its tensors do not fit into memory or into the device's limits;
 * - `"too-slow"`: only the processor could run them, and they are not made for that;
 * - `"device-lost"`: the graphics device is gone;
 * - `"disposed"`: the network was disposed before.
 */
export type NetworkErrorCode =
    | "runtime-missing"
    | "runtime-failed"
    | "damaged-network"
    | "unsupported-operator"
    | "wrong-contract"
    | "non-finite"
    | "out-of-memory"
    | "too-slow"
    | "device-lost"
    | "disposed";

/** Networks of an avatar cannot run. The message names the network and, where there is one, the tensor or node at fault. */
export class NetworkError extends AvatarError<NetworkErrorCode> {}
