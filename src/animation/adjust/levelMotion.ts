/** What is asked of the height of the body in one frame. */
export interface ILevelDemands {
    /** [F,2,3] of the left and the right leg: wanted shift, highest shift, weight; see `FootPlanter.demands`. */
    readonly legs: Float64Array;
    /** [F] 1 where the motion is cut: nothing is carried over from the frame before. */
    readonly cuts: Uint8Array;
    /** Frames a second. */
    readonly frameRate: number;
}

/** How fast the shift follows legs that are bent by a usual 30°, Hz; straighter legs are followed faster. Measured on walking. */
const LevelFrequency = 5;
const UsualWeight = 15;
/** The shift stays below what legs can reach by this much more than it keeps to what they want. */
const ReachWeight = 30;
const ReachRounds = 4;
/** Without anything standing the shift tends to stay as it is: share of the usual weight at LevelFrequency. */
const StayWeight = 0.02;

/**
 * Finds the course of the shift that keeps standing legs as bent as their motion has them: the smoothest curve through what
 * they ask for, legs that are nearly straight first (Whittaker's smoother with weights).
 *
 * @param demands what the legs ask for
 * @returns [F] shift upwards, metres
 */
export function LevelMotion(demands: ILevelDemands): Float64Array {
    const { legs, cuts } = demands;
    const frames = cuts.length;
    const result = new Float64Array(frames);
    for (let from = 0; from < frames;) {
        let to = from + 1;
        while (to < frames && cuts[to] === 0) {
            to++;
        }
        LevelPart(legs.subarray(from * 6, to * 6), demands.frameRate, result.subarray(from, to));
        from = to;
    }
    return result;
}

function LevelPart(legs: Float64Array, frameRate: number, result: Float64Array): void {
    const frames = result.length;
    const weights = new Float64Array(frames);
    const sums = new Float64Array(frames);
    for (let round = 0; round <= ReachRounds; round++) {
        let total = 0;
        for (let frame = 0; frame < frames; frame++) {
            weights[frame] = 0;
            sums[frame] = 0;
            for (let at = frame * 6; at < frame * 6 + 6; at += 3) {
                const isOut = round > 0 && result[frame]! > legs[at + 1]!;
                const wanted = isOut ? legs[at + 1]! : legs[at]!;
                const weight = (legs[at + 2]! / UsualWeight) * (isOut ? ReachWeight : 1);
                weights[frame]! += weight;
                sums[frame]! += weight * wanted;
                total += weight;
            }
        }
        if (total === 0) {
            return;
        }
        Smooth(weights, sums, frameRate, result);
    }
}

/**
 * Solves (W + λ₁D₁ᵀD₁ + λ₂D₂ᵀD₂)·x = sums for x, with D₁ and D₂ first and second differences: a symmetric matrix with two
 * diagonals beside the main one, factorised as LDLᵀ.
 */
function Smooth(weights: Float64Array, sums: Float64Array, frameRate: number, result: Float64Array): void {
    const n = weights.length;
    const step = frameRate / (2 * Math.PI * LevelFrequency);
    const stay = StayWeight * step ** 2;
    const bend = step ** 4;
    const diagonal = Float64Array.from(weights, (weight) => weight + 1e-9);
    const first = new Float64Array(n);
    const second = new Float64Array(n);
    for (let i = 0; i + 1 < n; i++) {
        diagonal[i]! += stay;
        diagonal[i + 1]! += stay;
        first[i]! -= stay;
    }
    for (let i = 0; i + 2 < n; i++) {
        diagonal[i]! += bend;
        diagonal[i + 1]! += 4 * bend;
        diagonal[i + 2]! += bend;
        first[i]! -= 2 * bend;
        first[i + 1]! -= 2 * bend;
        second[i]! += bend;
    }
    // In place: `first` and `second` become the columns of L below the diagonal.
    for (let i = 0; i < n; i++) {
        const d = diagonal[i]!;
        const a = first[i]!;
        const b = second[i]!;
        if (i + 1 < n) {
            diagonal[i + 1]! -= (a * a) / d;
            first[i + 1]! -= (a * b) / d;
        }
        if (i + 2 < n) {
            diagonal[i + 2]! -= (b * b) / d;
        }
        first[i] = a / d;
        second[i] = b / d;
    }
    for (let i = 0; i < n; i++) {
        result[i] =
            sums[i]! - (i > 0 ? first[i - 1]! * result[i - 1]! : 0) - (i > 1 ? second[i - 2]! * result[i - 2]! : 0);
    }
    for (let i = n - 1; i >= 0; i--) {
        result[i] =
            result[i]! / diagonal[i]! -
            (i + 1 < n ? first[i]! * result[i + 1]! : 0) -
            (i + 2 < n ? second[i]! * result[i + 2]! : 0);
    }
}
