import { ArkitIndices, type ArkitName } from "../vocabulary/arkit.js";

const {
    jawOpen: JawOpen, mouthClose: MouthClose, mouthFunnel: Funnel,
    mouthLowerDownLeft: LowerLeft, mouthLowerDownRight: LowerRight,
    mouthUpperUpLeft: UpperLeft, mouthUpperUpRight: UpperRight,
    mouthPressLeft: PressLeft, mouthPressRight: PressRight,
} = ArkitIndices; // prettier-ignore

/** Shapes that part the lips, the jaw's first. */
export const PartingNames: readonly ArkitName[] = [
    "jawOpen",
    "mouthFunnel",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
];

/** What each shape does to the gap between the lips, as a share of what the jaw does. */
const LowerShare = 0.15;
const UpperShare = 0.15;
const FunnelShare = 0.25;
const PressShare = 0.1;

/**
 * How far lips are apart, without knowing the face: 0 they meet, 1 the jaw is open all the way.
 *
 * @param weights [52] weights
 */
export function LipGap(weights: Float32Array): number {
    const jaw = weights[JawOpen]! - weights[MouthClose]!;
    const lower = LowerShare * (weights[LowerLeft]! + weights[LowerRight]!);
    const upper = UpperShare * (weights[UpperLeft]! + weights[UpperRight]!);
    const press = PressShare * (weights[PressLeft]! + weights[PressRight]!);
    return Math.max(0, jaw + lower + upper + FunnelShare * weights[Funnel]! - press);
}
