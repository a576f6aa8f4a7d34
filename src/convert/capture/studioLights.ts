import { CrossVector3, NormalizeVector3, ScaleVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type IDepthView } from "./depthMap.js";

/** Light that comes from one direction of the body's frame. */
export interface IStudioRay extends IDepthView {
    /** Irradiance that it gives a surface facing it, linear rgb. */
    readonly color: Vector3Tuple;
    /** Share of the key light that it is; 0 for the sky's. */
    readonly keyShare: number;
}

/** Direction towards the key light: from above, to the left of the front, as photographers light a portrait. */
export const KeyDirection: Vector3Tuple = NormalizeVector3([0.5, 0.72, 0.75]);

/** Irradiance of a surface that faces the key light, linear rgb: daylight through a shade, 4300 K against the sky's 7500 K. */
export const KeyColor: Vector3Tuple = [0.8, 0.71, 0.58];

/** Half the angle under which the key light is seen: wide, since shadows with hard edges cannot be learned from few pictures. */
const KeySpread = (12 * Math.PI) / 180;
const KeyRays = 16;

/** Rays of the sky and, darker and coarser, of the floor. */
const SkyRays = 36;
const FloorRays = 12;

/** Radiance × π of the sky's top, its rim and the floor, linear rgb. */
const SkyTop: Vector3Tuple = [0.58, 0.65, 0.77];
const SkyRim: Vector3Tuple = [0.3, 0.34, 0.41];
const Floor: Vector3Tuple = [0.2, 0.185, 0.17];

/** Golden angle: points on a spiral with it are evenly spread whatever their number. */
const GoldenAngle = Math.PI * (3 - Math.sqrt(5));

/** All light of the studio, in the frame of a body that faces +z. */
export function StudioRays(): IStudioRay[] {
    return [...KeyLight(), ...Sky()];
}

function KeyLight(): IStudioRay[] {
    const { right, up } = ViewTowards(KeyDirection);
    return Array.from({ length: KeyRays }, (_, i) => {
        const radius = Math.tan(KeySpread) * Math.sqrt((i + 0.5) / KeyRays);
        const [x, y] = [radius * Math.cos(i * GoldenAngle), radius * Math.sin(i * GoldenAngle)];
        const towards = NormalizeVector3([
            KeyDirection[0] + right[0] * x + up[0] * y,
            KeyDirection[1] + right[1] * x + up[1] * y,
            KeyDirection[2] + right[2] * x + up[2] * y,
        ]);
        return { ...ViewTowards(towards), color: ScaleVector3(KeyColor, 1 / KeyRays), keyShare: 1 / KeyRays };
    });
}

function Sky(): IStudioRay[] {
    const ray = (sign: 1 | -1, count: number, i: number): IStudioRay => {
        // Equal heights are equal areas of a sphere.
        const y = sign * ((i + 0.5) / count);
        const radius = Math.sqrt(1 - y * y);
        const towards: Vector3Tuple = [radius * Math.cos(i * GoldenAngle), y, radius * Math.sin(i * GoldenAngle)];
        const radiance = sign < 0 ? Floor : SkyRim.map((rim, k) => rim + (SkyTop[k]! - rim) * y);
        // A ray stands for 2π / count of solid angle, and π of it, weighted by the cosine, is a whole half-space.
        const color = radiance.map((value) => (2 * value) / count) as [number, number, number];
        return { ...ViewTowards(towards), color, keyShare: 0 };
    };
    return [
        ...Array.from({ length: SkyRays }, (_, i) => ray(1, SkyRays, i)),
        ...Array.from({ length: FloorRays }, (_, i) => ray(-1, FloorRays, i)),
    ];
}

function ViewTowards(towards: Vector3Tuple): IDepthView {
    const helper: Vector3Tuple = Math.abs(towards[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0];
    const right = NormalizeVector3(CrossVector3(helper, towards));
    return { right, up: CrossVector3(towards, right), towards };
}
