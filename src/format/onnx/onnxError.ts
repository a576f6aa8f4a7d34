import { AvatarError } from "../../diagnostics/avatarError.js";

/** `damaged-network`: not a readable ONNX file. `unsupported-network`: ONNX, with something that avatars do not use. */
export type OnnxErrorCode = "damaged-network" | "unsupported-network";

/** An ONNX file that cannot be used. The message names the tensor or node, what was found and the remedy. */
export class OnnxError extends AvatarError<OnnxErrorCode> {}
