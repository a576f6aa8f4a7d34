/** Largest magnitude that a normalised 16-bit integer holds. */
const I16Maximum = 32767;

/**
 * Numbers in -1..1 as normalised 16-bit integers; the error is at most ½ / 32767.
 *
 * @param values the numbers, finite; what leaves the range is clamped
 * @returns the integers
 */
export function QuantizeI16(values: Float32Array): Int16Array {
    const result = new Int16Array(values.length);
    for (let i = 0; i < values.length; i++) {
        result[i] = Math.round(Math.min(1, Math.max(-1, values[i]!)) * I16Maximum);
    }
    return result;
}

/**
 * Skinning weights as normalised integers whose rows sum exactly to `maximum`: each share is rounded down, and what is
 * missing goes to the largest remainders. The error of a weight is less than 1 / maximum.
 *
 * @param weights [N,4] weights, finite and 0 or more; no row is all zero
 * @param maximum 255 for 8 bits, 65535 for 16
 * @returns [N,4] integers
 */
export function QuantizeWeights(weights: Float32Array, maximum: 255 | 65535): Uint8Array | Uint16Array {
    const result = maximum === 255 ? new Uint8Array(weights.length) : new Uint16Array(weights.length);
    for (let i = 0; i < weights.length; i += 4) {
        const row = [weights[i]!, weights[i + 1]!, weights[i + 2]!, weights[i + 3]!];
        const sum = row[0]! + row[1]! + row[2]! + row[3]!;
        const shares = row.map((weight) => (weight / sum) * maximum);
        const whole = shares.map(Math.floor);
        // A row already on the grid comes back one step short at times, since 1/3-like shares round below the integer.
        const order = [0, 1, 2, 3].sort((a, b) => shares[b]! - whole[b]! - (shares[a]! - whole[a]!) || a - b);
        const missing = maximum - (whole[0]! + whole[1]! + whole[2]! + whole[3]!);
        for (let k = 0; k < missing; k++) {
            whole[order[k % 4]!]!++;
        }
        result.set(whole, i);
    }
    return result;
}

/** Smallest and largest value of each component. */
export interface IComponentRange {
    /** [C] smallest values. */
    readonly min: number[];
    /** [C] largest values. */
    readonly max: number[];
}

/**
 * Range of each component of rows of numbers, as glTF asks for positions.
 *
 * @param values [N,C] numbers
 * @param components C
 * @param hasZeroRow whether rows of zeros exist beside those given
 * @returns the range; zeros when there is no row
 */
export function ComponentRange(values: ArrayLike<number>, components: number, hasZeroRow = false): IComponentRange {
    const isEmpty = hasZeroRow || values.length === 0;
    const min = new Array<number>(components).fill(isEmpty ? 0 : Infinity);
    const max = new Array<number>(components).fill(isEmpty ? 0 : -Infinity);
    for (let i = 0; i < values.length; i++) {
        min[i % components] = Math.min(min[i % components]!, values[i]!);
        max[i % components] = Math.max(max[i % components]!, values[i]!);
    }
    return { min, max };
}
