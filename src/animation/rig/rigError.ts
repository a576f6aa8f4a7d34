import { AvatarError } from "../../diagnostics/avatarError.js";

/**
 * Failure codes of rig understanding: required joints without a node (`rig-joints-missing`), a list of nodes that is no
 * tree (`rig-cyclic`, `rig-invalid-parent`), an override or a profile that names nodes the rig does not have
 * (`rig-unknown-node`, `rig-ambiguous-node`), joints that do not exist (`rig-unknown-joint`), a stored
 * profile that is none (`rig-invalid-profile`).
 */
export type RigErrorCode =
    | "rig-joints-missing"
    | "rig-cyclic"
    | "rig-invalid-parent"
    | "rig-unknown-joint"
    | "rig-unknown-node"
    | "rig-ambiguous-node"
    | "rig-invalid-profile";

/** A rig that cannot be understood as a human body, or a description of one that cannot be used. */
export class RigError extends AvatarError<RigErrorCode> {}
