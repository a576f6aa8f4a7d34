import { IdentityPacked, NormalizePacked, type PackedArray } from "./packedQuaternion.js";

/**
 * Rotations made from and turned into directions and angles, for code that runs every frame: packed arrays as in
 * `packedQuaternion.ts`, nothing is allocated.
 */

/** result = shortest rotation that takes direction a to direction b (any lengths); identity when one of them is zero. */
export function ShortestRotationPacked(
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
    const bx = b[bAt]!;
    const by = b[bAt + 1]!;
    const bz = b[bAt + 2]!;
    const lengths = Math.sqrt((ax * ax + ay * ay + az * az) * (bx * bx + by * by + bz * bz));
    const w = lengths + ax * bx + ay * by + az * bz;
    if (!(lengths > 1e-20)) {
        IdentityPacked(result, at);
    } else if (w < 1e-9 * lengths) {
        // Opposite directions: half a turn about any perpendicular axis.
        const useX = Math.abs(ax) < Math.abs(az);
        result[at] = useX ? 0 : -ay;
        result[at + 1] = useX ? -az : ax;
        result[at + 2] = useX ? ay : 0;
        result[at + 3] = 0;
        NormalizePacked(result, at);
    } else {
        result[at] = ay * bz - az * by;
        result[at + 1] = az * bx - ax * bz;
        result[at + 2] = ax * by - ay * bx;
        result[at + 3] = w;
        NormalizePacked(result, at);
    }
}

/** result = the rotation whose axis is the vector's direction and whose angle is its length, radians. */
export function FromRotationVectorPacked(vector: PackedArray, vAt: number, result: PackedArray, at: number): void {
    const x = vector[vAt]!;
    const y = vector[vAt + 1]!;
    const z = vector[vAt + 2]!;
    const angle = Math.sqrt(x * x + y * y + z * z);
    const s = angle > 1e-9 ? Math.sin(angle / 2) / angle : 0.5;
    result[at] = x * s;
    result[at + 1] = y * s;
    result[at + 2] = z * s;
    result[at + 3] = Math.cos(angle / 2);
}

/** result = axis · angle (radians, 0..π) of a unit quaternion: the inverse of {@link FromRotationVectorPacked}. */
export function ToRotationVectorPacked(q: PackedArray, qAt: number, result: PackedArray, at: number): void {
    const sign = q[qAt + 3]! < 0 ? -1 : 1;
    const x = q[qAt]! * sign;
    const y = q[qAt + 1]! * sign;
    const z = q[qAt + 2]! * sign;
    const sine = Math.sqrt(x * x + y * y + z * z);
    const scale = sine > 1e-9 ? (2 * Math.atan2(sine, q[qAt + 3]! * sign)) / sine : 2;
    result[at] = x * scale;
    result[at + 1] = y * scale;
    result[at + 2] = z * scale;
}

/** result = the part of a rotation that turns about the vertical (y) axis; identity when it is undefined. */
export function YawPacked(q: PackedArray, qAt: number, result: PackedArray, at: number): void {
    const y = q[qAt + 1]!;
    const w = q[qAt + 3]!;
    const length = Math.sqrt(y * y + w * w);
    result[at] = 0;
    result[at + 1] = length > 1e-6 ? y / length : 0;
    result[at + 2] = 0;
    result[at + 3] = length > 1e-6 ? w / length : 1;
}
