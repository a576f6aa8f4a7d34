import { AvatarError } from "../diagnostics/avatarError.js";

/** Everything that can be wrong with an avatar file, as stable codes; `docs/format.md` describes each. */
export const AvatarFormatErrorCodes = [
    "not-glb",
    "truncated",
    "invalid-json",
    "invalid-gltf",
    "unsupported-extension",
    "unsupported-version",
    "invalid-extension",
    "too-large",
    "unsafe-uri",
    "missing-buffer",
    "no-avatar",
    "missing-attribute",
    "invalid-accessor",
    "out-of-range",
    "invalid-sparse",
    "non-finite",
    "invalid-rotation",
    "invalid-scale",
    "invalid-opacity",
    "invalid-weights",
    "invalid-joint-index",
    "invalid-skin",
    "invalid-skeleton",
    "duplicate-name",
    "invalid-morph-target",
    "invalid-animation",
    "invalid-map-model",
    "invalid-head",
    "invalid-network",
] as const;

/** Code of a problem that makes an avatar file unusable. */
export type AvatarFormatErrorCode = (typeof AvatarFormatErrorCodes)[number];

/** Things a reader leaves out or approximates; the avatar is still whole without them. */
export const AvatarFormatWarningCodes = [
    "ignored-attribute",
    "ignored-channel",
    "ignored-transform",
    "approximated-interpolation",
    "ignored-tier",
] as const;

/** Code of a problem that leaves an avatar file usable. */
export type AvatarFormatWarningCode = (typeof AvatarFormatWarningCodes)[number];

/** One problem found in a file. */
export interface IValidationIssue {
    /** Stable identifier of the kind of problem. */
    readonly code: AvatarFormatErrorCode | AvatarFormatWarningCode;
    /** `error`: the file is refused. `warning`: something in it is left out or approximated. */
    readonly severity: "error" | "warning";
    /** Where: a JSON pointer into the glTF document, for example `/accessors/3/count`; empty for the file as a whole. */
    readonly path: string;
    /** What was found and how to mend it. */
    readonly message: string;
}

/** An avatar file that cannot be used. The message names the file, the field, what was found and the remedy. */
export class AvatarFormatError extends AvatarError<AvatarFormatErrorCode> {
    /** JSON pointer of the field at fault; empty for the file as a whole. */
    public readonly path: string;

    /**
     * @param code stable identifier of the problem
     * @param path JSON pointer of the field at fault
     * @param message what was found and the remedy
     * @param fileName name of the file for the message; empty when it has none
     */
    public constructor(code: AvatarFormatErrorCode, path: string, message: string, fileName = "") {
        super(code, [fileName, path, message].filter((part) => part !== "").join(": "));
        this.path = path;
    }
}
