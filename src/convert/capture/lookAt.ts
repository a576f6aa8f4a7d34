import { type IPinhole } from "../../math/pinhole.js";
import { CrossVector3, DotVector3, NormalizeVector3, ScaleVector3, type Vector3Tuple } from "../../math/vector3.js";

/** Upwards. */
export const Up: Vector3Tuple = [0, 1, 0];

/**
 * A camera that looks at a point.
 *
 * @param target the point, metres
 * @param direction unit vector target → lens
 * @param up what is up in the picture
 * @param distance between target and lens, metres
 * @param focal focal length, pixels
 * @param size side of the square picture, pixels
 * @returns the camera
 */
export function LookAt(
    target: Vector3Tuple,
    direction: Vector3Tuple,
    up: Vector3Tuple,
    distance: number,
    focal: number,
    size: number,
): IPinhole {
    const forward = ScaleVector3(direction, -1);
    const right = NormalizeVector3(CrossVector3(forward, up));
    const down = CrossVector3(forward, right);
    const t = [right, down, forward].map((axis) => -DotVector3(axis, target));
    t[2]! += distance;
    return {
        width: size,
        height: size,
        K: [focal, 0, size / 2, 0, focal, size / 2, 0, 0, 1],
        R: [...right, ...down, ...forward],
        t,
    };
}
