/**
 * The rotation that looks along an angle from straight ahead (+z).
 *
 * @param yaw radians, to the person's left
 * @param pitch radians, up
 * @param result receives the quaternion xyzw
 */
export function GazeTurn(yaw: number, pitch: number, result: Float64Array): void {
    const cy = Math.cos(yaw / 2);
    const sy = Math.sin(yaw / 2);
    const cp = Math.cos(pitch / 2);
    const sp = -Math.sin(pitch / 2);
    result[0] = cy * sp;
    result[1] = sy * cp;
    result[2] = -sy * sp;
    result[3] = cy * cp;
}
