import { type IMorphTarget } from "../../format/morphTarget.js";
import { PackHalf2x16 } from "../../math/halfFloat.js";
import { MorphEntryLayout } from "./canonicalGaussianLayout.js";
import { GradientLength, type IMorphRows, MeasureMorphGradients } from "./morphGradients.js";
import { type ISurface } from "./surfaceNeighbours.js";

/** Morph targets regrouped by Gaussian, so that skinning a Gaussian reads only what moves it. */
export interface IMorphTable {
    /** [N+1] first entry of every Gaussian, and the end. */
    readonly offsets: Uint32Array<ArrayBuffer>;
    /** [E,8] words, see {@link MorphEntryLayout}. */
    readonly entries: Uint32Array<ArrayBuffer>;
}

const WordsPerEntry = MorphEntryLayout.stride / 4;

/**
 * Lays morph targets out as {@link MorphEntryLayout} says, with the gradients of their offsets on the surface.
 *
 * @param targets the expression channels
 * @param surface the Gaussians at rest
 * @returns the table; offsets that are not finite are left out
 */
export function PackMorphTargets(targets: readonly IMorphTarget[], surface: ISurface): IMorphTable {
    const rows = GroupByGaussian(surface.positions.length / 3, targets);
    const { offsets, channels, deltas } = rows;
    const gradients = MeasureMorphGradients(rows, surface);
    const entries = new Uint32Array(channels.length * WordsPerEntry);
    const floats = new Float32Array(entries.buffer);
    for (let row = 0; row < channels.length; row++) {
        const word = row * WordsPerEntry;
        const [first, last] = [row * GradientLength, row * GradientLength + GradientLength - 1];
        floats.set(deltas.subarray(row * 3, row * 3 + 3), word + MorphEntryLayout.delta);
        const channel = channels[row]! | (PackHalf2x16(0, gradients[last]!) & 0xffff0000);
        entries[word + MorphEntryLayout.channel] = channel >>> 0;
        for (let pair = 0; pair < 4; pair++) {
            const at = first + 2 * pair;
            entries[word + MorphEntryLayout.gradient + pair] = PackHalf2x16(gradients[at]!, gradients[at + 1]!);
        }
    }
    return { offsets, entries };
}

/** A counting sort by Gaussian, stable in the channel. */
function GroupByGaussian(
    count: number,
    targets: readonly IMorphTarget[],
): IMorphRows & { readonly offsets: Uint32Array<ArrayBuffer> } {
    const offsets = new Uint32Array(count + 1);
    ForEachOffset(targets, (gaussian) => {
        offsets[gaussian + 1]!++;
    });
    for (let index = 0; index < count; index++) {
        offsets[index + 1]! += offsets[index]!;
    }
    const length = offsets[count]!;
    const rows = { offsets, channels: new Uint32Array(length), deltas: new Float32Array(length * 3) };
    const next = offsets.slice();
    ForEachOffset(targets, (gaussian, channel, deltas, at) => {
        const row = next[gaussian]!++;
        rows.channels[row] = channel;
        rows.deltas[row * 3] = deltas[at]!;
        rows.deltas[row * 3 + 1] = deltas[at + 1]!;
        rows.deltas[row * 3 + 2] = deltas[at + 2]!;
    });
    return rows;
}

function ForEachOffset(
    targets: readonly IMorphTarget[],
    visit: (gaussian: number, channel: number, deltas: Float32Array, at: number) => void,
): void {
    targets.forEach(({ indices, deltas }, channel) => {
        indices.forEach((gaussian, row) => {
            const at = row * 3;
            if (Number.isFinite(deltas[at]! + deltas[at + 1]! + deltas[at + 2]!)) {
                visit(gaussian, channel, deltas, at);
            }
        });
    });
}
