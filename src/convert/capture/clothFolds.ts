import { SmplxJointNames } from "../../format/bodyModel.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { type IClothNet, MakeClothNet } from "./clothNet.js";
import { LayFolds } from "./foldPattern.js";
import { type SkinMatrices, SkinPoints } from "./skinMatrices.js";

/** Compression that cloth takes up without a fold: it gives a little. */
const Give = 0.02;

/** Largest amplitude of a fold as a share of the distance between two: a fold that is as steep as cloth that stands. */
const MaxSteepness = 0.15;

/** Steps over which compression spreads: 2.7 cm to either side in cloth whose knots are 7 mm apart. */
const SpreadSteps = 36;

/** What hangs on these does not fold: heads, hands and shoes of characters whose clothes are one with them. */
const StiffJoints = /head|neck|jaw|eye|wrist|index|middle|ring|pinky|thumb|ankle|foot/;

/**
 * Folds of a subject's clothing, driven by strain: skinning alone squeezes the cloth in the bend of an elbow, a knee or a
 * waist; real cloth cannot get shorter and buckles instead. How much the skinned cloth is squeezed along the limb is
 * measured at every knot, spread over the neighbourhood, and turned into the amplitude of the wave of cloth that has kept
 * its length: a sine of wavelength L and amplitude A is shorter than its cloth by (πA/L)², so A = L/π·√compression. The
 * wave lies fixed in the material, so folds deepen and fade but do not wander, and it only ever lifts the cloth off the body.
 *
 * What it is not: a simulation. Cloth has no weight, no inertia and no memory, does not slide, hang or collide, and does not
 * crease where it is sheared or twisted. The same pose always has the same folds, which is what a network that sees
 * nothing but the pose can learn. At rest there are none.
 */
export class ClothFolds {
    private readonly _net: IClothNet;
    private readonly _heights: Float32Array;
    private readonly _wavelength: number;
    /** [starts[N]] squared lengths of the net's edges at rest, and how much they lie across the folds. */
    private readonly _lengths: Float32Array;
    private readonly _shares: Float32Array;
    private readonly _posed: Float32Array;
    private readonly _lifts: Float32Array;

    /** @param subject whose clothes fold */
    public constructor(subject: ICaptureSubject) {
        this._net = MakeClothNet(subject);
        const { across, heights, wavelength } = LayFolds(subject, this._net);
        const looseness = Looseness(this._net);
        this._heights = heights.map((height, n) => height * looseness[n]!);
        this._wavelength = wavelength;
        const { lengths, shares } = MeasureEdges(this._net, across);
        this._lengths = lengths;
        this._shares = shares;
        this._posed = new Float32Array(this._net.count * 3);
        this._lifts = new Float32Array(this._net.count);
    }

    /**
     * Displaces cloth at rest so that it has folds once it is skinned. Allocates nothing.
     *
     * @param joints the pose
     * @param shape [V,3] vertices at rest, metres, changed in place
     */
    public apply(joints: SkinMatrices, shape: Float32Array): void {
        const { knotOf, normals } = this._net;
        this._measureLifts(joints);
        for (let v = 0; v < knotOf.length; v++) {
            const knot = knotOf[v]!;
            if (knot >= 0) {
                const lift = this._lifts[knot]!;
                shape[v * 3]! += lift * normals[knot * 3]!;
                shape[v * 3 + 1]! += lift * normals[knot * 3 + 1]!;
                shape[v * 3 + 2]! += lift * normals[knot * 3 + 2]!;
            }
        }
    }

    private _measureLifts(joints: SkinMatrices): void {
        const net = this._net;
        const lifts = this._lifts;
        SkinPoints(net, joints.matrices, net.positions, this._posed);
        this._measureCompression(lifts);
        net.smooth(lifts, SpreadSteps);
        const most = MaxSteepness * this._wavelength;
        for (let n = 0; n < lifts.length; n++) {
            const compression = lifts[n]!;
            // Less than the square root for the little that cloth gives: folds begin gently, and rest is exactly flat.
            const excess = (compression * compression) / (compression + Give);
            const amplitude = (this._wavelength / Math.PI) * Math.sqrt(excess);
            lifts[n] = most * Math.tanh(amplitude / most) * this._heights[n]!;
        }
    }

    /** 1 − length now / length at rest along the limb, where that is positive. */
    private _measureCompression(result: Float32Array): void {
        const { starts, neighbours } = this._net;
        const posed = this._posed;
        for (let n = 0; n < result.length; n++) {
            const x = posed[n * 3]!;
            const y = posed[n * 3 + 1]!;
            const z = posed[n * 3 + 2]!;
            let sum = 0;
            for (let k = starts[n]!; k < starts[n + 1]!; k++) {
                const other = neighbours[k]! * 3;
                const dx = posed[other]! - x;
                const dy = posed[other + 1]! - y;
                const dz = posed[other + 2]! - z;
                sum += (this._shares[k]! * (dx * dx + dy * dy + dz * dz)) / this._lengths[k]!;
            }
            const squeezed = 1 - Math.sqrt(sum);
            result[n] = squeezed > 1e-6 && starts[n + 1]! > starts[n]! ? squeezed : 0;
        }
    }
}

function MeasureEdges(
    { count, starts, neighbours, positions }: IClothNet,
    across: Float32Array,
): { lengths: Float32Array; shares: Float32Array } {
    const lengths = new Float32Array(neighbours.length);
    const shares = new Float32Array(neighbours.length);
    for (let n = 0; n < count; n++) {
        let total = 0;
        for (let k = starts[n]!; k < starts[n + 1]!; k++) {
            const way = [0, 1, 2].map((i) => positions[neighbours[k]! * 3 + i]! - positions[n * 3 + i]!);
            const along = way.reduce((sum, value, i) => sum + value * across[n * 3 + i]!, 0);
            lengths[k] = way.reduce((sum, value) => sum + value * value, 0);
            // The fourth power of the cosine: edges along the folds have no say. The floor is for knots without others.
            shares[k] = ((along * along) / lengths[k]!) ** 2 + 1e-4;
            total += shares[k]!;
        }
        for (let k = starts[n]!; k < starts[n + 1]!; k++) {
            shares[k]! /= total;
        }
    }
    return { lengths, shares };
}

/** [N] 1 for cloth, 0 for what does not fold, softly. */
function Looseness(net: IClothNet): Float32Array {
    const isStiff = SmplxJointNames.map((name) => StiffJoints.test(name));
    const loose = new Float32Array(net.count).fill(1);
    for (let k = 0; k < net.skinWeights.length; k++) {
        loose[k >> 2]! -= isStiff[net.skinJoints[k]!] ? net.skinWeights[k]! : 0;
    }
    for (let n = 0; n < net.count; n++) {
        loose[n] = net.isSewn[n] ? 0 : Math.max(0, loose[n]!);
    }
    return loose;
}
