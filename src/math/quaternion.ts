import { CrossVector3, DotVector3, LengthVector3, NormalizeVector3, type Vector3Tuple } from "./vector3.js";

/** A rotation as a unit quaternion, xyzw, Hamilton product: `a·b` applies b first. */
export type QuaternionTuple = readonly [number, number, number, number];

/** The rotation that does nothing. */
export const IdentityQuaternion: QuaternionTuple = [0, 0, 0, 1];

/** Product a·b: rotate by b, then by a. */
export function MultiplyQuaternion(a: QuaternionTuple, b: QuaternionTuple): QuaternionTuple {
    const [ax, ay, az, aw] = a;
    const [bx, by, bz, bw] = b;
    return [
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    ];
}

/** Inverse of a unit quaternion. */
export function InvertQuaternion(q: QuaternionTuple): QuaternionTuple {
    return [-q[0], -q[1], -q[2], q[3]];
}

/** Unit quaternion along q; identity when q is zero. */
export function NormalizeQuaternion(q: QuaternionTuple): QuaternionTuple {
    const length = Math.hypot(q[0], q[1], q[2], q[3]);
    return length > 1e-12 ? [q[0] / length, q[1] / length, q[2] / length, q[3] / length] : IdentityQuaternion;
}

/** Four-dimensional scalar product; negative when the two lie on opposite halves of the double cover. */
export function DotQuaternion(a: QuaternionTuple, b: QuaternionTuple): number {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

/** A vector rotated by q. */
export function RotateVector3(q: QuaternionTuple, v: Vector3Tuple): Vector3Tuple {
    const [x, y, z, w] = q;
    const tx = 2 * (y * v[2] - z * v[1]);
    const ty = 2 * (z * v[0] - x * v[2]);
    const tz = 2 * (x * v[1] - y * v[0]);
    return [v[0] + w * tx + y * tz - z * ty, v[1] + w * ty + z * tx - x * tz, v[2] + w * tz + x * ty - y * tx];
}

/** Rotation by `angle` radians about `axis` (need not have unit length). */
export function QuaternionFromAxisAngle(axis: Vector3Tuple, angle: number): QuaternionTuple {
    const unit = NormalizeVector3(axis, [1, 0, 0]);
    const s = Math.sin(angle / 2);
    return [unit[0] * s, unit[1] * s, unit[2] * s, Math.cos(angle / 2)];
}

/** Shortest rotation that takes direction `from` to direction `to`. */
export function ShortestRotation(from: Vector3Tuple, to: Vector3Tuple): QuaternionTuple {
    const a = NormalizeVector3(from);
    const b = NormalizeVector3(to);
    const dot = DotVector3(a, b);
    if (LengthVector3(a) === 0 || LengthVector3(b) === 0) {
        return IdentityQuaternion;
    }
    if (dot < -1 + 1e-9) {
        // Opposite directions: any perpendicular axis is a shortest one; take the one furthest from `a`.
        const helper: Vector3Tuple = Math.abs(a[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
        return QuaternionFromAxisAngle(CrossVector3(a, helper), Math.PI);
    }
    const c = CrossVector3(a, b);
    return NormalizeQuaternion([c[0], c[1], c[2], 1 + dot]);
}

/** Spherical interpolation along the shorter arc. */
export function SlerpQuaternion(a: QuaternionTuple, b: QuaternionTuple, amount: number): QuaternionTuple {
    let dot = DotQuaternion(a, b);
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
    return NormalizeQuaternion([
        wa * a[0] + wb * b[0],
        wa * a[1] + wb * b[1],
        wa * a[2] + wb * b[2],
        wa * a[3] + wb * b[3],
    ]);
}

/** Geodesic angle between two rotations, radians, 0..π. */
export function AngleBetweenQuaternions(a: QuaternionTuple, b: QuaternionTuple): number {
    const q = MultiplyQuaternion(InvertQuaternion(a), b);
    return 2 * Math.atan2(Math.hypot(q[0], q[1], q[2]), Math.abs(q[3]));
}

/** Rotation whose images of the x, y and z axes are the given orthonormal, right-handed columns. */
export function QuaternionFromAxes(x: Vector3Tuple, y: Vector3Tuple, z: Vector3Tuple): QuaternionTuple {
    const trace = x[0] + y[1] + z[2];
    if (trace > 0) {
        const s = 2 * Math.sqrt(trace + 1);
        return NormalizeQuaternion([(y[2] - z[1]) / s, (z[0] - x[2]) / s, (x[1] - y[0]) / s, s / 4]);
    }
    if (x[0] >= y[1] && x[0] >= z[2]) {
        const s = 2 * Math.sqrt(1 + x[0] - y[1] - z[2]);
        return NormalizeQuaternion([s / 4, (y[0] + x[1]) / s, (z[0] + x[2]) / s, (y[2] - z[1]) / s]);
    }
    if (y[1] >= z[2]) {
        const s = 2 * Math.sqrt(1 + y[1] - x[0] - z[2]);
        return NormalizeQuaternion([(y[0] + x[1]) / s, s / 4, (z[1] + y[2]) / s, (z[0] - x[2]) / s]);
    }
    const s = 2 * Math.sqrt(1 + z[2] - x[0] - y[1]);
    return NormalizeQuaternion([(z[0] + x[2]) / s, (z[1] + y[2]) / s, s / 4, (x[1] - y[0]) / s]);
}
