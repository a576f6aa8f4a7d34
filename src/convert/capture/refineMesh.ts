/** A surface to refine. */
export interface ICoarseSurface {
    /** [V,3] vertices, metres. */
    readonly positions: Float32Array;
    /** [V,3] unit normals that vertices of a weld share. */
    readonly normals: Float32Array;
    /** [V] first vertex of those at one point. */
    readonly welds: Uint32Array;
    /** [T,3] triangles. */
    readonly triangles: Uint32Array;
    /** [V] length of the longest edge that may stay at a vertex, metres. */
    readonly limits: Float32Array;
    /** [V] how much the surface bends between its vertices: 0 stays flat, 1 follows the normals. */
    readonly roundness: Float32Array;
}

/** What became of a surface. */
export interface IRefinedSurface {
    /** [N,2] vertices in the middle of which each new vertex lies, in the order in which they follow the old ones. */
    readonly parents: Uint32Array;
    /** [V+N,3] vertices. */
    readonly positions: Float32Array;
    /** [T',3] triangles. */
    readonly triangles: Uint32Array;
    /** [T'] triangle that each comes from. */
    readonly sources: Uint32Array;
}

/** Halvings of an edge; an edge of two metres is 8 mm long after them. */
const MaxPasses = 8;
/** A safeguard: characters have a hundred times fewer. */
const MaxTriangles = 2_000_000;
/** New vertices leave the middle of their edge by at most this share of its length. */
const MaxBulge = 0.15;

/**
 * Splits edges until all are short enough. A shared edge is split once for all its triangles, also across texture seams, so
 * that nothing tears; longest edges are split first, so that triangles stay well shaped. New vertices lie on the curved
 * surface that the normals tell (Phong tessellation, Boubekeur and Alexa 2008), without which every old facet would show
 * once normals are computed anew.
 *
 * @param surface what to refine
 */
export function RefineMesh(surface: ICoarseSurface): IRefinedSurface {
    const mesh = new GrowingMesh(surface);
    for (let pass = 0; pass < MaxPasses; pass++) {
        const marked = mesh.markEdges();
        if (marked.size === 0 || mesh.triangles.length / 3 > MaxTriangles) {
            break;
        }
        mesh.split(marked);
    }
    return {
        parents: Uint32Array.from(mesh.parents),
        positions: Float32Array.from(mesh.positions),
        triangles: Uint32Array.from(mesh.triangles),
        sources: Uint32Array.from(mesh.sources),
    };
}

/** More than any mesh has vertices; keys of edges stay exact below 2⁵³. */
const KeyBase = 2 ** 26;

class GrowingMesh {
    public readonly parents: number[] = [];
    public readonly positions: number[];
    public triangles: number[];
    public sources: number[];
    private readonly _normals: number[];
    private readonly _welds: number[];
    private readonly _limits: number[];
    private readonly _roundness: number[];

    public constructor(surface: ICoarseSurface) {
        this.positions = [...surface.positions];
        this.triangles = [...surface.triangles];
        this.sources = [...surface.triangles.subarray(0, surface.triangles.length / 3).keys()];
        this._normals = [...surface.normals];
        this._welds = [...surface.welds];
        this._limits = [...surface.limits];
        this._roundness = [...surface.roundness];
    }

    /** Edges to split, by their welded ends: those too long, and the longest of every triangle that is split at all. */
    public markEdges(): Set<number> {
        const marked = new Set<number>();
        const { triangles } = this;
        for (let i = 0; i < triangles.length; i++) {
            const [a, b] = [triangles[i]!, triangles[NextCorner(i)]!];
            if (this._length(a, b) > Math.min(this._limits[a]!, this._limits[b]!)) {
                marked.add(this._edge(a, b));
            }
        }
        let count = -1;
        while (marked.size !== count) {
            count = marked.size;
            for (let t = 0; t < triangles.length; t += 3) {
                this._markLongest(t, marked);
            }
        }
        return marked;
    }

