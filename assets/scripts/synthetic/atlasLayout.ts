import { type SmplxJointName } from "../../../src/format/bodyModel.js";

/** Points of a person in T-pose. */
export interface IAtlasPoints {
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N,3] unit normals. */
    readonly normals: Float32Array;
    /** The joint that moves a point most. */
    readonly jointOf: (index: number) => SmplxJointName | null;
}

/** Gaussians of a map model in the order of their texels. */
export interface IAtlasLayout {
    /** [N] texels v·2W + u, strictly ascending. */
    readonly texels: Uint32Array;
    /** [N] which of the points stands there. */
    readonly order: Uint32Array;
}

/** A part of the body, and where in the maps it is seen, larger than life or not. */
interface ITile {
    readonly joints: RegExp;
    /** Axes of space to the right and upwards in the map, and the one that the front map looks along. */
    readonly axes: readonly [right: 0 | 1 | 2, up: 0 | 1 | 2, front: 0 | 1 | 2];
    /** Left, top, right, bottom; shares of a map's side. */
    readonly place: readonly [number, number, number, number];
}

/** Faces and hands need more texels than they cover in a T-pose, and hands are seen from above: below the arms there is room. */
const Tiles: readonly ITile[] = [
    { joints: /head|jaw|eye/, axes: [0, 1, 2], place: [0.01, 0.37, 0.36, 0.99] },
    { joints: /left_(wrist|index|middle|pinky|ring|thumb)/, axes: [0, 2, 1], place: [0.65, 0.37, 0.99, 0.66] },
    { joints: /right_(wrist|index|middle|pinky|ring|thumb)/, axes: [0, 2, 1], place: [0.65, 0.7, 0.99, 0.99] },
    { joints: /./, axes: [0, 1, 2], place: [0.01, 0.01, 0.99, 0.99] },
];

/**
 * Gives each point a texel of its own: the one it is seen in, in the front map or in the back map, or the nearest free one
 * where another point was first.
 *
 * @param points the points
 * @param mapSize side of one of the two maps, texels
 * @returns the layout
 * @throws Error when there are more points than texels on a side
 */
export function LayOutAtlas({ positions, normals, jointOf }: IAtlasPoints, mapSize: number): IAtlasLayout {
    const members: number[][] = Tiles.map(() => []);
    for (let index = 0; index < positions.length / 3; index++) {
        const name = jointOf(index) ?? "body";
        members[Tiles.findIndex(({ joints }) => joints.test(name))]!.push(index);
    }
    const taken = new Int32Array(2 * mapSize * mapSize).fill(-1);
    Tiles.forEach(({ axes, place }, tile) => {
        const project = Projection(positions, members[tile]!, axes, place);
        for (const index of members[tile]!) {
            const [x, y] = project(index);
            const [u, v] = [Math.floor(x * mapSize), Math.floor(y * mapSize)];
            const half = normals[index * 3 + axes[2]]! > 0 ? 0 : mapSize;
            taken[NearestFree(taken, mapSize, u, v, half)] = index;
        }
    });
    const texels = Uint32Array.from(taken.keys()).filter((texel) => taken[texel]! >= 0);
    return { texels, order: texels.map((texel) => taken[texel]!) };
}

/** Fits points into a place of the map, x and y alike. */
function Projection(
    positions: Float32Array,
    members: readonly number[],
    [right, up]: ITile["axes"],
    [left, top, to, bottom]: ITile["place"],
): (index: number) => readonly [number, number] {
    const [xs, ys] = [right, up].map((axis) => {
        const values = members.map((index) => positions[index * 3 + axis]!);
        const low = values.reduce((a, b) => Math.min(a, b), Infinity);
        const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
        return { middle: (low + high) / 2, size: high - low };
    }) as [{ middle: number; size: number }, { middle: number; size: number }];
    const scale = Math.min((to - left) / xs.size, (bottom - top) / ys.size);
    return (index) => [
        (left + to) / 2 + (positions[index * 3 + right]! - xs.middle) * scale,
        (top + bottom) / 2 - (positions[index * 3 + up]! - ys.middle) * scale,
    ];
}

/** Searches in growing squares; the nearest of a square counts, in a fixed order. */
function NearestFree(taken: Int32Array, mapSize: number, u: number, v: number, half: number): number {
    for (let ring = 0; ring < mapSize; ring++) {
        let best = -1;
        let least = Infinity;
        for (let y = Math.max(0, v - ring); y <= Math.min(mapSize - 1, v + ring); y++) {
            // Inside the square only its left and right border is new.
            const step = Math.abs(y - v) === ring ? 1 : Math.max(1, 2 * ring);
            for (let x = u - ring; x <= u + ring; x += step) {
                const at = y * 2 * mapSize + x + half;
                const distance = (x - u) ** 2 + (y - v) ** 2;
                if (x >= 0 && x < mapSize && taken[at]! < 0 && distance < least) {
                    [best, least] = [at, distance];
                }
            }
        }
        if (best >= 0) {
            return best;
        }
    }
    throw new Error(`A map of ${mapSize} × ${mapSize} texels is full.`);
}
