import { AvatarError } from "../../diagnostics/avatarError.js";

/**
 * Why a checkpoint was refused:
 * - `"not-checkpoint"`: not a file of `torch.save`, or one that holds something else than tensors;
 * - `"legacy-format"`: written before PyTorch 1.6, in a format that is not a zip archive;
 * - `"truncated"`: cut off or damaged;
 * - `"too-large"`: says that it holds more than any checkpoint does;
 * - `"pickled-code"`: asks for a Python object that could run code;
 * - `"unsupported-type"`: numbers or packing that are not read;
 * - `"missing-tensor"`: a tensor is not there;
 * - `"wrong-project"`: the checkpoint of something else.
 */
export type CheckpointErrorCode =
    | "not-checkpoint"
    | "legacy-format"
    | "truncated"
    | "too-large"
    | "pickled-code"
    | "unsupported-type"
    | "missing-tensor"
    | "wrong-project";

/** A checkpoint that cannot be used. The message names the file, the tensor or the Python object, and the remedy. */
export class CheckpointError extends AvatarError<CheckpointErrorCode> {}
