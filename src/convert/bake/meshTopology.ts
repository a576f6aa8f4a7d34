import { type ICanonicalMesh } from "./canonicalMesh.js";

/** Vertices nearer than this, in metres, are one point of the surface: exporters split them along texture seams. */
const WeldDistance = 1e-5;
/** Cosine of the angle (30°) by which a convex edge bends at least for a flat splat to stick out visibly. */
const CreaseCosine = 0.866;

/** How the triangles of a mesh hang together. */
export interface IMeshTopology {
    /** [T] unit geometric normals, xyz. */
    readonly faceNormals: Float32Array;
    /** [T] areas, square metres. */
    readonly areas: Float32Array;
    /** [T] connected piece that a triangle belongs to. */
    readonly pieces: Uint32Array;
    /** [E,6] end points of open edges and convex creases, metres. */
    readonly rims: Float32Array;
    /** [E] piece of each rim edge. */
    readonly rimPieces: Uint32Array;
    /** [E] 1 for creases, 0 for open edges. */
    readonly rimCreases: Uint8Array;
}

/** Measures triangles, finds connected pieces, open edges and creases. */
export function AnalyzeMesh(mesh: ICanonicalMesh): IMeshTopology {
    const { indices } = mesh.source;
    const count = indices.length / 3;
    const weld = WeldVertices(mesh.positions);
    const { faceNormals, areas } = MeasureFaces(mesh.positions, indices);
    const pieces = ConnectedPieces(weld, indices);
    const edges = new Map<string, number[]>();
    for (let t = 0; t < count; t++) {
        for (let k = 0; k < 3; k++) {
            const [a, b] = [weld[indices[t * 3 + k]!]!, weld[indices[t * 3 + ((k + 1) % 3)]!]!];
            if (a !== b && areas[t]! > 0) {
                const key = a < b ? `${a},${b}` : `${b},${a}`;
                edges.set(key, [...(edges.get(key) ?? []), t]);
            }
        }
    }
    const rims: number[] = [];
    const rimPieces: number[] = [];
    const rimCreases: number[] = [];
    for (const [key, faces] of edges) {
        if (faces.length > 1 && !IsConvexCrease(mesh, faceNormals, faces)) {
            continue;
        }
        for (const end of key.split(",")) {
            const v = Number(end) * 3;
            rims.push(mesh.positions[v]!, mesh.positions[v + 1]!, mesh.positions[v + 2]!);
        }
        rimPieces.push(pieces[faces[0]!]!);
        rimCreases.push(faces.length > 1 ? 1 : 0);
    }
    return {
        faceNormals,
        areas,
        pieces,
        rims: Float32Array.from(rims),
        rimPieces: Uint32Array.from(rimPieces),
        rimCreases: Uint8Array.from(rimCreases),
    };
}

/** What sticks out of a concave crease ends inside the body: nobody sees it, and it closes the corner. */
function IsConvexCrease(
    { positions, source }: ICanonicalMesh,
    normals: Float32Array,
    faces: readonly number[],
): boolean {
    const [a, b] = [faces[0]! * 3, faces[1]! * 3];
    const middle = (corner: number, i: number): number =>
        [0, 1, 2].reduce((sum, k) => sum + positions[source.indices[corner + k]! * 3 + i]! / 3, 0);
    let [dot, rise] = [0, 0];
    for (let i = 0; i < 3; i++) {
        dot += normals[a + i]! * normals[b + i]!;
        rise += normals[a + i]! * (middle(b, i) - middle(a, i));
    }
    return dot < CreaseCosine && rise < 0;
}

function WeldVertices(positions: Float32Array): Uint32Array {
    const first = new Map<string, number>();
    return Uint32Array.from({ length: positions.length / 3 }, (_, v) => {
        const key = [0, 1, 2].map((i) => Math.round(positions[v * 3 + i]! / WeldDistance)).join(",");
        const known = first.get(key);
        if (known === undefined) {
            first.set(key, v);
        }
        return known ?? v;
    });
}

function MeasureFaces(
    positions: Float32Array,
    indices: Uint32Array,
): { faceNormals: Float32Array; areas: Float32Array } {
    const count = indices.length / 3;
    const faceNormals = new Float32Array(count * 3);
    const areas = new Float32Array(count);
    for (let t = 0; t < count; t++) {
        const [a, b, c] = [indices[t * 3]! * 3, indices[t * 3 + 1]! * 3, indices[t * 3 + 2]! * 3];
        const u = [0, 1, 2].map((i) => positions[b + i]! - positions[a + i]!) as [number, number, number];
        const v = [0, 1, 2].map((i) => positions[c + i]! - positions[a + i]!) as [number, number, number];
        const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        const length = Math.hypot(n[0]!, n[1]!, n[2]!);
        areas[t] = length / 2;
        for (let i = 0; i < 3; i++) {
            faceNormals[t * 3 + i] = length > 0 ? n[i]! / length : 0;
        }
    }
    return { faceNormals, areas };
}

function ConnectedPieces(weld: Uint32Array, indices: Uint32Array): Uint32Array {
    const parent = Uint32Array.from(weld);
    const find = (v: number): number => {
        let root = v;
        while (parent[root] !== root) {
            parent[root] = parent[parent[root]!]!;
            root = parent[root]!;
        }
        return root;
    };
    for (let t = 0; t < indices.length; t += 3) {
        const a = find(indices[t]!);
        parent[find(indices[t + 1]!)] = a;
        parent[find(indices[t + 2]!)] = a;
    }
    return Uint32Array.from({ length: indices.length / 3 }, (_, t) => find(indices[t * 3]!));
}
