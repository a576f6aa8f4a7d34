import { type ICharacterChannel } from "../bake/riggedCharacter.js";

/** Clips keyed more coarsely are sampled at this rate, frames a second: what is between their keys is curved. */
const LowestFrameRate = 24;
const UsualFrameRate = 30;
/** Keys closer than this, in seconds, are one key written twice, or a jump. */
const SameKey = 1 / 300;
/** Distances of keys this close to each other, as a ratio, are one rate: times are stored as 32-bit floats. */
const SameGap = 1.02;
/** Rates this close to a whole number are meant as one. */
const SameRate = 0.01;

/**
 * Finds the rate at which a clip was made: that of the commonest distance between keys, the smaller of two as common. A few
 * keys off the grid do not matter; clips thinned out by their exporter, or keyed by hand, are sampled at 30 frames a second.
 *
 * @param channels what moves; times ascend
 * @returns frames a second, 24 to 300
 */
export function FindKeyRate(channels: readonly Pick<ICharacterChannel, "times">[]): number {
    const gaps = Float64Array.from(
        channels.flatMap(({ times }) => Array.from(times, (time, i) => time - (times[i - 1] ?? time))),
    )
        .filter((gap) => gap > SameKey)
        .sort();
    let [best, bestStart] = [0, 0];
    for (let start = 0, end = 0; start < gaps.length; start++) {
        while (end < gaps.length && gaps[end]! <= gaps[start]! * SameGap) {
            end++;
        }
        if (end - start > best) {
            [best, bestStart] = [end - start, start];
        }
    }
    const rate = best > 0 ? 1 / gaps[bestStart + (best >> 1)]! : 0;
    if (rate < LowestFrameRate) {
        return UsualFrameRate;
    }
    const whole = Math.round(rate);
    return Math.abs(rate - whole) < SameRate * whole ? whole : rate;
}
