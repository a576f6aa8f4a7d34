import { AvatarError } from "../../diagnostics/avatarError.js";

/** Why a motion file was refused. */
export type MotionFileErrorCode =
    | "not-npz"
    | "truncated"
    | "too-large"
    | "pickled-array"
    | "unsupported-type"
    | "missing-array"
    | "duplicate-joint"
    | "hand-model-missing"
    | "wrong-shape"
    | "non-finite";

/** A motion file that cannot be used. The message names the array, what was found and the remedy. */
export class MotionFileError extends AvatarError<MotionFileErrorCode> {}
