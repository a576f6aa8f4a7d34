/**
 * A smooth curve that nowhere lies below another one: the highest value around every sample, averaged twice.
 *
 * @param values the curve, in equal steps
 * @param reach how many samples to each side count as around
 * @returns a new curve of the same length
 */
export function SmoothCover(values: ArrayLike<number>, reach: number): Float64Array {
    const count = values.length;
    const inside = (i: number): number => Math.min(count - 1, Math.max(0, i));
    const highest = Float64Array.from({ length: count }, (_, i) => {
        let most = -Infinity;
        for (let k = i - reach; k <= i + reach; k++) {
            most = Math.max(most, values[inside(k)]!);
        }
        return most;
    });
    // Both averages together reach no further than the maximum did, so that they only see values that cover this one.
    return Average(Average(highest, reach >> 1), reach >> 1);
}

function Average(values: Float64Array, reach: number): Float64Array {
    const last = values.length - 1;
    return values.map((_, i) => {
        let sum = 0;
        for (let k = i - reach; k <= i + reach; k++) {
            sum += values[Math.min(last, Math.max(0, k))]!;
        }
        return sum / (2 * reach + 1);
    });
}
