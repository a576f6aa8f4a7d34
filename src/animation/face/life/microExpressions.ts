import { LifeNoise } from "../../adjust/lifeNoise.js";
import { ArkitIndices, ArkitMirror, type ArkitName } from "../vocabulary/arkit.js";

/** What stirs in a calm face, the most of it, and how often a second it changes. Of pairs, the left is told. */
const Stirs: readonly (readonly [name: ArkitName, most: number, rate: number])[] = [
    ["browInnerUp", 0.05, 0.31],
    ["browOuterUpLeft", 0.04, 0.23],
    ["browDownLeft", 0.03, 0.19],
    ["cheekSquintLeft", 0.03, 0.27],
    ["eyeSquintLeft", 0.05, 0.29],
    ["mouthPressLeft", 0.05, 0.37],
    ["mouthSmileLeft", 0.04, 0.17],
    ["mouthDimpleLeft", 0.03, 0.21],
    ["mouthRollLower", 0.03, 0.33],
    ["mouthShrugLower", 0.03, 0.25],
    ["noseSneerLeft", 0.015, 0.22],
];

/** Share of a pair's movement that is the same on both sides. */
const Together = 0.75;

/** [S,2] shapes of both sides; twice the same where there is one for both. */
const Sides = Stirs.map(([name]) => [ArkitIndices[name], ArkitMirror[ArkitIndices[name]]!] as const);

/**
 * Adds what stirs in a face that does nothing: a function of seed and time.
 *
 * @param weights [52] receives it; grows by 0.05 at most for an amount of 1
 * @param seed which of many persons
 * @param seconds time of life
 * @param amount how much of it
 */
export function AddMicroExpressions(weights: Float32Array, seed: number, seconds: number, amount: number): void {
    for (let i = 0; i < Stirs.length; i++) {
        const [, most, rate] = Stirs[i]!;
        const position = seconds * rate;
        const both = LifeNoise(seed, 3 * i, position);
        const [left, right] = Sides[i]!;
        weights[left]! += amount * most * Stirred(both, LifeNoise(seed, 3 * i + 1, position));
        if (right !== left) {
            weights[right]! += amount * most * Stirred(both, LifeNoise(seed, 3 * i + 2, position));
        }
    }
}

/** 0..1 of curves between -1 and 1. */
function Stirred(both: number, own: number): number {
    return 0.5 + 0.5 * (Together * both + (1 - Together) * own);
}
