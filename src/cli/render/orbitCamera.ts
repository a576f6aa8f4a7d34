import { type IOrbit } from "../optionValues.js";
import { type IPinhole } from "./pinholeCamera.js";

/** A box in world space, metres. */
export interface IBox {
    /** Smallest corner. */
    readonly minimum: readonly [number, number, number];
    /** Largest corner. */
    readonly maximum: readonly [number, number, number];
}

/** Vertical field of view, degrees: a portrait lens, which keeps proportions natural at whole-body distance. */
const FieldOfView = 30;

/** Share of the picture that stays empty around the person, each side. */
const Margin = 0.05;

/**
 * A camera about the middle of a box, upright, looking at it.
 *
 * @param orbit where it stands; without a distance the whole box is in the picture
 * @param box what is looked at
 * @param width width of the picture, pixels
 * @param height height of the picture, pixels
 * @returns the camera
 */
export function OrbitPinhole(orbit: IOrbit, box: IBox, width: number, height: number): IPinhole {
    const yaw = (orbit.yaw * Math.PI) / 180;
    const pitch = (orbit.pitch * Math.PI) / 180;
    const focal = height / 2 / Math.tan((FieldOfView * Math.PI) / 360);
    const center = box.minimum.map((value, axis) => (value + box.maximum[axis]!) / 2);
    // The person faces +z with the left hand at +x: yaw 0 stands before her and looks along -z.
    const right = [Math.cos(yaw), 0, -Math.sin(yaw)];
    const forward = [-Math.sin(yaw) * Math.cos(pitch), -Math.sin(pitch), -Math.cos(yaw) * Math.cos(pitch)];
    const down = Cross(forward, right);
    const rotation = [...right, ...down, ...forward];
    const distance = orbit.distance ?? FitDistance(rotation, center, box, focal, width, height);
    const t = [0, 1, 2].map((row) => -Dot(rotation.slice(row * 3, row * 3 + 3), center) + (row === 2 ? distance : 0));
    return { width, height, K: [focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1], R: rotation, t };
}

/**
 * Box around boxes.
 *
 * @param boxes at least one
 * @returns the smallest box that holds them all
 */
export function UnionBox(boxes: readonly IBox[]): IBox {
    const corner = (
        pick: (...values: number[]) => number,
        of: (box: IBox) => readonly number[],
    ): [number, number, number] => [
        pick(...boxes.map((box) => of(box)[0]!)),
        pick(...boxes.map((box) => of(box)[1]!)),
        pick(...boxes.map((box) => of(box)[2]!)),
    ];
    return { minimum: corner(Math.min, (box) => box.minimum), maximum: corner(Math.max, (box) => box.maximum) };
}

/** Smallest distance at which every corner of the box is inside the picture, margins kept. */
function FitDistance(
    rotation: readonly number[],
    center: readonly number[],
    box: IBox,
    focal: number,
    width: number,
    height: number,
): number {
    let distance = 0.1;
    for (let corner = 0; corner < 8; corner++) {
        const offset = center.map(
            (value, axis) => ((corner >> axis) & 1 ? box.maximum[axis]! : box.minimum[axis]!) - value,
        );
        const [x = 0, y = 0, z = 0] = [0, 1, 2].map((row) => Dot(rotation.slice(row * 3, row * 3 + 3), offset));
        const halfWidth = (width / 2) * (1 - 2 * Margin);
        const halfHeight = (height / 2) * (1 - 2 * Margin);
        distance = Math.max(distance, (focal * Math.abs(x)) / halfWidth - z, (focal * Math.abs(y)) / halfHeight - z);
    }
    return distance;
}

function Dot(a: readonly number[], b: readonly number[]): number {
    return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function Cross([ax = 0, ay = 0, az = 0]: readonly number[], [bx = 0, by = 0, bz = 0]: readonly number[]): number[] {
    return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
