/** Vertices nearer than this along every axis, in metres, are one point: exporters split them along texture seams. */
const WeldDistance = 1e-5;

/** Cosine of the angle (37°) between the file's normals from which on a split vertex is a hard edge, not a texture seam. */
const SeamCosine = 0.8;

/** Which vertices belong together. */
export interface IWelds {
    /** [V] first vertex of those at one point of a part. */
    readonly points: Uint32Array;
    /** [V] first vertex of those of a point that share their normal. */
    readonly smooth: Uint32Array;
}

/**
 * Finds vertices that are one point of the surface. Sheets of different parts that touch stay apart.
 *
 * @param positions [V,3] metres
 * @param normals [V,3] unit normals of the file, which tell hard edges
 * @param groups [V] vertices of different groups are never one
 */
export function WeldVertices(positions: Float32Array, normals: Float32Array, groups: ArrayLike<number>): IWelds {
    const count = positions.length / 3;
    const points = new Uint32Array(count);
    const smooth = new Uint32Array(count);
    const known = new Map<string, number[]>();
    for (let v = 0; v < count; v++) {
        const place = [0, 1, 2].map((i) => Math.round(positions[v * 3 + i]! / WeldDistance));
        const key = [groups[v]!, ...place].join(" ");
        const others = known.get(key);
        if (!others) {
            known.set(key, [v]);
            points[v] = v;
            smooth[v] = v;
            continue;
        }
        points[v] = others[0]!;
        const alike = others.find((other) => smooth[other] === other && Cosine(normals, v, other) > SeamCosine);
        smooth[v] = alike ?? v;
        others.push(v);
    }
    return { points, smooth };
}

function Cosine(normals: Float32Array, a: number, b: number): number {
    return (
        normals[a * 3]! * normals[b * 3]! +
        normals[a * 3 + 1]! * normals[b * 3 + 1]! +
        normals[a * 3 + 2]! * normals[b * 3 + 2]!
    );
}
