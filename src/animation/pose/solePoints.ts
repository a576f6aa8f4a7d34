import { SmplxJointNames } from "../../format/bodyModel.js";
import { type Vector3Tuple } from "../../math/vector3.js";

/** Numbers of one foot in the packed sole points: heel, ball, tip, three each. */
export const SoleStride = 9;

/** Ankle to heel, straight back, as a share of ankle to toe joint. */
const HeelShare = 0.3;
/** Toe joint to tip of the toes, straight ahead, as a share of ankle to toe joint. */
const TipShare = 0.5;

const Ankles = [SmplxJointNames.indexOf("left_ankle"), SmplxJointNames.indexOf("right_ankle")] as const;
const Toes = [SmplxJointNames.indexOf("left_foot"), SmplxJointNames.indexOf("right_foot")] as const;

/**
 * Points of soles that were not measured: right below the joints, with heel and toes as long as usual.
 *
 * @param positions [55] joints at rest, feet flat on the ground
 * @param heights [2,2] sole relative to ankle and toe joint, left then right: ≤ 0
 * @returns [2,3,3] heel and ball relative to the ankle joint, tip of the toes relative to the toe joint
 */
export function DefaultSolePoints(positions: readonly Vector3Tuple[], heights: ArrayLike<number>): Float64Array {
    const points = new Float64Array(2 * SoleStride);
    for (const side of [0, 1] as const) {
        const [ax, ay, az] = positions[Ankles[side]]!;
        const [tx, ty, tz] = positions[Toes[side]]!;
        const length = Math.hypot(tx - ax, tz - az);
        const ankleHeight = heights[side * 2]!;
        const toeHeight = heights[side * 2 + 1]!;
        points.set([0, ankleHeight, -HeelShare * length], side * SoleStride);
        points.set([tx - ax, ty - ay + toeHeight, tz - az], side * SoleStride + 3);
        points.set([0, toeHeight, TipShare * length], side * SoleStride + 6);
    }
    return points;
}

/**
 * How low the soles are below the joints.
 *
 * @param positions [55] joints at rest
 * @param points [2,3,3] points of the soles
 * @returns [2,2] sole relative to ankle and toe joint, left then right
 */
export function SoleHeights(positions: readonly Vector3Tuple[], points: ArrayLike<number>): Float64Array {
    const heights = new Float64Array(4);
    for (const side of [0, 1] as const) {
        const at = side * SoleStride;
        heights[side * 2] = points[at + 1]!;
        heights[side * 2 + 1] = points[at + 4]! + positions[Ankles[side]]![1] - positions[Toes[side]]![1];
    }
    return heights;
}
