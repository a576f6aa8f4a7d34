import { type IMorphTarget } from "../../format/morphTarget.js";
import { MorphEntryLayout } from "./canonicalGaussianLayout.js";

/** Morph targets regrouped by Gaussian, so that skinning a Gaussian reads only what moves it. */
export interface IMorphTable {
    /** [N+1] first entry of every Gaussian, and the end. */
    readonly offsets: Uint32Array<ArrayBuffer>;
    /** [E,4] words, see {@link MorphEntryLayout}. */
    readonly entries: Uint32Array<ArrayBuffer>;
}

const WordsPerEntry = MorphEntryLayout.stride / 4;

/**
 * Regroups morph targets by Gaussian: a counting sort by Gaussian, stable in the channel.
 * @param count number of Gaussians, N
 * @param targets the expression channels
 * @returns the table; offsets that are not finite are left out
 */
export function PackMorphTargets(count: number, targets: readonly IMorphTarget[]): IMorphTable {
    const offsets = new Uint32Array(count + 1);
    ForEachEntry(targets, (gaussian) => {
        offsets[gaussian + 1] = (offsets[gaussian + 1] ?? 0) + 1;
    });
    for (let index = 0; index < count; index++) {
        offsets[index + 1] = (offsets[index + 1] ?? 0) + (offsets[index] ?? 0);
    }
    const entries = new Uint32Array((offsets[count] ?? 0) * WordsPerEntry);
    const floats = new Float32Array(entries.buffer);
    const next = offsets.slice();
    ForEachEntry(targets, (gaussian, channel, x, y, z) => {
        const entry = next[gaussian] ?? 0;
        next[gaussian] = entry + 1;
        const word = entry * WordsPerEntry;
        floats[word + MorphEntryLayout.delta] = x;
        floats[word + MorphEntryLayout.delta + 1] = y;
        floats[word + MorphEntryLayout.delta + 2] = z;
        entries[word + MorphEntryLayout.channel] = channel;
    });
    return { offsets, entries };
}

function ForEachEntry(
    targets: readonly IMorphTarget[],
    visit: (gaussian: number, channel: number, x: number, y: number, z: number) => void,
): void {
    targets.forEach(({ indices, deltas }, channel) => {
        indices.forEach((gaussian, row) => {
            const [x = 0, y = 0, z = 0] = [deltas[row * 3], deltas[row * 3 + 1], deltas[row * 3 + 2]];
            if (Number.isFinite(x + y + z)) {
                visit(gaussian, channel, x, y, z);
            }
        });
    });
}
