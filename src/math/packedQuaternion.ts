/**
 * Rotations and vectors inside packed arrays, for code that runs every frame: nothing is allocated, results may overwrite
 * their operands. Quaternions are xyzw, Hamilton product; offsets count numbers, not items.
 *
 * Operands are typed arrays only: one plain array among them, anywhere in the program, and engines box every number that
 * these functions read.
 */

/** A packed array. */
export type PackedArray = Float64Array | Float32Array;

/** result = a·b: rotate by b, then by a. */
export function MultiplyPacked(
    a: PackedArray,
    aAt: number,
    b: PackedArray,
    bAt: number,
    result: PackedArray,
    at: number,
): void {
    const ax = a[aAt]!;
    const ay = a[aAt + 1]!;
    const az = a[aAt + 2]!;
    const aw = a[aAt + 3]!;
    const bx = b[bAt]!;
    const by = b[bAt + 1]!;
    const bz = b[bAt + 2]!;
    const bw = b[bAt + 3]!;
    result[at] = aw * bx + ax * bw + ay * bz - az * by;
    result[at + 1] = aw * by - ax * bz + ay * bw + az * bx;
    result[at + 2] = aw * bz + ax * by - ay * bx + az * bw;
    result[at + 3] = aw * bw - ax * bx - ay * by - az * bz;
}

/** result = a⁻¹·b, for unit quaternions. */
export function InverseMultiplyPacked(
    a: PackedArray,
    aAt: number,
    b: PackedArray,
    bAt: number,
    result: PackedArray,
    at: number,
): void {
    const ax = -a[aAt]!;
    const ay = -a[aAt + 1]!;
    const az = -a[aAt + 2]!;
    const aw = a[aAt + 3]!;
    const bx = b[bAt]!;
    const by = b[bAt + 1]!;
    const bz = b[bAt + 2]!;
    const bw = b[bAt + 3]!;
    result[at] = aw * bx + ax * bw + ay * bz - az * by;
    result[at + 1] = aw * by - ax * bz + ay * bw + az * bx;
    result[at + 2] = aw * bz + ax * by - ay * bx + az * bw;
    result[at + 3] = aw * bw - ax * bx - ay * by - az * bz;
}

/** result = the vector v turned by the unit quaternion q. */
export function RotatePacked(
    q: PackedArray,
    qAt: number,
    v: PackedArray,
    vAt: number,
    result: PackedArray,
    at: number,
): void {
    const x = q[qAt]!;
    const y = q[qAt + 1]!;
    const z = q[qAt + 2]!;
    const w = q[qAt + 3]!;
    const vx = v[vAt]!;
    const vy = v[vAt + 1]!;
    const vz = v[vAt + 2]!;
    const tx = 2 * (y * vz - z * vy);
    const ty = 2 * (z * vx - x * vz);
    const tz = 2 * (x * vy - y * vx);
    result[at] = vx + w * tx + y * tz - z * ty;
    result[at + 1] = vy + w * ty + z * tx - x * tz;
    result[at + 2] = vz + w * tz + x * ty - y * tx;
}

/** result = the way from a to b along the shorter arc; `amount` 0 gives a, 1 gives b (up to sign). */
export function SlerpPacked(
    a: PackedArray,
    aAt: number,
    b: PackedArray,
    bAt: number,
    amount: number,
    result: PackedArray,
    at: number,
): void {
    let dot = a[aAt]! * b[bAt]! + a[aAt + 1]! * b[bAt + 1]! + a[aAt + 2]! * b[bAt + 2]! + a[aAt + 3]! * b[bAt + 3]!;
    const sign = dot < 0 ? -1 : 1;
    dot *= sign;
    let wa = 1 - amount;
    let wb = amount;
    // Below this angle the sine quotient loses digits and the chord is exact to 1e-8.
    if (dot < 0.9999) {
        const angle = Math.acos(dot);
        const s = Math.sin(angle);
        wa = Math.sin((1 - amount) * angle) / s;
        wb = Math.sin(amount * angle) / s;
    }
    wb *= sign;
    for (let i = 0; i < 4; i++) {
        result[at + i] = wa * a[aAt + i]! + wb * b[bAt + i]!;
    }
    NormalizePacked(result, at);
}

/** Makes the quaternion at `at` a unit; a zero one becomes the identity. */
export function NormalizePacked(q: PackedArray, at: number): void {
    const length = Math.sqrt(q[at]! ** 2 + q[at + 1]! ** 2 + q[at + 2]! ** 2 + q[at + 3]! ** 2);
    if (length > 1e-12) {
        for (let i = 0; i < 4; i++) {
            q[at + i]! /= length;
        }
    } else {
        IdentityPacked(q, at);
    }
}

/** Writes the rotation that does nothing. */
export function IdentityPacked(q: PackedArray, at: number): void {
    q[at] = 0;
    q[at + 1] = 0;
    q[at + 2] = 0;
    q[at + 3] = 1;
}
