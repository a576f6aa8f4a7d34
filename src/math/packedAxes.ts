import { NormalizePacked, type PackedArray } from "./packedQuaternion.js";

/**
 * Rotation whose image of x is along `a` and whose image of z is as near to `b` as that allows. Allocates nothing.
 *
 * @param a direction of the x axis; length does not matter
 * @param aAt where it stands
 * @param b direction near the z axis
 * @param bAt where it stands
 * @param result receives the unit quaternion xyzw
 * @param at where
 * @returns false, and `result` untouched, when the directions are parallel or have no length
 */
export function FromXTowardsZPacked(
    a: ArrayLike<number>,
    aAt: number,
    b: ArrayLike<number>,
    bAt: number,
    result: PackedArray,
    at: number,
): boolean {
    let xx = a[aAt]!;
    let xy = a[aAt + 1]!;
    let xz = a[aAt + 2]!;
    const length = Math.sqrt(xx * xx + xy * xy + xz * xz);
    xx /= length;
    xy /= length;
    xz /= length;
    const along = xx * b[bAt]! + xy * b[bAt + 1]! + xz * b[bAt + 2]!;
    let zx = b[bAt]! - along * xx;
    let zy = b[bAt + 1]! - along * xy;
    let zz = b[bAt + 2]! - along * xz;
    const height = Math.sqrt(zx * zx + zy * zy + zz * zz);
    if (!(length > 1e-9 && height > 1e-9)) {
        return false;
    }
    zx /= height;
    zy /= height;
    zz /= height;
    FromAxesPacked(xx, xy, xz, zy * xz - zz * xy, zz * xx - zx * xz, zx * xy - zy * xx, zx, zy, zz, result, at);
    return true;
}

/** Rotation whose images of the axes are the orthonormal, right-handed columns a, b, c. Allocates nothing. */
export function FromAxesPacked(
    ax: number,
    ay: number,
    az: number,
    bx: number,
    by: number,
    bz: number,
    cx: number,
    cy: number,
    cz: number,
    result: PackedArray,
    at: number,
): void {
    const trace = ax + by + cz;
    if (trace > 0) {
        result[at] = bz - cy;
        result[at + 1] = cx - az;
        result[at + 2] = ay - bx;
        result[at + 3] = trace + 1;
    } else if (ax >= by && ax >= cz) {
        result[at] = 1 + ax - by - cz;
        result[at + 1] = bx + ay;
        result[at + 2] = cx + az;
        result[at + 3] = bz - cy;
    } else if (by >= cz) {
        result[at] = bx + ay;
        result[at + 1] = 1 + by - ax - cz;
        result[at + 2] = cy + bz;
        result[at + 3] = cx - az;
    } else {
        result[at] = cx + az;
        result[at + 1] = cy + bz;
        result[at + 2] = 1 + cz - ax - by;
        result[at + 3] = ay - bx;
    }
    NormalizePacked(result, at);
}
