import { MaxGaussians } from "../../format/limits.js";
import { ConvertError } from "../convertError.js";
import { type IPositionMap } from "./readPositionMap.js";

/** The body in its canonical pose: a point for each texel of front and back map that shows it. */
export interface ITemplate {
    /** Side of one map, texels, W. */
    readonly mapSize: number;
    /** [N] v·2W + u, ascending. */
    readonly texels: Uint32Array;
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N,3] normals, not renormalised. */
    readonly normals: Float32Array;
}

/** Sides of the published maps in space, metres. */
const MapMetres = 2;

/** No point of a body that those maps see is so far from the origin of its body model, metres. */
const MaxMetres = 2 * MapMetres;

/**
 * Gathers the points of the canonical maps, in the order of the Gaussians.
 *
 * @param positions front and back map side by side; a texel that is not zero holds a point
 * @param normals of the same size
 * @param names of the two files, for messages
 * @returns the points
 * @throws {@link ConvertError} `wrong-shape` or `too-large`
 */
export function ReadTemplate(
    positions: IPositionMap,
    normals: IPositionMap,
    names: readonly [string, string],
): ITemplate {
    const { width, height } = positions;
    if (width !== 2 * height) {
        throw new ConvertError(
            "wrong-shape",
            `${names[0]} has ${width} × ${height} pixels; front and back side by side have twice as many columns as rows.`,
        );
    }
    if (normals.width !== width || normals.height !== height) {
        throw new ConvertError(
            "wrong-shape",
            `${names[1]} has ${normals.width} × ${normals.height} pixels, ${names[0]} ${width} × ${height}: take both from the same preprocessing.`,
        );
    }
    const texels = Uint32Array.from(TexelsWithPoints(positions));
    if (texels.length === 0 || texels.length > MaxGaussians) {
        throw new ConvertError(
            "wrong-shape",
            `${names[0]} has ${texels.length} points; 1 to ${MaxGaussians} make a body.`,
        );
    }
    const gather = (map: IPositionMap): Float32Array => {
        const rows = new Float32Array(texels.length * 3);
        texels.forEach((texel, row) => rows.set(map.values.subarray(texel * 3, texel * 3 + 3), row * 3));
        return rows;
    };
    const points = gather(positions);
    CheckMetres(points, names[0]);
    return { mapSize: height, texels, positions: points, normals: gather(normals) };
}

function CheckMetres(points: Float32Array, name: string): void {
    const farthest = points.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (farthest > MaxMetres) {
        throw new ConvertError(
            "wrong-shape",
            `${name} has points ${farthest.toFixed(0)} m from the origin: positions are metres. Divide them, if they are millimetres.`,
        );
    }
}

function TexelsWithPoints({ values }: IPositionMap): number[] {
    const texels: number[] = [];
    for (let texel = 0; texel * 3 < values.length; texel++) {
        const at = texel * 3;
        if (values[at] !== 0 || values[at + 1] !== 0 || values[at + 2] !== 0) {
            texels.push(texel);
        }
    }
    return texels;
}

/**
 * Height of the middle of the canonical body, from where the maps lie in space: their middle is that of the body's bounds.
 *
 * @param template the body
 * @returns y, metres
 */
export function CanonicalCenterHeight({ mapSize, texels, positions }: ITemplate): number {
    const row = Math.floor(texels[0]! / (2 * mapSize));
    return positions[1]! - MapMetres / 2 + ((row + 0.5) * MapMetres) / mapSize;
}

/**
 * The texels that a pose map keeps: the first of every block.
 *
 * @param template the body
 * @param size side of the pose map, pixels
 * @param side which map
 * @returns rows of the template, and the pixel v·size + u of each
 */
export function ReducedRows(
    { mapSize, texels }: ITemplate,
    size: number,
    side: "front" | "back",
): { rows: Uint32Array; pixels: Uint32Array } {
    const block = mapSize / size;
    const first = side === "front" ? 0 : mapSize;
    const rows: number[] = [];
    const pixels: number[] = [];
    texels.forEach((texel, row) => {
        const u = (texel % (2 * mapSize)) - first;
        const v = Math.floor(texel / (2 * mapSize));
        if (u >= 0 && u < mapSize && u % block === 0 && v % block === 0) {
            rows.push(row);
            pixels.push((v / block) * size + u / block);
        }
    });
    return { rows: Uint32Array.from(rows), pixels: Uint32Array.from(pixels) };
}
