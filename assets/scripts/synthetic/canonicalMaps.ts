import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type Matrix4, TransformDirection, TransformPoint } from "../../../src/math/matrix4.js";
import { RotateVector3, type QuaternionTuple } from "../../../src/math/quaternion.js";
import { type Vector3Tuple } from "../../../src/math/vector3.js";
import { BlendedMatrix } from "./jointMatrices.js";

/** Side of one map of the published method, pixels; two metres. */
export const MapSide = 1024;
const MapMetres = 2;
/** How far a Gaussian covers the surface, in standard deviations: discs of that size overlap. */
const DiscSigmas = 2;
/** Cosine to the viewer below which a disc is seen edge-on; its neighbours cover the place. */
const LeastCosine = 0.15;

/** The template of a body: one point for each valid pixel of front and back map, in the method's order. */
export interface ICanonicalMaps {
    /** [N] v·2·1024 + u, ascending. */
    readonly pixels: Uint32Array;
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N,3] normals. */
    readonly normals: Float32Array;
    /** [N] the Gaussian that the pixel shows. */
    readonly sources: Uint32Array;
}

/**
 * Sees a baked avatar, in a pose, from the front and from behind: its Gaussians as discs, the nearest wins.
 *
 * @param asset the avatar
 * @param matrices 4×4 for each joint, canonical space of the asset → the pose
 * @param step every how many pixels to keep, in x and y; 1 for all
 * @returns the pixels that show something
 */
export function SeeCanonicalMaps(asset: IAvatarAsset, matrices: readonly Matrix4[], step: number): ICanonicalMaps {
    const { gaussians } = asset;
    const count = gaussians.count;
    const points: Vector3Tuple[] = [];
    const normals: Vector3Tuple[] = [];
    const [low, high] = [
        [Infinity, Infinity],
        [-Infinity, -Infinity],
    ];
    for (let i = 0; i < count; i++) {
        const matrix = BlendedMatrix(gaussians, i, matrices);
        const point = TransformPoint(matrix, Row3(gaussians.positions, i));
        points.push(point);
        normals.push(TransformDirection(matrix, GaussianNormal(gaussians.rotations, i)));
        for (const axis of [0, 1] as const) {
            low[axis] = Math.min(low[axis]!, point[axis]);
            high[axis] = Math.max(high[axis]!, point[axis]);
        }
    }
    const [left, top] = [(low[0]! + high[0]!) / 2 - MapMetres / 2, (low[1]! + high[1]!) / 2 + MapMetres / 2];
    const depths = new Float32Array(2 * MapSide * MapSide).fill(-Infinity);
    const sources = new Int32Array(depths.length).fill(-1);
    const pixelSize = MapMetres / MapSide;
    for (let i = 0; i < count; i++) {
        const [point, normal] = [points[i]!, normals[i]!];
        const isFront = normal[2] > 0;
        if (Math.abs(normal[2]) < LeastCosine) {
            continue;
        }
        const radius = DiscSigmas * Math.max(gaussians.scales[i * 3]!, gaussians.scales[i * 3 + 1]!);
        const [u, v] = [(point[0] - left) / pixelSize - 0.5, (top - point[1]) / pixelSize - 0.5];
        const reach = radius / pixelSize;
        for (let y = Math.ceil(v - reach); y <= v + reach; y++) {
            for (let x = Math.ceil(u - reach); x <= u + reach; x++) {
                const [dx, dy] = [(x - u) * pixelSize, (v - y) * pixelSize];
                const dz = -(normal[0] * dx + normal[1] * dy) / normal[2];
                if (dx * dx + dy * dy + dz * dz > radius * radius || x < 0 || y < 0 || x >= MapSide || y >= MapSide) {
                    continue;
                }
                const at = y * 2 * MapSide + x + (isFront ? 0 : MapSide);
                const depth = (point[2] + dz) * (isFront ? 1 : -1);
                if (depth > depths[at]!) {
                    depths[at] = depth;
                    sources[at] = i;
                }
            }
        }
    }
    const pixels = sources.reduce<number[]>((list, source, at) => {
        const isKept = at % step === 0 && Math.floor(at / (2 * MapSide)) % step === 0;
        return source < 0 || !isKept ? list : (list.push(at), list);
    }, []);
    const maps = {
        pixels: Uint32Array.from(pixels),
        positions: new Float32Array(pixels.length * 3),
        normals: new Float32Array(pixels.length * 3),
        sources: Uint32Array.from(pixels, (at) => sources[at]!),
    };
    pixels.forEach((at, index) => {
        const u = at % (2 * MapSide);
        const isFront = u < MapSide;
        const x = left + ((isFront ? u : u - MapSide) + 0.5) * pixelSize;
        const y = top - (Math.floor(at / (2 * MapSide)) + 0.5) * pixelSize;
        maps.positions.set([x, y, depths[at]! * (isFront ? 1 : -1)], index * 3);
        maps.normals.set(normals[sources[at]!]!, index * 3);
    });
    return maps;
}

/**
 * The direction in which a flat Gaussian faces: its third axis, as baked avatars have it.
 *
 * @param rotations [N,4] xyzw
 * @param index which of them
 */
export function GaussianNormal(rotations: Float32Array, index: number): Vector3Tuple {
    return RotateVector3([...rotations.subarray(index * 4, index * 4 + 4)] as unknown as QuaternionTuple, [0, 0, 1]);
}

function Row3(values: Float32Array, index: number): Vector3Tuple {
    return [values[index * 3]!, values[index * 3 + 1]!, values[index * 3 + 2]!];
}
