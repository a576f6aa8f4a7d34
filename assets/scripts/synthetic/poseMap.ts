import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type Matrix4, TransformDirection, TransformPoint } from "../../../src/math/matrix4.js";
import { type QuaternionTuple } from "../../../src/math/quaternion.js";
import { type Vector3Tuple } from "../../../src/math/vector3.js";
import { GaussianNormal } from "./canonicalMaps.js";
import { BlendedMatrix, JointMatrices } from "./jointMatrices.js";

/** Offset and normal of the front, then of the back. */
export const PoseChannels = 12;

/**
 * What a lite network sees of a pose: posed minus canonical points, and posed normals, each the mean of a block of texels.
 *
 * @param asset the person; its Gaussians are in the order of the texels
 * @param texels v·2W + u
 * @param mapSize W
 * @param size side of the pose map, S
 * @param pose local rotations by joint; the root's is left out
 * @returns [12,S,S]
 */
export function MakePoseMap(
    asset: IAvatarAsset,
    texels: Uint32Array,
    mapSize: number,
    size: number,
    pose: ReadonlyMap<number, QuaternionTuple>,
): Float32Array {
    const { gaussians } = asset;
    const matrices: readonly Matrix4[] = JointMatrices(asset, new Map([...pose].filter(([joint]) => joint !== 0)));
    const values = new Float32Array(PoseChannels * size * size);
    const counts = new Float32Array(2 * size * size);
    const block = mapSize / size;
    texels.forEach((texel, index) => {
        const u = texel % (2 * mapSize);
        const side = u < mapSize ? 0 : 1;
        const pixel = Math.floor(Math.floor(texel / (2 * mapSize)) / block) * size + Math.floor((u % mapSize) / block);
        const matrix = BlendedMatrix(gaussians, index, matrices);
        const point = [...gaussians.positions.subarray(index * 3, index * 3 + 3)] as unknown as Vector3Tuple;
        const posed = TransformPoint(matrix, point);
        const normal = TransformDirection(matrix, GaussianNormal(gaussians.rotations, index));
        for (let axis = 0; axis < 3; axis++) {
            values[((side * 2 + 0) * 3 + axis) * size * size + pixel]! += posed[axis]! - point[axis]!;
            values[((side * 2 + 1) * 3 + axis) * size * size + pixel]! += normal[axis]!;
        }
        counts[side * size * size + pixel]!++;
    });
    return values.map((value, at) => {
        const side = Math.floor(at / ((PoseChannels / 2) * size * size));
        return value / Math.max(1, counts[side * size * size + (at % (size * size))]!);
    });
}
