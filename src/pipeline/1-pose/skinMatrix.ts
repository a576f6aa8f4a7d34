/** Floats of one joint's skin matrix: a row-major 3x4 affine map, canonical space → world. */
export const SkinMatrixFloats = 12;

/**
 * Composes the skin matrix of one joint, `A = W · B`, with W the joint's world matrix and B its inverse bind matrix.
 * A may mirror (negative determinant): covariances are transformed by A Σ Aᵀ, which does not mind.
 *
 * @param world [16] joint space → world, column-major column-vector form (the memory of a Babylon matrix)
 * @param inverseBind [J,16] canonical space → joint space at rest, column-major as in glTF
 * @param joint which joint's inverse bind matrix to use
 * @param result receives 12 floats at `resultOffset`: rows of the upper 3x4
 * @param resultOffset index of the first float to write
 */
export function ComposeSkinMatrix(
    world: ArrayLike<number>,
    inverseBind: Float32Array,
    joint: number,
    result: Float32Array,
    resultOffset: number,
): void {
    const bind = joint * 16;
    for (let row = 0; row < 3; row++) {
        const w0 = world[row]!;
        const w1 = world[row + 4]!;
        const w2 = world[row + 8]!;
        const w3 = world[row + 12]!;
        for (let column = 0; column < 4; column++) {
            const b = bind + column * 4;
            // Affine matrices: the last row of B is 0 0 0 1.
            result[resultOffset + row * 4 + column] =
                w0 * inverseBind[b]! + w1 * inverseBind[b + 1]! + w2 * inverseBind[b + 2]! + (column === 3 ? w3 : 0);
        }
    }
}
