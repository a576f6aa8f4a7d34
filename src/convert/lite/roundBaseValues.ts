import { QuantizeI16, QuantizeWeights } from "../../format/quantize.js";

/** A row of weights that misses a sum of one by more is no rounding: it stays as it is, for the check of the avatar to name. */
const SumTolerance = 1e-3;

/**
 * Rounds weights to steps of 1/65535, which a file holds in half the space of 32-bit floats. Each is off by less than a step,
 * and rows sum to one: a point moves by less than 0.1 mm where four joints would carry it to places 1.6 m apart, and by
 * micrometres as people bend.
 *
 * @param weights [N,4]
 * @returns [N,4] rounded; the same array where a row is no row of weights
 */
export function RoundWeights(weights: Float32Array): Float32Array {
    for (let i = 0; i < weights.length; i += 4) {
        const row = weights.subarray(i, i + 4);
        const sum = row.reduce((total, weight) => total + weight, 0);
        if (!row.every((weight) => weight >= 0) || !(Math.abs(sum - 1) <= SumTolerance)) {
            return weights;
        }
    }
    return Float32Array.from(QuantizeWeights(weights, 65535), (step) => step / 65535);
}

/** Base rotations, and what the network's output is multiplied by before it is added to them. */
export interface IRotationBase {
    /** [N,4] xyzw, of any length. */
    readonly rotations: Float32Array;
    /** Gain of the network's rotations. */
    readonly gain: number;
}

/**
 * Rounds base rotations to steps of 1/32767 of the largest component. They and the gain are divided by it first, which
 * changes nothing: only the direction of `base + gain · output` counts. A base as long as the largest component turns by at
 * most 6.2e-5 radians.
 *
 * @param base what the trainer left
 * @returns the same rotations within ±1
 */
export function RoundRotations({ rotations, gain }: IRotationBase): IRotationBase {
    const largest = rotations.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    if (!Number.isFinite(largest)) {
        return { rotations, gain };
    }
    const steps = QuantizeI16(rotations.map((value) => value / largest));
    return { rotations: Float32Array.from(steps, (step) => step / 32767), gain: gain / largest };
}
