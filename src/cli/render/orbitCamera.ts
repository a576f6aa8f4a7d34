import { type IPinhole } from "../../math/pinhole.js";
import { type IOrbit } from "../optionValues.js";
import { SphereFloats } from "./posedSpheres.js";

/** What the camera has to have in the picture at a moment: [n,4] spheres of middle xyz and radius, metres, world space. */
export type SpheresAt = () => Float32Array;

/** A box in world space, metres. */
interface IBox {
    readonly minimum: readonly number[];
    readonly maximum: readonly number[];
}

/** Vertical field of view, degrees: a portrait lens, which keeps proportions natural at whole-body distance. */
const FieldOfView = 30;

/** Metres from the middle of the person that the camera keeps whatever the size. */
const ShortestDistance = 0.1;

/** Share of the picture that stays empty around the person, each side. */
const Margin = 0.05;

/**
 * A camera about the middle of a person, upright, looking at it. One camera serves all moments.
 *
 * @param orbit where it stands; without a distance the whole person is in the picture at every moment
 * @param moments the person at each moment, at least one; asked for twice, so as not to keep them all
 * @param width width of the picture, pixels
 * @param height height of the picture, pixels
 * @returns the camera
 */
export function OrbitPinhole(orbit: IOrbit, moments: readonly SpheresAt[], width: number, height: number): IPinhole {
    const yaw = (orbit.yaw * Math.PI) / 180;
    const pitch = (orbit.pitch * Math.PI) / 180;
    const focal = height / 2 / Math.tan((FieldOfView * Math.PI) / 360);
    const box = BoxAround(moments);
    const center = box.minimum.map((value, axis) => (value + box.maximum[axis]!) / 2);
    // The person faces +z with the left hand at +x: yaw 0 stands before her and looks along -z.
    const right = [Math.cos(yaw), 0, -Math.sin(yaw)];
    const forward = [-Math.sin(yaw) * Math.cos(pitch), -Math.sin(pitch), -Math.cos(yaw) * Math.cos(pitch)];
    const down = Cross(forward, right);
    const rotation = [...right, ...down, ...forward];
    const distance = orbit.distance ?? FitDistance(rotation, center, moments, focal, width, height);
    const t = [0, 1, 2].map((row) => -Dot(rotation.slice(row * 3, row * 3 + 3), center) + (row === 2 ? distance : 0));
    return { width, height, K: [focal, 0, width / 2, 0, focal, height / 2, 0, 0, 1], R: rotation, t };
}

function BoxAround(moments: readonly SpheresAt[]): IBox {
    const minimum = [Infinity, Infinity, Infinity];
    const maximum = [-Infinity, -Infinity, -Infinity];
    for (const spheresAt of moments) {
        const spheres = spheresAt();
        for (let i = 0; i < spheres.length; i += SphereFloats) {
            const radius = spheres[i + 3]!;
            for (let axis = 0; axis < 3; axis++) {
                minimum[axis] = Math.min(minimum[axis]!, spheres[i + axis]! - radius);
                maximum[axis] = Math.max(maximum[axis]!, spheres[i + axis]! + radius);
            }
        }
    }
    // An avatar of which nothing can be seen is looked at where it stands.
    return minimum[0]! <= maximum[0]! ? { minimum, maximum } : { minimum: [0, 0, 0], maximum: [0, 0, 0] };
}

/** Smallest distance at which every sphere is inside the picture at every moment, margins kept. */
function FitDistance(
    rotation: readonly number[],
    center: readonly number[],
    moments: readonly SpheresAt[],
    focal: number,
    width: number,
    height: number,
): number {
    const [r0 = 0, r1 = 0, r2 = 0, d0 = 0, d1 = 0, d2 = 0, f0 = 0, f1 = 0, f2 = 0] = rotation;
    const perWidth = focal / ((width / 2) * (1 - 2 * Margin));
    const perHeight = focal / ((height / 2) * (1 - 2 * Margin));
    let distance = ShortestDistance;
    for (const spheresAt of moments) {
        const spheres = spheresAt();
        for (let i = 0; i < spheres.length; i += SphereFloats) {
            const x = spheres[i]! - center[0]!;
            const y = spheres[i + 1]! - center[1]!;
            const z = spheres[i + 2]! - center[2]!;
            const radius = spheres[i + 3]!;
            const across = Math.abs(r0 * x + r1 * y + r2 * z) + radius;
            const along = Math.abs(d0 * x + d1 * y + d2 * z) + radius;
            const depth = f0 * x + f1 * y + f2 * z;
            distance = Math.max(distance, across * perWidth - depth, along * perHeight - depth);
        }
    }
    return distance;
}

function Dot(a: readonly number[], b: readonly number[]): number {
    return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function Cross([ax = 0, ay = 0, az = 0]: readonly number[], [bx = 0, by = 0, bz = 0]: readonly number[]): number[] {
    return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
