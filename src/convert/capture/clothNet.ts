import { type ICaptureSubject } from "./captureSubject.js";

/** The clothing of a subject as a net of knots: its vertices, seams closed. */
export interface IClothNet {
    /** Number of knots, N. */
    readonly count: number;
    /** [V] knot of each vertex, -1 for what is no cloth. */
    readonly knotOf: Int32Array;
    /** [N,3] knots at rest, metres. */
    readonly positions: Float32Array;
    /** [N,3] unit normals at rest. */
    readonly normals: Float32Array;
    /** [N,4] joints. */
    readonly skinJoints: Uint16Array;
    /** [N,4] weights. */
    readonly skinWeights: Float32Array;
    /** [N+1] where the neighbours of a knot begin. */
    readonly starts: Uint32Array;
    /** [starts[N]] neighbours. */
    readonly neighbours: Uint32Array;
    /** [N] 1 where the cloth ends in another part, which does not follow its folds. */
    readonly isSewn: Uint8Array;

    /**
     * Averages values with those of the neighbours, again and again. Allocates nothing when called again.
     *
     * @param values [N] values, overwritten
     * @param steps how often
     * @returns the values
     */
    smooth(values: Float32Array, steps: number): Float32Array;
}

/** Makes the net of a subject's clothing. */
export function MakeClothNet(subject: ICaptureSubject): IClothNet {
    const { welds, parts, vertexParts } = subject;
    const isCloth = (v: number): boolean => parts[vertexParts[v]!]!.kind === "clothing";
    const knotOf = new Int32Array(welds.length).fill(-1);
    const vertices: number[] = [];
    for (let v = 0; v < welds.length; v++) {
        if (isCloth(v)) {
            const first = welds[v]!;
            if (knotOf[first]! < 0) {
                knotOf[first] = vertices.length;
                vertices.push(v);
            }
            knotOf[v] = knotOf[first]!;
        }
    }
    const isSewn = new Uint8Array(vertices.length);
    for (let v = 0; v < welds.length; v++) {
        const knot = knotOf[welds[v]!]!;
        if (knot >= 0 && !isCloth(v)) {
            isSewn[knot] = 1;
            knotOf[v] = -1;
        }
    }
    const { starts, neighbours } = Adjacency(subject, knotOf, vertices.length);
    const buffer = new Float32Array(vertices.length);
    return {
        count: vertices.length,
        knotOf,
        positions: Pick(subject.positions, vertices, 3, new Float32Array(vertices.length * 3)),
        normals: KnotNormals(subject, knotOf, vertices.length),
        skinJoints: Pick(subject.skinJoints, vertices, 4, new Uint16Array(vertices.length * 4)),
        skinWeights: Pick(subject.skinWeights, vertices, 4, new Float32Array(vertices.length * 4)),
        starts,
        neighbours,
        isSewn,
        smooth: (values, steps) => {
            for (let step = 0; step < steps; step++) {
                Average(values, buffer, starts, neighbours);
                values.set(buffer);
            }
            return values;
        },
    };
}

function Average(values: Float32Array, result: Float32Array, starts: Uint32Array, neighbours: Uint32Array): void {
    for (let n = 0; n < result.length; n++) {
        const end = starts[n + 1]!;
        let sum = values[n]!;
        for (let k = starts[n]!; k < end; k++) {
            sum += values[neighbours[k]!]!;
        }
        result[n] = sum / (end - starts[n]! + 1);
    }
}

function Pick<T extends Float32Array | Uint16Array>(from: T, vertices: readonly number[], size: number, result: T): T {
    vertices.forEach((v, n) => {
        result.set(from.subarray(v * size, v * size + size), n * size);
    });
    return result;
}

/** Normals that all vertices of a knot share, also where an edge is hard: cloth that moves along them does not tear. */
function KnotNormals({ normals }: ICaptureSubject, knotOf: Int32Array, count: number): Float32Array {
    const result = new Float32Array(count * 3);
    knotOf.forEach((knot, v) => {
        for (let i = 0; knot >= 0 && i < 3; i++) {
            result[knot * 3 + i]! += normals[v * 3 + i]!;
        }
    });
    for (let at = 0; at < result.length; at += 3) {
        const length = Math.hypot(result[at]!, result[at + 1]!, result[at + 2]!);
        for (let i = at; i < at + 3; i++) {
            result[i] = length > 1e-6 ? result[i]! / length : 0;
        }
    }
    return result;
}

function Adjacency(
    { triangles }: ICaptureSubject,
    knotOf: Int32Array,
    count: number,
): { starts: Uint32Array; neighbours: Uint32Array } {
    const sets: Set<number>[] = Array.from({ length: count }, () => new Set());
    for (let i = 0; i < triangles.length; i++) {
        const [a, b] = [knotOf[triangles[i]!]!, knotOf[triangles[i % 3 === 2 ? i - 2 : i + 1]!]!];
        if (a >= 0 && b >= 0 && a !== b) {
            sets[a]!.add(b);
            sets[b]!.add(a);
        }
    }
    const starts = new Uint32Array(count + 1);
    sets.forEach((set, n) => {
        starts[n + 1] = starts[n]! + set.size;
    });
    return { starts, neighbours: Uint32Array.from(sets.flatMap((set) => [...set])) };
}
