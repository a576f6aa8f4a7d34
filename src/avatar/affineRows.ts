import { type IAvatarAsset } from "../format/avatarAsset.js";
import { InvertAffineMatrix4, MultiplyMatrix4 } from "../math/matrix4.js";
import { SkinMatrixFloats } from "../pipeline/1-pose/skinMatrix.js";

/**
 * result = L · A. Allocates nothing.
 *
 * @param left [16] affine matrix L, column-major (the memory of a Babylon matrix)
 * @param right [J,12] row-major 3x4 matrices A
 * @param result receives [J,12]; may be `right`
 */
export function TransformSkinMatrices(left: ArrayLike<number>, right: Float32Array, result: Float32Array): void {
    for (let offset = 0; offset < right.length; offset += SkinMatrixFloats) {
        for (let column = 0; column < 4; column++) {
            const x = right[offset + column]!;
            const y = right[offset + 4 + column]!;
            const z = right[offset + 8 + column]!;
            const w = column === 3 ? 1 : 0;
            for (let row = 0; row < 3; row++) {
                result[offset + row * 4 + column] =
                    left[row]! * x + left[row + 4]! * y + left[row + 8]! * z + left[row + 12]! * w;
            }
        }
    }
}

/**
 * A = A · C in place, joint by joint: skin matrices of another canonical space. Allocates nothing.
 *
 * @param matrices [J,12] row-major 3x4 matrices A
 * @param changes [J,12] row-major 3x4 matrices C, the other canonical space → that of A
 */
export function RebindSkinMatrices(matrices: Float32Array, changes: Float32Array): void {
    for (let offset = 0; offset < matrices.length; offset += SkinMatrixFloats) {
        for (let row = offset; row < offset + SkinMatrixFloats; row += 4) {
            const x = matrices[row]!;
            const y = matrices[row + 1]!;
            const z = matrices[row + 2]!;
            const w = matrices[row + 3]!;
            for (let column = 0; column < 4; column++) {
                matrices[row + column] =
                    x * changes[offset + column]! +
                    y * changes[offset + 4 + column]! +
                    z * changes[offset + 8 + column]! +
                    (column === 3 ? w : 0);
            }
        }
    }
}

/**
 * Writes the upper rows of a matrix.
 *
 * @param matrix [16] affine, column-major (the memory of a Babylon matrix)
 * @param result receives 12 numbers: rows of the 3x4 matrix
 */
export function WriteRows(matrix: ArrayLike<number>, result: Float32Array): void {
    for (let i = 0; i < SkinMatrixFloats; i++) {
        result[i] = matrix[(i % 4) * 4 + Math.floor(i / 4)]!;
    }
}

/**
 * What leads from another canonical space of an avatar to its own, joint by joint: inverse(B) · B' with B the inverse bind matrices
 * of the asset.
 *
 * @param asset the avatar
 * @param inverseBindMatrices [J,16] B', the other space → joint space at rest, column-major
 * @returns [J,12] rows of 3×4 matrices; null when the spaces are one
 */
export function SpaceChanges(asset: IAvatarAsset, inverseBindMatrices: Float32Array): Float32Array | null {
    const changes = new Float32Array(asset.joints.length * 12);
    let isOne = true;
    for (let joint = 0; joint < asset.joints.length; joint++) {
        const own = Float64Array.from(asset.inverseBindMatrices.subarray(joint * 16, joint * 16 + 16));
        const other = Float64Array.from(inverseBindMatrices.subarray(joint * 16, joint * 16 + 16));
        isOne &&= own.every((value, i) => value === other[i]);
        // The format refuses bind matrices without an inverse.
        const change = MultiplyMatrix4(InvertAffineMatrix4(own)!, other);
        for (let row = 0; row < 3; row++) {
            for (let column = 0; column < 4; column++) {
                changes[joint * 12 + row * 4 + column] = change[column * 4 + row]!;
            }
        }
    }
    return isOne ? null : changes;
}
