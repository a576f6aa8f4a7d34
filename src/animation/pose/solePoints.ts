import { SmplxJointNames } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    MultiplyQuaternion,
    RotateVector3,
    ShortestRotation,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";

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

/** Soles that are pitched by more than this at rest, as on pointed toes, are pose, not build: 25°. */
const MostPitch = 0.44;

/**
 * Lays soles flat: people and shoes are often modelled with their heels a little off the ground.
 *
 * @param corrections [55] rotations that bring rest segments into the canonical T-pose, their feet turned ahead only
 * @param points [2,3,3] measured points of the soles
 * @returns [55] the same, with the feet pitched so that heel and ball are at one height
 */
export function LevelSoles(corrections: readonly QuaternionTuple[], points: ArrayLike<number>): QuaternionTuple[] {
    const levelled = [...corrections];
    for (const side of [0, 1] as const) {
        const [ankle, toe] = [Ankles[side], Toes[side]];
        const turn = corrections[ankle]!;
        const heel = PointAt(points, side * SoleStride);
        const sole = RotateVector3(turn, SubtractVector3(PointAt(points, side * SoleStride + 3), heel));
        const isFlat = Math.abs(Math.atan2(sole[1], Math.hypot(sole[0], sole[2]))) <= MostPitch;
        const level = isFlat ? ShortestRotation(sole, [sole[0], 0, sole[2]]) : IdentityQuaternion;
        levelled[ankle] = MultiplyQuaternion(level, turn);
        levelled[toe] = MultiplyQuaternion(level, corrections[toe]!);
    }
    return levelled;
}

/**
 * How low the soles are below the joints of feet that stand flat.
 *
 * @param positions [55] joints at rest
 * @param points [2,3,3] points of the soles
 * @param corrections [55] rotations that bring the feet from rest to standing flat
 * @returns [2,2] sole relative to ankle and toe joint, left then right
 */
export function SoleHeights(
    positions: readonly Vector3Tuple[],
    points: ArrayLike<number>,
    corrections: readonly QuaternionTuple[],
): Float64Array {
    const heights = new Float64Array(4);
    for (const side of [0, 1] as const) {
        const at = side * SoleStride;
        const turn = corrections[Ankles[side]]!;
        const toe = SubtractVector3(positions[Toes[side]]!, positions[Ankles[side]]!);
        heights[side * 2] = RotateVector3(turn, PointAt(points, at))[1];
        heights[side * 2 + 1] = RotateVector3(turn, SubtractVector3(PointAt(points, at + 3), toe))[1];
    }
    return heights;
}

function PointAt(points: ArrayLike<number>, at: number): Vector3Tuple {
    return [points[at]!, points[at + 1]!, points[at + 2]!];
}
