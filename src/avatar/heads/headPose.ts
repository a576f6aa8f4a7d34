import { HeadPoseSize, type IHeadPoseRange } from "../../format/headModel.js";
import { FromAxesPacked } from "../../math/packedAxes.js";
import { ToRotationVectorPacked } from "../../math/packedRotation.js";

const Inverse = new Float64Array(9);
const Turn = new Float64Array(9);
const Quaternion = new Float64Array(4);

/**
 * The pose that the networks of a head are given: how the head is turned against its rest, within what the training has seen.
 * Where the head is does not count: its joint moves it. Makes no objects.
 *
 * @param world [12] rows of avatar → world, as `PipelineInstance.worldMatrix`
 * @param skin holds rows of canonical space → world
 * @param at where those of the head's joint begin
 * @param range poses of the training
 * @param out [6] receives the pose
 */
export function ReadHeadPose(
    world: ArrayLike<number>,
    skin: ArrayLike<number>,
    at: number,
    { rest, least, greatest }: IHeadPoseRange,
    out: Float64Array,
): void {
    out.set(rest);
    if (!InvertLinear(world, Inverse)) {
        return;
    }
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
            let sum = 0;
            for (let k = 0; k < 3; k++) {
                sum += Inverse[row * 3 + k]! * skin[at + k * 4 + column]!;
            }
            Turn[row * 3 + column] = sum;
        }
    }
    FromAxesPacked(
        Turn[0]!,
        Turn[3]!,
        Turn[6]!,
        Turn[1]!,
        Turn[4]!,
        Turn[7]!,
        Turn[2]!,
        Turn[5]!,
        Turn[8]!,
        Quaternion,
        0,
    );
    ToRotationVectorPacked(Quaternion, 0, Turn, 0);
    for (let i = 0; i < HeadPoseSize; i++) {
        const value = rest[i]! + (i < 3 ? Turn[i]! : 0);
        out[i] = Number.isFinite(value) ? Math.min(greatest[i]!, Math.max(least[i]!, value)) : rest[i]!;
    }
}

/** The inverse of the linear part of rows of 3×4; false when there is none. */
function InvertLinear(m: ArrayLike<number>, out: Float64Array): boolean {
    for (let row = 0; row < 3; row++) {
        const [b, c] = [(row + 1) % 3, (row + 2) % 3];
        for (let column = 0; column < 3; column++) {
            const [d, e] = [(column + 1) % 3, (column + 2) % 3];
            // Cofactors, transposed.
            out[column * 3 + row] = m[b * 4 + d]! * m[c * 4 + e]! - m[b * 4 + e]! * m[c * 4 + d]!;
        }
    }
    const determinant = m[0]! * out[0]! + m[1]! * out[3]! + m[2]! * out[6]!;
    for (let i = 0; i < 9; i++) {
        out[i]! /= determinant;
    }
    return Math.abs(determinant) > 1e-30;
}
