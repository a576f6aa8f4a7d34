import { AvatarError } from "../../diagnostics/avatarError.js";

/** Failure codes of the baker. */
export type AvatarBakeErrorCode =
    | "invalid-gltf"
    | "too-large"
    | "unsupported-extension"
    | "no-skin"
    | "no-triangles"
    | "invalid-values"
    | "texture-failed"
    | "no-clip"
    | "invalid-options";

/** A character that cannot be baked into an avatar. */
export class AvatarBakeError extends AvatarError<AvatarBakeErrorCode> {}