    /** Splits marked edges in their middle. */
    public split(marked: ReadonlySet<number>): void {
        const { triangles, sources } = this;
        const middles = new Map<number, number>();
        const firsts = new Map<number, number>();
        this.triangles = [];
        this.sources = [];
        for (let t = 0; t < triangles.length; t += 3) {
            const corners = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!] as const;
            const cuts = corners.map((a, k) => {
                const b = corners[(k + 1) % 3]!;
                return marked.has(this._edge(a, b)) ? this._middle(a, b, middles, firsts) : -1;
            }) as [number, number, number];
            const before = this.triangles.length;
            this._cut(corners, cuts);
            for (let i = before; i < this.triangles.length; i += 3) {
                this.sources.push(sources[t / 3]!);
            }
        }
    }

    private _markLongest(t: number, marked: Set<number>): void {
        let [any, longest, key] = [false, -1, 0];
        for (let i = t; i < t + 3; i++) {
            const [a, b] = [this.triangles[i]!, this.triangles[NextCorner(i)]!];
            const edge = this._edge(a, b);
            const length = this._length(a, b);
            any ||= marked.has(edge);
            if (length > longest) {
                [longest, key] = [length, edge];
            }
        }
        if (any) {
            marked.add(key);
        }
    }

    private _cut([a, b, c]: readonly [number, number, number], [ab, bc, ca]: readonly [number, number, number]): void {
        const out = this.triangles;
        const count = Number(ab >= 0) + Number(bc >= 0) + Number(ca >= 0);
        if (count === 0) {
            out.push(a, b, c);
        } else if (count === 3) {
            out.push(a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca);
        } else if (count === 1) {
            const [p, q, r, cut] = ab >= 0 ? [a, b, c, ab] : bc >= 0 ? [b, c, a, bc] : [c, a, b, ca];
            out.push(p, cut, r, cut, q, r);
        } else {
            // The corner between the two cuts comes off; the rest is cut along its shorter diagonal.
            const [p, q, r, pq, rp] = ca < 0 ? [b, c, a, bc, ab] : ab < 0 ? [c, a, b, ca, bc] : [a, b, c, ab, ca];
            out.push(p, pq, rp);
            if (this._length(pq, r) < this._length(rp, q)) {
                out.push(pq, q, r, pq, r, rp);
            } else {
                out.push(pq, q, rp, rp, q, r);
            }
        }
    }

    private _middle(a: number, b: number, middles: Map<number, number>, firsts: Map<number, number>): number {
        const key = Math.min(a, b) * KeyBase + Math.max(a, b);
        let middle = middles.get(key);
        if (middle === undefined) {
            middle = this._add(a, b);
            middles.set(key, middle);
            const edge = this._edge(a, b);
            const first = firsts.get(edge) ?? middle;
            firsts.set(edge, first);
            this._welds[middle] = first;
        }
        return middle;
    }

    private _add(a: number, b: number): number {
        const { positions, _normals: normals } = this;
        const added = positions.length / 3;
        const round = (this._roundness[a]! + this._roundness[b]!) / 2;
        const along = (v: number): number =>
            [0, 1, 2].reduce(
                (sum, i) => sum + ((positions[b * 3 + i]! - positions[a * 3 + i]!) / 2) * normals[v * 3 + i]!,
                0,
            );
        // Distances of the middle from the planes of touch: half of each is how far the surface bends away.
        const [fromA, fromB] = [along(a), -along(b)];
        const bend = [0, 1, 2].map((i) => -0.5 * round * (fromA * normals[a * 3 + i]! + fromB * normals[b * 3 + i]!));
        const size = Math.hypot(...bend);
        const most = MaxBulge * this._length(a, b);
        const scale = size > most ? most / size : 1;
        const normal = [0, 1, 2].map((i) => normals[a * 3 + i]! + normals[b * 3 + i]!);
        const length = Math.hypot(...normal);
        for (let i = 0; i < 3; i++) {
            // Rounded like the stored vertex, so that what is split next is measured alike on both sides of a seam.
            positions.push(Math.fround((positions[a * 3 + i]! + positions[b * 3 + i]!) / 2 + bend[i]! * scale));
            normals.push(length > 1e-9 ? normal[i]! / length : normals[a * 3 + i]!);
        }
        this.parents.push(a, b);
        this._limits.push(Math.min(this._limits[a]!, this._limits[b]!));
        this._roundness.push(round);
        return added;
    }

    private _edge(a: number, b: number): number {
        const [p, q] = [this._welds[a]!, this._welds[b]!];
        return p < q ? p * KeyBase + q : q * KeyBase + p;
    }

    private _length(a: number, b: number): number {
        const p = this.positions;
        return Math.hypot(p[a * 3]! - p[b * 3]!, p[a * 3 + 1]! - p[b * 3 + 1]!, p[a * 3 + 2]! - p[b * 3 + 2]!);
    }
}

function NextCorner(i: number): number {
    return i % 3 === 2 ? i - 2 : i + 1;
}

/**
 * Carries values of vertices over to a refined surface: new vertices get the mean of their parents.
 *
 * @param values [V,size] values
 * @param parents see {@link IRefinedSurface.parents}
 * @param size numbers a vertex
 * @returns [V+N,size] values
 */
export function ExtendValues(values: Float32Array, parents: Uint32Array, size: number): Float32Array {
    const result = new Float32Array(values.length + (parents.length / 2) * size);
    result.set(values);
    for (let n = 0; n < parents.length / 2; n++) {
        const [a, b] = [parents[n * 2]! * size, parents[n * 2 + 1]! * size];
        for (let i = 0; i < size; i++) {
            result[values.length + n * size + i] = (result[a + i]! + result[b + i]!) / 2;
        }
    }
    return result;
}

/**
 * Carries skin weights over to a refined surface: new vertices get the four strongest joints of both parents.
 *
 * @param joints [V,4] joints
 * @param weights [V,4] weights
 * @param parents see {@link IRefinedSurface.parents}
 */
export function ExtendSkin(
    joints: Uint16Array,
    weights: Float32Array,
    parents: Uint32Array,
): { readonly skinJoints: Uint16Array; readonly skinWeights: Float32Array } {
    const skinJoints = new Uint16Array(joints.length + parents.length * 2);
    const skinWeights = new Float32Array(skinJoints.length);
    skinJoints.set(joints);
    skinWeights.set(weights);
    for (let n = 0; n < parents.length / 2; n++) {
        const sums = new Map<number, number>();
        for (const parent of [parents[n * 2]!, parents[n * 2 + 1]!]) {
            for (let k = parent * 4; k < parent * 4 + 4; k++) {
                sums.set(skinJoints[k]!, (sums.get(skinJoints[k]!) ?? 0) + skinWeights[k]!);
            }
        }
        const kept = [...sums].sort((p, q) => q[1] - p[1] || p[0] - q[0]).slice(0, 4);
        const total = kept.reduce((sum, [, weight]) => sum + weight, 0);
        kept.forEach(([joint, weight], k) => {
            skinJoints[joints.length + n * 4 + k] = weight > 0 ? joint : 0;
            skinWeights[joints.length + n * 4 + k] = total > 0 ? weight / total : 0;
        });
    }
    return { skinJoints, skinWeights };
}
