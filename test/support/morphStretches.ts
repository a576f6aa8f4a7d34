import { type IMorphTarget } from "../../src/format/morphTarget.js";
import { HalfValue } from "../../src/math/halfFloat.js";
import { MorphEntryLayout } from "../../src/pipeline/3-gaussians/canonicalGaussianLayout.js";
import { PackMorphTargets } from "../../src/pipeline/3-gaussians/packMorphTargets.js";
import { type ISurface } from "../../src/pipeline/3-gaussians/surfaceNeighbours.js";
import { type Matrix } from "../reference/matrix.js";

/**
 * What an expression does to short vectors around each Gaussian, 1 + Σ vₖ Gₖ, by the gradients that the GPU is given.
 *
 * @param targets the channels
 * @param surface the Gaussians at rest
 * @param weights of the channels
 */
export function MorphStretches(
    targets: readonly IMorphTarget[],
    surface: ISurface,
    weights: ArrayLike<number>,
): Matrix[] {
    const { offsets, entries } = PackMorphTargets(targets, surface);
    const halves = new Uint16Array(entries.buffer);
    return Array.from({ length: offsets.length - 1 }, (_, gaussian) => {
        const stretch = [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
        ];
        for (let entry = offsets[gaussian]!; entry < offsets[gaussian + 1]!; entry++) {
            const word = (entry * MorphEntryLayout.stride) / 4;
            const channel = (word + MorphEntryLayout.channel) * 2;
            const gradient = (word + MorphEntryLayout.gradient) * 2;
            const weight = weights[halves[channel]!] ?? 0;
            [...halves.subarray(gradient, gradient + 8), halves[channel + 1]!].forEach((half, k) => {
                stretch[Math.floor(k / 3)]![k % 3]! += weight * HalfValue(half);
            });
        }
        return stretch;
    });
}
