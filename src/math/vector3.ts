/** A vector or point as a plain tuple; the unit is the caller's. */
export type Vector3Tuple = readonly [number, number, number];

/** Sum a + b. */
export function AddVector3(a: Vector3Tuple, b: Vector3Tuple): Vector3Tuple {
    return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

/** Difference a − b. */
export function SubtractVector3(a: Vector3Tuple, b: Vector3Tuple): Vector3Tuple {
    return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/** Product of a vector and a number. */
export function ScaleVector3(a: Vector3Tuple, factor: number): Vector3Tuple {
    return [a[0] * factor, a[1] * factor, a[2] * factor];
}

/** Scalar product a · b. */
export function DotVector3(a: Vector3Tuple, b: Vector3Tuple): number {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** Vector product a × b (right-handed). */
export function CrossVector3(a: Vector3Tuple, b: Vector3Tuple): Vector3Tuple {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Euclidean length. */
export function LengthVector3(a: Vector3Tuple): number {
    return Math.hypot(a[0], a[1], a[2]);
}

/** Euclidean distance of two points. */
export function DistanceVector3(a: Vector3Tuple, b: Vector3Tuple): number {
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Unit vector along `a`; `fallback` when `a` is too short to have a direction. */
export function NormalizeVector3(a: Vector3Tuple, fallback: Vector3Tuple = [0, 0, 0]): Vector3Tuple {
    const length = LengthVector3(a);
    return length > 1e-12 ? ScaleVector3(a, 1 / length) : fallback;
}

/** Point at `amount` (0..1) of the way from a to b. */
export function LerpVector3(a: Vector3Tuple, b: Vector3Tuple, amount: number): Vector3Tuple {
    return [a[0] + (b[0] - a[0]) * amount, a[1] + (b[1] - a[1]) * amount, a[2] + (b[2] - a[2]) * amount];
}

/** Angle between two vectors, radians, 0..π; 0 when one of them is zero. */
export function AngleBetweenVector3(a: Vector3Tuple, b: Vector3Tuple): number {
    return Math.atan2(LengthVector3(CrossVector3(a, b)), DotVector3(a, b));
}
