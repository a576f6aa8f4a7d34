/**
 * The sort key of a distance, by its definition: 20 bits, sixteen octaves from 2⁻⁷ m with 65,536 even steps each, of the
 * distance plus 2⁻⁷ m; far first; what lies beyond 512 m has the farthest key.
 *
 * @param distance behind the near plane, metres, ≥ 0
 */
export function SortKeyOf(distance: number): number {
    // The GPU adds in single precision.
    const biased = Math.fround(distance + 2 ** -7);
    const octave = Math.floor(Math.log2(biased));
    const steps = (octave + 7) * 65536 + Math.floor((biased / 2 ** octave - 1) * 65536);
    return 2 ** 20 - 1 - Math.min(steps, 2 ** 20 - 1);
}

/** Sum of the values before each value. */
export function ExclusivePrefixSum(values: readonly number[]): number[] {
    let sum = 0;
    return values.map((value) => {
        sum += value;
        return sum - value;
    });
}

/**
 * Order of the visible Gaussians: by key, ties by index.
 *
 * @param keys key of every Gaussian, null for one that is not visible
 * @returns indices, far to near
 */
export function SortVisible(keys: readonly (number | null)[]): number[] {
    const visible = keys.flatMap((key, index) => (key === null ? [] : [{ key, index }]));
    visible.sort((a, b) => a.key - b.key || a.index - b.index);
    return visible.map(({ index }) => index);
}
