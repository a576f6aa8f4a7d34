import { type QuaternionTuple, QuaternionFromAxes } from "./quaternion.js";
import {
    CrossVector3,
    DotVector3,
    NormalizeVector3,
    SubtractVector3,
    ScaleVector3,
    type Vector3Tuple,
} from "./vector3.js";

/** 16 numbers, column-major as in glTF: element (row, column) is at `column * 4 + row`. */
export type Matrix4 = Float64Array;

/** A new identity matrix. */
export function IdentityMatrix4(): Matrix4 {
    return Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
}

/** Matrix of translation · rotation · scale, as a glTF node states it. */
export function ComposeMatrix4(t: Vector3Tuple, r: QuaternionTuple, s: Vector3Tuple): Matrix4 {
    const [x, y, z, w] = r;
    return Float64Array.of(
        (1 - 2 * (y * y + z * z)) * s[0],
        2 * (x * y + z * w) * s[0],
        2 * (x * z - y * w) * s[0],
        0,
        2 * (x * y - z * w) * s[1],
        (1 - 2 * (x * x + z * z)) * s[1],
        2 * (y * z + x * w) * s[1],
        0,
        2 * (x * z + y * w) * s[2],
        2 * (y * z - x * w) * s[2],
        (1 - 2 * (x * x + y * y)) * s[2],
        0,
        t[0],
        t[1],
        t[2],
        1,
    );
}

/** Product a·b: transform by b, then by a. */
export function MultiplyMatrix4(a: Matrix4, b: Matrix4): Matrix4 {
    const out = new Float64Array(16);
    for (let column = 0; column < 4; column++) {
        for (let row = 0; row < 4; row++) {
            let sum = 0;
            for (let k = 0; k < 4; k++) {
                sum += a[k * 4 + row]! * b[column * 4 + k]!;
            }
            out[column * 4 + row] = sum;
        }
    }
    return out;
}

/** Determinant of the upper-left 3×3 block: the change of volume, negative for a mirror. */
export function Determinant3(m: Matrix4): number {
    return DotVector3(ColumnOf(m, 0), CrossVector3(ColumnOf(m, 1), ColumnOf(m, 2)));
}

/** Inverse of an affine matrix, or null when it is singular. */
export function InvertAffineMatrix4(m: Matrix4): Matrix4 | null {
    const [a, b, c] = [ColumnOf(m, 0), ColumnOf(m, 1), ColumnOf(m, 2)];
    const determinant = DotVector3(a, CrossVector3(b, c));
    if (!(Math.abs(determinant) > 1e-30)) {
        return null;
    }
    const r0 = ScaleVector3(CrossVector3(b, c), 1 / determinant);
    const r1 = ScaleVector3(CrossVector3(c, a), 1 / determinant);
    const r2 = ScaleVector3(CrossVector3(a, b), 1 / determinant);
    const t = TranslationOf(m);
    return Float64Array.of(
        r0[0],
        r1[0],
        r2[0],
        0,
        r0[1],
        r1[1],
        r2[1],
        0,
        r0[2],
        r1[2],
        r2[2],
        0,
        -DotVector3(r0, t),
        -DotVector3(r1, t),
        -DotVector3(r2, t),
        1,
    );
}

/** A point transformed by an affine matrix. */
export function TransformPoint(m: Matrix4, p: Vector3Tuple): Vector3Tuple {
    const d = TransformDirection(m, p);
    return [d[0] + m[12]!, d[1] + m[13]!, d[2] + m[14]!];
}

/** A direction transformed by the upper-left 3×3 block; its length follows the scale. */
export function TransformDirection(m: Matrix4, v: Vector3Tuple): Vector3Tuple {
    return [
        m[0]! * v[0] + m[4]! * v[1] + m[8]! * v[2],
        m[1]! * v[0] + m[5]! * v[1] + m[9]! * v[2],
        m[2]! * v[0] + m[6]! * v[1] + m[10]! * v[2],
    ];
}

/** Translation part. */
export function TranslationOf(m: Matrix4): Vector3Tuple {
    return [m[12]!, m[13]!, m[14]!];
}

/** Rotation part with scale and shear removed (Gram-Schmidt, x axis kept); a mirror is taken out of the z axis. */
export function RotationOf(m: Matrix4): QuaternionTuple {
    const x = NormalizeVector3(ColumnOf(m, 0), [1, 0, 0]);
    const rawY = ColumnOf(m, 1);
    const y = NormalizeVector3(SubtractVector3(rawY, ScaleVector3(x, DotVector3(x, rawY))), [0, 1, 0]);
    return QuaternionFromAxes(x, y, CrossVector3(x, y));
}

/** Uniform scale of the same volume: cube root of the absolute determinant. */
export function ScaleOf(m: Matrix4): number {
    return Math.cbrt(Math.abs(Determinant3(m)));
}

function ColumnOf(m: Matrix4, column: number): Vector3Tuple {
    return [m[column * 4]!, m[column * 4 + 1]!, m[column * 4 + 2]!];
}
