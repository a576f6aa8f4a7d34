import { AvatarError } from "../../diagnostics/avatarError.js";

/**
 * `missing-weight`: a tensor of the checkpoint is not there; `wrong-shape`: it does not fit the others; `not-finite`: it holds
 * NaN or infinity; `invalid-option`: what was asked for cannot be built.
 */
export type NetworkBuildErrorCode = "missing-weight" | "wrong-shape" | "not-finite" | "invalid-option";

/** Weights or options that make no network. The message names the tensor, its shape, and the shape that was expected. */
export class NetworkBuildError extends AvatarError<NetworkBuildErrorCode> {}
