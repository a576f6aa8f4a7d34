import { DotVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type ICanonicalMesh } from "./canonicalMesh.js";
import { PointGrid } from "./pointGrid.js";
import { type ISurfaceSamples } from "./surfaceSamples.js";
import { TriangleTree } from "./triangleTree.js";

/** A layer this far above a sample at most is its cover, metres: thick clothes; fingers and lips are thicker. */
const MaxCoverDistance = 0.02;
/** Rays start this far above the surface, metres: they must not hit the triangle that they start from. */
const RayOffset = 1e-4;
/** Rays of this length leave every character, metres. */
const FarAway = 1e3;
/** Directions of the half-space over a sample in which a way out is sought; a gap of 20° is found. */
const ViewDirections = 40;
/** A sample and its cover that share less of their joints' weight part when the limb bends. */
const MinSharedWeight = 0.5;
/** A surface that some expression moves farther than this, in metres, may uncover what it hides. */
const ExpressionThreshold = 5e-4;
/** Skin that stands out of a cover by less than this, in metres, pokes through it by accident ... */
const MaxPoke = 0.005;
/** ... if most of the same sheet within this radius, metres, is hidden. */
const PokeRadius = 0.012;
/** Samples whose normals are less than 60° apart lie on one sheet. */
const SameSheetCosine = 0.5;
/** Width of the hidden band that stays along the border of a cover, metres: cloth slides by as much over skin. */
const BorderWidth = 0.008;

/**
 * Finds the samples that nobody can see: those under clothes, under a shell, inside another part. Besides being a waste
 * they would shine through, since a splat of the layer above is never quite opaque and sorts by its centre.
 *
 * A sample is hidden when
 * - the ray along its normal leaves the character through the back of an opaque triangle close above (a surface that
 *   *faces* the sample instead is the other side of a fold: armpit, lips before teeth),
 * - that triangle moves with it: same joints, and neither takes part in an expression, which might open the mouth,
 * - no straight way leads out in any direction of its half-space (skirts, open collars),
 * - or it pokes a little way through such a cover and its surroundings are hidden,
 * - and it is not near the border of the hidden part, so that no gap opens when limbs move.
 * Cut-out and blended materials cover nothing: hair and lace let the skin be seen.
 *
 * @param covers the character's opaque triangles
 * @param samples points on the same character
 * @returns [N] 1 for hidden samples
 */
export function FindHiddenSamples(covers: SurfaceCovers, samples: ISurfaceSamples): Uint8Array {
    const hidden = new Uint8Array(samples.count);
    for (let i = 0; i < samples.count; i++) {
        hidden[i] = covers.hide(samples, i) ? 1 : 0;
    }
    const poking = Uint32Array.from({ length: samples.count }, (_, i) => i).filter(
        (i) => hidden[i] === 0 && covers.isPierced(samples, i),
    );
    KeepBorder(samples, hidden, HidePokes(samples, hidden, poking));
    return hidden;
}

/** Directions evenly spread over the sphere: a Fibonacci lattice. */
const Views = Array.from({ length: 2 * ViewDirections }, (_, i) => {
    const z = 1 - (i + 0.5) / ViewDirections;
    const angle = i * Math.PI * (3 - Math.sqrt(5));
    const radius = Math.sqrt(1 - z * z);
    return Float32Array.of(radius * Math.cos(angle), radius * Math.sin(angle), z);
});

/** The opaque triangles of all meshes, in a tree: made once for a character. */
export class SurfaceCovers {
    private readonly _meshes: readonly ICanonicalMesh[];
    private readonly _tree: TriangleTree;
    /** [T] mesh and triangle of each triangle of the tree. */
    private readonly _meshOf: number[] = [];
    private readonly _triangleOf: number[] = [];
    private readonly _expressive: readonly Uint8Array[];
    private readonly _from = new Float32Array(3);
    /** [views] triangle that blocked each view last, or -1. */
    private readonly _blockers = new Int32Array(Views.length).fill(-1);

    /** @param meshes the character in the T-pose */
    public constructor(meshes: readonly ICanonicalMesh[]) {
        this._meshes = meshes;
        this._expressive = meshes.map(ExpressiveVertices);
        const corners: number[] = [];
        meshes.forEach(({ source, positions }, m) => {
            for (let t = 0; source.material.alphaMode === "OPAQUE" && t < source.indices.length / 3; t++) {
                this._meshOf.push(m);
                this._triangleOf.push(t);
                for (let k = 0; k < 9; k++) {
                    corners.push(positions[source.indices[t * 3 + Math.floor(k / 3)]! * 3 + (k % 3)]!);
                }
            }
        });
        this._tree = new TriangleTree(Float32Array.from(corners));
    }

    /** Whether nobody can see a sample. */
    public hide(samples: ISurfaceSamples, i: number): boolean {
        const normal = samples.normals.subarray(i * 3, i * 3 + 3);
        return this._meetsCompanion(samples, i, normal, MaxCoverDistance, true) && !this._seesOutside(normal);
    }

    /** Whether a sample stands out of an opaque layer by a little. */
    public isPierced(samples: ISurfaceSamples, i: number): boolean {
        const inwards = samples.normals.subarray(i * 3, i * 3 + 3).map((value) => -value);
        return this._meetsCompanion(samples, i, inwards, MaxPoke, false);
    }

