import { type Matrix, At, Multiply, Transpose } from "./matrix.js";

/**
 * Σ = R·diag(s²)·Rᵀ with the polynomial of the published rasteriser, which does not normalise the quaternion.
 *
 * @param quaternion x y z w
 * @param scales standard deviations
 */
export function CovarianceOf(quaternion: readonly number[], scales: readonly number[]): Matrix {
    const [x = 0, y = 0, z = 0, w = 0] = quaternion;
    const rotation = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ];
    const scaled = rotation.map((row) => row.map((value, column) => value * (scales[column] ?? NaN)));
    return Multiply(scaled, Transpose(scaled));
}

/** The upper triangle xx xy xz yy yz zz. */
export function UpperTriangle(a: Matrix): readonly number[] {
    return [At(a, 0, 0), At(a, 0, 1), At(a, 0, 2), At(a, 1, 1), At(a, 1, 2), At(a, 2, 2)];
}

/** The matrix of an upper triangle xx xy xz yy yz zz. */
export function FromUpperTriangle(values: readonly number[]): Matrix {
    const [xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0] = values;
    return [
        [xx, xy, xz],
        [xy, yy, yz],
        [xz, yz, zz],
    ];
}
