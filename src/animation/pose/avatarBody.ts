import { type QuaternionTuple } from "../../math/quaternion.js";
import { type Vector3Tuple } from "../../math/vector3.js";

/** What retargeting and foot planting need to know of the body they move. SMPL-X order, avatar space, metres. */
export interface IAvatarBody {
    /** [55,3] joints at rest; joints that the avatar lacks are put where the generic skeleton has them, in proportion. */
    readonly restPositions: Float64Array;
    /** [55] index of the joint in the avatar's own list of joints, -1 where the avatar lacks it. */
    readonly jointIndices: Int16Array;
    /** Rest position of the joint that the pelvis hangs on: zero unless the avatar has an additional root. */
    readonly origin: Vector3Tuple;
    /** [55] K: rotation that brings the rest segment into the canonical T-pose; identity for a perfect T-pose. */
    readonly corrections: readonly QuaternionTuple[];
    /** Length of a straight leg from hip joint to ankle joint, mean of both sides; 0 when the avatar has no legs. */
    readonly legLength: number;
    /**
     * [2,2] the sole of a foot that stands flat, as its height relative to the ankle joint and to the toe joint: ≤ 0.
     * Left ankle, left toe, right ankle, right toe.
     */
    readonly soles: Float64Array;
    /**
     * [2,3,3] points of the sole at rest, left foot then right: heel and ball relative to the ankle joint, tip of the toes
     * relative to the toe joint; see `MeasureSoles`.
     */
    readonly solePoints: Float64Array;
}
