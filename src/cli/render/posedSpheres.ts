import { type IGaussianCloud } from "../../format/avatarAsset.js";

/** Floats of one sphere: middle xyz and radius. */
export const SphereFloats = 4;

/** Splats are cut off where their alpha falls below a step of 8 bits. */
const VisibleAlpha = 1 / 255;

/** Floats of a skin matrix: three rows of four. */
export const SkinMatrixFloats = 12;

/**
 * Spheres around what can be seen of each Gaussian in a pose. Expressions are left out: they move a face by millimetres.
 *
 * @param cloud the Gaussians in canonical space
 * @param skinMatrices [J,12] row-major 3x4 matrices, canonical space → world
 * @returns [≤ N,4] middle and radius, metres, world space; Gaussians too faint to be seen are left out
 */
export function PosedSpheres(cloud: IGaussianCloud, skinMatrices: Float32Array): Float32Array {
    const spheres = new Float32Array(cloud.count * SphereFloats);
    const { positions, scales, opacities } = cloud;
    const matrix = new Float64Array(SkinMatrixFloats);
    let end = 0;
    for (let i = 0; i < cloud.count; i++) {
        const sigmas = Math.sqrt(2 * Math.log(Math.max(1, opacities[i]! / VisibleAlpha)));
        if (sigmas === 0) {
            continue;
        }
        BlendMatrices(cloud, i, skinMatrices, matrix);
        for (let row = 0; row < 3; row++) {
            const m = row * 4;
            spheres[end + row] =
                matrix[m]! * positions[i * 3]! +
                matrix[m + 1]! * positions[i * 3 + 1]! +
                matrix[m + 2]! * positions[i * 3 + 2]! +
                matrix[m + 3]!;
        }
        spheres[end + 3] = sigmas * Math.max(scales[i * 3]!, scales[i * 3 + 1]!, scales[i * 3 + 2]!);
        end += SphereFloats;
    }
    return spheres.subarray(0, end);
}

/** Linear blend skinning: the weighted sum of the matrices of the Gaussian's joints. */
function BlendMatrices(cloud: IGaussianCloud, gaussian: number, matrices: Float32Array, result: Float64Array): void {
    result.fill(0);
    for (let influence = gaussian * 4; influence < gaussian * 4 + 4; influence++) {
        const weight = cloud.jointWeights[influence]!;
        const joint = cloud.jointIndices[influence]! * SkinMatrixFloats;
        for (let i = 0; i < SkinMatrixFloats && weight > 0; i++) {
            result[i]! += weight * matrices[joint + i]!;
        }
    }
}
