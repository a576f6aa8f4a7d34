import { ArkitIndices, ArkitOpposites } from "../vocabulary/arkit.js";

const { jawOpen: JawOpen, mouthClose: MouthClose } = ArkitIndices;

/** Sums are as they come up to here, then approach 1. */
const ClipFrom = 0.8;
const ClipRange = 1 - ClipFrom;

const Opposites = ArkitOpposites.map(([one, other]) => [ArkitIndices[one], ArkitIndices[other]] as const);

/**
 * Limits what several layers make of a shape together; what one of them says by itself stays as it is, so that a recorded
 * face comes out as it was recorded.
 *
 * @param sum of the layers, ≥ 0
 * @param most of them, 0..1
 * @returns 0..1, growing with the sum
 */
export function LimitSum(sum: number, most: number): number {
    if (sum <= most || sum <= ClipFrom) {
        return sum;
    }
    return Math.max(most, ClipFrom + ClipRange * Math.tanh((sum - ClipFrom) / ClipRange));
}

/** Lets shapes that undo each other do so: of every two, the lesser is taken from both. */
export function CancelOpposites(weights: Float32Array): void {
    for (let i = 0; i < Opposites.length; i++) {
        const [one, other] = Opposites[i]!;
        const lesser = Math.min(weights[one]!, weights[other]!);
        weights[one]! -= lesser;
        weights[other]! -= lesser;
    }
}

/** Lips close the gap that the jaw makes and no more: beyond it, they would go through each other. */
export function LimitLips(weights: Float32Array): void {
    weights[MouthClose] = Math.min(weights[MouthClose]!, weights[JawOpen]!);
}
