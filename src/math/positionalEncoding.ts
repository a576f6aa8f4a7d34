/**
 * Number of values that {@link EncodePosition} makes.
 *
 * @param size numbers that go in
 * @param octaves frequencies 1, 2, 4, …
 */
export function EncodedSize(size: number, octaves: number): number {
    return size * (1 + 2 * octaves);
}

/**
 * Positional encoding of a vector as published heads use it, blocks over the whole vector: x, sin x, cos x, sin 2x, cos 2x, ….
 *
 * @param values holds the vector
 * @param at where it begins
 * @param size its length
 * @param octaves frequencies
 * @param out receives the encoding, of `EncodedSize(size, octaves)` numbers
 * @param outAt where to begin
 */
export function EncodePosition(
    values: ArrayLike<number>,
    at: number,
    size: number,
    octaves: number,
    out: Float32Array | Float64Array,
    outAt: number,
): void {
    for (let i = 0; i < size; i++) {
        const x = values[at + i]!;
        out[outAt + i] = x;
        for (let octave = 0; octave < octaves; octave++) {
            const block = outAt + size * (1 + 2 * octave) + i;
            out[block] = Math.sin(x * 2 ** octave);
            out[block + size] = Math.cos(x * 2 ** octave);
        }
    }
}
