import { type QuaternionTuple } from "../../math/quaternion.js";

/** What retargeting and foot planting need to know of the body they move. SMPL-X order, avatar space, metres. */
export interface IAvatarBody {
    /** [55,3] joints at rest; joints that the avatar lacks are put where the generic skeleton has them, in proportion. */
    readonly restPositions: Float64Array;
    /** [55] 1 where the avatar has the joint. */
    readonly hasJoint: Uint8Array;
    /** [55] K: rotation that brings the rest segment into the canonical T-pose; identity for a perfect T-pose. */
    readonly corrections: readonly QuaternionTuple[];
    /** Hip joints above the ankle joints at rest, mean of both sides. */
    readonly legLength: number;
    /** [2,2] height of the sole's lowest point under the ankle and under the toe joint at rest, left then right: ≤ 0. */
    readonly soles: Float64Array;
}
