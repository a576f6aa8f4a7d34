import { type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { ComposeMatrix4, type Matrix4, MultiplyMatrix4 } from "../../../src/math/matrix4.js";
import { IdentityQuaternion, type QuaternionTuple } from "../../../src/math/quaternion.js";

/**
 * Skinning matrices of a pose: T-pose of the avatar → posed.
 *
 * @param asset the avatar
 * @param rotations local rotation of each joint, xyzw; the others are at rest
 */
export function JointMatrices(
    { joints, inverseBindMatrices }: IAvatarAsset,
    rotations: ReadonlyMap<number, QuaternionTuple>,
): Matrix4[] {
    const worlds: Matrix4[] = [];
    for (const [index, { parent, translation }] of joints.entries()) {
        const local = ComposeMatrix4(translation, rotations.get(index) ?? IdentityQuaternion, [1, 1, 1]);
        worlds.push(parent < 0 ? local : MultiplyMatrix4(worlds[parent]!, local));
    }
    return worlds.map((world, index) =>
        MultiplyMatrix4(world, Float64Array.from(inverseBindMatrices.subarray(index * 16, index * 16 + 16))),
    );
}

/**
 * The matrix that moves a Gaussian.
 *
 * @param gaussians the Gaussians
 * @param index which of them
 * @param matrices of the joints
 */
export function BlendedMatrix(gaussians: IGaussianCloud, index: number, matrices: readonly Matrix4[]): Matrix4 {
    const blended = new Float64Array(16);
    for (let k = index * 4; k < index * 4 + 4; k++) {
        const weight = gaussians.jointWeights[k]!;
        matrices[gaussians.jointIndices[k]!]!.forEach((value, entry) => (blended[entry]! += weight * value));
    }
    return blended;
}

/**
 * Poses of the avatar's first clip.
 *
 * @param asset the avatar
 * @param count how many, evenly spread
 * @returns local rotations by joint, for each
 */
export function ClipPoses({ animations }: IAvatarAsset, count: number): Map<number, QuaternionTuple>[] {
    const tracks = animations[0]!.tracks.filter(({ path }) => path === "rotation");
    return Array.from({ length: count }, (_, pose) => {
        const entries = tracks.map(({ joint, times, values }): [number, QuaternionTuple] => {
            const key = Math.floor((pose * times.length) / count);
            return [joint, [...values.subarray(key * 4, key * 4 + 4)] as unknown as QuaternionTuple];
        });
        return new Map(entries);
    });
}
