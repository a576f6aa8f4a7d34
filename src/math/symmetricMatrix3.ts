/**
 * Symmetric 3×3 matrices, stored as the six numbers of the upper triangle in reading order: xx xy xz yy yz zz.
 * A covariance of a Gaussian is one of them, in square metres.
 */
export const SymmetricMatrix3Length = 6;

/**
 * Writes the covariance R·diag(s²)·Rᵀ of a Gaussian.
 *
 * The quaternion is normalised first, so that rounding in a file does not change sizes; a zero quaternion counts as no
 * rotation.
 *
 * @param rotations flat quaternions xyzw
 * @param rotationOffset index of the quaternion's x
 * @param scales flat standard deviations along the rotated axes, metres
 * @param scaleOffset index of the first of the three
 * @param result receives xx xy xz yy yz zz, square metres
 * @param resultOffset index of xx
 */
export function WriteCovariance(
    rotations: ArrayLike<number>,
    rotationOffset: number,
    scales: ArrayLike<number>,
    scaleOffset: number,
    result: Float32Array | Float64Array,
    resultOffset: number,
): void {
    let x = rotations[rotationOffset] ?? 0;
    let y = rotations[rotationOffset + 1] ?? 0;
    let z = rotations[rotationOffset + 2] ?? 0;
    let w = rotations[rotationOffset + 3] ?? 0;
    const length = Math.hypot(x, y, z, w);
    if (length === 0) {
        w = 1;
    } else {
        x /= length;
        y /= length;
        z /= length;
        w /= length;
    }
    const a = (scales[scaleOffset] ?? 0) ** 2;
    const b = (scales[scaleOffset + 1] ?? 0) ** 2;
    const c = (scales[scaleOffset + 2] ?? 0) ** 2;
    // Rows of the rotation matrix.
    const r00 = 1 - 2 * (y * y + z * z);
    const r01 = 2 * (x * y - w * z);
    const r02 = 2 * (x * z + w * y);
    const r10 = 2 * (x * y + w * z);
    const r11 = 1 - 2 * (x * x + z * z);
    const r12 = 2 * (y * z - w * x);
    const r20 = 2 * (x * z - w * y);
    const r21 = 2 * (y * z + w * x);
    const r22 = 1 - 2 * (x * x + y * y);
    result[resultOffset] = a * r00 * r00 + b * r01 * r01 + c * r02 * r02;
    result[resultOffset + 1] = a * r00 * r10 + b * r01 * r11 + c * r02 * r12;
    result[resultOffset + 2] = a * r00 * r20 + b * r01 * r21 + c * r02 * r22;
    result[resultOffset + 3] = a * r10 * r10 + b * r11 * r11 + c * r12 * r12;
    result[resultOffset + 4] = a * r10 * r20 + b * r11 * r21 + c * r12 * r22;
    result[resultOffset + 5] = a * r20 * r20 + b * r21 * r21 + c * r22 * r22;
}
