import { AvatarError } from "../diagnostics/avatarError.js";

/**
 * Why a subject cannot be converted:
 * - `"missing-files"`: what the conversion needs is not in the folder;
 * - `"damaged-file"`: a file is cut off, or is not what its name says;
 * - `"unsupported-file"`: a file is stored in a way that is not read;
 * - `"too-large"`: a file asks for more memory than any of its kind needs;
 * - `"wrong-shape"`: files of the subject and of the checkpoint do not fit each other;
 * - `"invalid-options"`: what was asked for makes no sense;
 * - `"wrong-result"`: the avatar does not do what the training does.
 */
export type ConvertErrorCode =
    | "missing-files"
    | "damaged-file"
    | "unsupported-file"
    | "too-large"
    | "wrong-shape"
    | "invalid-options"
    | "wrong-result";

/** A subject that cannot be converted. The message names the file, what was found and the remedy. */
export class ConvertError extends AvatarError<ConvertErrorCode> {}
