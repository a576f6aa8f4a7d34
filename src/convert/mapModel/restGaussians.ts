import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { type IInfluences } from "../../format/mapModel.js";
import { RotationOf } from "../../math/matrix4.js";
import { MultiplyQuaternion, NormalizeQuaternion, type QuaternionTuple } from "../../math/quaternion.js";
import { type IDecodedGaussians } from "./decodeMaps.js";

/** Joints of a Gaussian of the baked tier. */
const Slots = 4;

/** Standard deviations that splats of a file may have, metres: below, they are points; above, clouds. */
const Scales = { least: 1e-6, most: 10 } as const;

/**
 * Carries canonical Gaussians of a map model into the T-pose of the avatar.
 *
 * @param gaussians in the model's canonical pose
 * @param influences joints that move each
 * @param matrices [J,12] rows of 3×4 matrices, the model's canonical space → T-pose
 * @returns Gaussians for an avatar without networks: four joints each
 */
export function RestGaussians(
    gaussians: IDecodedGaussians,
    influences: IInfluences,
    matrices: Float32Array,
): IGaussianCloud {
    const count = gaussians.opacities.length;
    const cloud = {
        count,
        positions: new Float32Array(count * 3),
        rotations: new Float32Array(count * 4),
        scales: gaussians.scales.map((scale) => Math.min(Scales.most, Math.max(Scales.least, scale))),
        opacities: gaussians.opacities.map((opacity) => Math.min(1, Math.max(0, opacity))),
        colors: gaussians.colors,
        jointIndices: new Uint16Array(count * Slots),
        jointWeights: new Float32Array(count * Slots),
    };
    const blended = new Float64Array(16);
    for (let row = 0; row < count; row++) {
        BlendMatrices(influences, row, matrices, blended);
        for (let axis = 0; axis < 3; axis++) {
            let moved = blended[12 + axis]!;
            for (let k = 0; k < 3; k++) {
                moved += blended[k * 4 + axis]! * gaussians.positions[row * 3 + k]!;
            }
            cloud.positions[row * 3 + axis] = moved;
        }
        const own = [...gaussians.rotations.subarray(row * 4, row * 4 + 4)] as unknown as QuaternionTuple;
        cloud.rotations.set(NormalizeQuaternion(MultiplyQuaternion(RotationOf(blended), own)), row * 4);
        KeepLargest(influences, row, cloud);
    }
    return cloud;
}

/** Column-major 4×4 blend of the joints' matrices. */
function BlendMatrices(influences: IInfluences, row: number, matrices: Float32Array, result: Float64Array): void {
    const { count, joints, weights } = influences;
    result.fill(0);
    for (let at = row * count; at < (row + 1) * count; at++) {
        const from = joints[at]! * 12;
        for (let i = 0; i < 12; i++) {
            result[(i & 3) * 4 + (i >> 2)]! += weights[at]! * matrices[from + i]!;
        }
    }
}

/** Influences come by falling weight. */
function KeepLargest(
    { count, joints, weights }: IInfluences,
    row: number,
    cloud: { readonly jointIndices: Uint16Array; readonly jointWeights: Float32Array },
): void {
    const kept = Math.min(Slots, count);
    const sum = weights.subarray(row * count, row * count + kept).reduce((total, weight) => total + weight, 0);
    for (let k = 0; k < kept; k++) {
        cloud.jointIndices[row * Slots + k] = joints[row * count + k]!;
        cloud.jointWeights[row * Slots + k] = weights[row * count + k]! / sum;
    }
}
