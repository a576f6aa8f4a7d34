import { type Vector3Tuple } from "./vector3.js";

/** A calibrated camera in the convention of OpenCV: x right, y down, z forward; world → camera; pixels. */
export interface IPinhole {
    /** Width of the picture, pixels. */
    readonly width: number;
    /** Height of the picture, pixels. */
    readonly height: number;
    /** [9] intrinsic matrix, row by row: [fx, skew, cx, 0, fy, cy, 0, 0, 1], pixels. */
    readonly K: readonly number[];
    /** [9] rotation world → camera, row by row. */
    readonly R: readonly number[];
    /** [3] translation world → camera, metres. */
    readonly t: readonly number[];
}

/**
 * Where a point of the world appears: K (R X + t), divided by its depth.
 *
 * @param camera the camera
 * @param point world space, metres
 * @returns x and y, pixels, the middle of the first pixel at (0.5, 0.5), and the depth along the view axis, metres; with a
 * depth of 0 or less the point is not before the camera and x and y mean nothing
 */
export function ProjectPoint(camera: IPinhole, point: Vector3Tuple): Vector3Tuple {
    const { K: k, R: r, t } = camera;
    const [x, y, z] = point;
    const cx = r[0]! * x + r[1]! * y + r[2]! * z + t[0]!;
    const cy = r[3]! * x + r[4]! * y + r[5]! * z + t[1]!;
    const cz = r[6]! * x + r[7]! * y + r[8]! * z + t[2]!;
    return [(k[0]! * cx + k[1]! * cy) / cz + k[2]!, (k[4]! * cy) / cz + k[5]!, cz];
}
