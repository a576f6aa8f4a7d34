/**
 * A small seeded generator (mulberry32), so that the same capture is planned on every machine.
 *
 * @param seed any integer
 * @returns a function giving the next number of the sequence, in [0, 1)
 */
export function SeededRandom(seed: number): () => number {
    let state = seed | 0;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}