    /** Whether a ray from a sample meets the back (or front) of a triangle that moves with it. */
    private _meetsCompanion(
        samples: ISurfaceSamples,
        i: number,
        direction: Float32Array,
        far: number,
        back: boolean,
    ): boolean {
        const [m, t] = [samples.meshes[i]!, samples.triangles[i]!];
        for (let k = 0; k < 3; k++) {
            this._from[k] = samples.positions[i * 3 + k]! + RayOffset * direction[k]!;
        }
        const isMet = (hit: number, isBack: boolean): boolean =>
            isBack === back && this._moveTogether(m, t, this._meshOf[hit]!, this._triangleOf[hit]!);
        return this._tree.forEachHit(this._from, direction, far, isMet);
    }

    private _seesOutside(normal: Float32Array): boolean {
        for (const [view, direction] of Views.entries()) {
            if (direction[0]! * normal[0]! + direction[1]! * normal[1]! + direction[2]! * normal[2]! <= 0) {
                continue;
            }
            // Neighbours come one after the other, and what blocked the last one mostly blocks this one too.
            const last = this._blockers[view]!;
            if (last >= 0 && this._tree.crosses(last, this._from, direction, FarAway)) {
                continue;
            }
            const remember = (triangle: number): boolean => {
                this._blockers[view] = triangle;
                return true;
            };
            if (!this._tree.forEachHit(this._from, direction, FarAway, remember)) {
                return true;
            }
        }
        return false;
    }

    private _moveTogether(m: number, t: number, coverMesh: number, coverTriangle: number): boolean {
        const corner = this._meshes[m]!.source.indices[t * 3]!;
        const over = this._meshes[coverMesh]!.source.indices[coverTriangle * 3]!;
        if (this._expressive[m]![corner] || this._expressive[coverMesh]![over]) {
            return false;
        }
        return SharedWeight(this._meshes[m]!, corner, this._meshes[coverMesh]!, over) >= MinSharedWeight;
    }
}

function ExpressiveVertices({ morphs, positions }: ICanonicalMesh): Uint8Array {
    const flags = new Uint8Array(positions.length / 3);
    for (const { deltas } of morphs) {
        for (let v = 0; v < flags.length; v++) {
            const length = Math.hypot(deltas[v * 3]!, deltas[v * 3 + 1]!, deltas[v * 3 + 2]!);
            flags[v] = flags[v] || length > ExpressionThreshold ? 1 : 0;
        }
    }
    return flags;
}

function SharedWeight(a: ICanonicalMesh, v: number, b: ICanonicalMesh, w: number): number {
    let shared = 0;
    for (let i = v * 4; i < v * 4 + 4; i++) {
        for (let j = w * 4; j < w * 4 + 4; j++) {
            shared += a.joints[i] === b.joints[j] ? Math.min(a.weights[i]!, b.weights[j]!) : 0;
        }
    }
    return shared;
}

/**
 * Hides pierced samples among hidden ones.
 *
 * @returns [N] 1 for those that it hid
 */
function HidePokes(samples: ISurfaceSamples, hidden: Uint8Array, poking: Uint32Array): Uint8Array {
    const grid = new PointGrid(samples.positions, PokeRadius);
    const vote = Int8Array.from(hidden, (value) => (value === 1 ? 1 : -1));
    poking.forEach((i) => (vote[i] = 0));
    const pokes = new Uint8Array(samples.count);
    for (const i of poking) {
        let balance = 0;
        grid.forEachNear(...Row(samples.positions, i), PokeRadius, (near) => {
            const isSameSheet =
                samples.pieces[near] === samples.pieces[i] && Cosine(samples, near, i) > SameSheetCosine;
            balance += isSameSheet ? vote[near]! : 0;
        });
        pokes[i] = balance > 0 ? 1 : 0;
        hidden[i] = pokes[i]!;
    }
    return pokes;
}

/** Unhides samples close to visible ones of the same piece, except those that poke through. */
function KeepBorder(samples: ISurfaceSamples, hidden: Uint8Array, pokes: Uint8Array): void {
    const layered = new Set(samples.pieces.filter((_, i) => hidden[i] === 1));
    const visible = Uint32Array.from({ length: samples.count }, (_, i) => i).filter(
        (i) => hidden[i] === 0 && layered.has(samples.pieces[i]!),
    );
    const positions = Float32Array.from({ length: visible.length * 3 }, (_, k) => {
        return samples.positions[visible[Math.floor(k / 3)]! * 3 + (k % 3)]!;
    });
    const grid = new PointGrid(positions, BorderWidth);
    for (let i = 0; i < samples.count; i++) {
        if (hidden[i] === 1 && pokes[i] === 0) {
            grid.forEachNear(...Row(samples.positions, i), BorderWidth, (near) => {
                if (samples.pieces[visible[near]!] === samples.pieces[i]) {
                    hidden[i] = 0;
                }
            });
        }
    }
}

function Row(values: Float32Array, i: number): Vector3Tuple {
    return [values[i * 3]!, values[i * 3 + 1]!, values[i * 3 + 2]!];
}

function Cosine({ normals }: ISurfaceSamples, i: number, j: number): number {
    return DotVector3(Row(normals, i), Row(normals, j));
}
