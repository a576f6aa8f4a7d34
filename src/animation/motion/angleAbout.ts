/** The same angle within ±π. */
export function WrapAngle(angle: number): number {
    return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}

/**
 * Angle about an axis by which one direction must turn to lie over another, radians, ±π. Allocates nothing.
 *
 * @param axis [3] any length
 * @param from [3] the direction that turns
 * @param x the other direction
 * @param y the other direction
 * @param z the other direction
 */
export function AngleAbout(axis: Float64Array, from: Float64Array, x: number, y: number, z: number): number {
    const ax = axis[0]!;
    const ay = axis[1]!;
    const az = axis[2]!;
    const squared = ax * ax + ay * ay + az * az;
    const share = (ax * from[0]! + ay * from[1]! + az * from[2]!) / squared;
    const fx = from[0]! - share * ax;
    const fy = from[1]! - share * ay;
    const fz = from[2]! - share * az;
    const sine = ax * (fy * z - fz * y) + ay * (fz * x - fx * z) + az * (fx * y - fy * x);
    return Math.atan2(sine / Math.sqrt(squared), fx * x + fy * y + fz * z);
}
