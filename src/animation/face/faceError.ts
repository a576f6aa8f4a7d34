import { AvatarError } from "../../diagnostics/avatarError.js";

/** Failure codes of faces. */
export type FaceErrorCode =
    | "invalid-options"
    | "face-file-invalid"
    | "face-unknown-shape"
    | "face-mapping-invalid"
    | "expression-space-invalid";

/** What cannot be done with a face, and how to mend it. */
export class FaceError extends AvatarError<FaceErrorCode> {}
