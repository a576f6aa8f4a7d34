import { type ICanonicalMesh } from "./canonicalMesh.js";
import { type IMeshTopology } from "./meshTopology.js";
import { type LinearColor } from "./textureSampling.js";

/** Cosine of the angle (25°) up to which a disc follows the smooth normal instead of its triangle. */
const MinNormalCosine = 0.9;

/** Points on the surface; each becomes one Gaussian. */
export interface ISurfaceSamples {
    /** Number of samples, N. */
    readonly count: number;
    /** [N] mesh. */
    readonly meshes: Uint16Array;
    /** [N] triangle of the mesh. */
    readonly triangles: Uint32Array;
    /** [N,2] barycentric coordinates of the second and third corner. */
    readonly barycentrics: Float32Array;
    /** [N,3] positions, metres. */
    readonly positions: Float32Array;
    /** [N,3] unit normals. */
    readonly normals: Float32Array;
    /** [N] mean distance of neighbouring samples, metres. */
    readonly spacings: Float32Array;
    /** [N,4] linear colour and alpha. */
    readonly colors: Float32Array;
    /** [N] connected piece of surface, unique over all meshes. */
    readonly pieces: Uint32Array;
}

/** Samples that are still being laid. */
export class SampleList {
    private readonly _numbers = {
        meshes: [] as number[],
        triangles: [] as number[],
        barycentrics: [] as number[],
        positions: [] as number[],
        normals: [] as number[],
        spacings: [] as number[],
        colors: [] as number[],
        pieces: [] as number[],
    };

    /** Appends the point with barycentric coordinates `u`, `v` of triangle `t`. */
    public add(
        mesh: ICanonicalMesh,
        m: number,
        topology: IMeshTopology,
        t: number,
        [u, v]: readonly [number, number],
        spacing: number,
        color: LinearColor,
        piece: number,
    ): void {
        const list = this._numbers;
        list.meshes.push(m);
        list.triangles.push(t);
        list.barycentrics.push(u, v);
        list.spacings.push(spacing);
        list.colors.push(color[0], color[1], color[2], color[3]);
        list.pieces.push(piece);
        const corners = mesh.source.indices.subarray(t * 3, t * 3 + 3);
        const mix = (values: Float32Array, i: number): number =>
            (1 - u - v) * values[corners[0]! * 3 + i]! +
            u * values[corners[1]! * 3 + i]! +
            v * values[corners[2]! * 3 + i]!;
        list.positions.push(mix(mesh.positions, 0), mix(mesh.positions, 1), mix(mesh.positions, 2));
        const smooth = [mix(mesh.normals, 0), mix(mesh.normals, 1), mix(mesh.normals, 2)];
        const face = topology.faceNormals.subarray(t * 3, t * 3 + 3);
        const length = Math.hypot(smooth[0]!, smooth[1]!, smooth[2]!);
        const dot = smooth[0]! * face[0]! + smooth[1]! * face[1]! + smooth[2]! * face[2]!;
        // A smooth normal far off the face (hard edges shaded smooth, flipped exports) would tilt the disc out of it.
        const normal = dot > MinNormalCosine * length ? smooth.map((value) => value / length) : face;
        list.normals.push(normal[0]!, normal[1]!, normal[2]!);
    }

    /** What has been laid. */
    public finish(): ISurfaceSamples {
        const list = this._numbers;
        return {
            count: list.meshes.length,
            meshes: Uint16Array.from(list.meshes),
            triangles: Uint32Array.from(list.triangles),
            barycentrics: Float32Array.from(list.barycentrics),
            positions: Float32Array.from(list.positions),
            normals: Float32Array.from(list.normals),
            spacings: Float32Array.from(list.spacings),
            colors: Float32Array.from(list.colors),
            pieces: Uint32Array.from(list.pieces),
        };
    }
}

/** The samples of the given indices, in their order. */
export function SelectSamples(all: ISurfaceSamples, kept: Uint32Array): ISurfaceSamples {
    const pick = <T extends Float32Array | Uint32Array | Uint16Array>(from: T, size: number): T => {
        const out = from.slice(0, kept.length * size) as T;
        kept.forEach((index, i) => {
            for (let k = 0; k < size; k++) {
                out[i * size + k] = from[index * size + k]!;
            }
        });
        return out;
    };
    return {
        count: kept.length,
        meshes: pick(all.meshes, 1),
        triangles: pick(all.triangles, 1),
        barycentrics: pick(all.barycentrics, 2),
        positions: pick(all.positions, 3),
        normals: pick(all.normals, 3),
        spacings: pick(all.spacings, 1),
        colors: pick(all.colors, 4),
        pieces: pick(all.pieces, 1),
    };
}
