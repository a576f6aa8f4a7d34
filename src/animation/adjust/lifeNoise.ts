/** A number in 0..1 that a seed, a channel and a whole number always give. */
function Hash(seed: number, channel: number, n: number): number {
    let h = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(channel + 1, 0x85ebca6b) ^ Math.imul(n | 0, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
    return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** A phase in 0..2π. */
export function PhaseOf(seed: number, channel: number): number {
    return 2 * Math.PI * Hash(seed, channel, 0);
}

/**
 * A curve that rests near -1 or near 1 at whole numbers of `position` and goes over smoothly between: a function of its
 * arguments alone.
 *
 * @param seed which of many curves
 * @param channel which of the curves of one seed
 * @param position where on the curve
 */
export function LifeNoise(seed: number, channel: number, position: number): number {
    const n = Math.floor(position);
    const s = position - n;
    const from = Level(seed, channel, n);
    // Most of the time is spent standing: the change takes the middle half.
    const x = Math.min(1, Math.max(0, 2 * s - 0.5));
    return from + (Level(seed, channel, n + 1) - from) * x * x * x * (x * (6 * x - 15) + 10);
}

function Level(seed: number, channel: number, n: number): number {
    const value = 2 * Hash(seed, channel, n) - 1;
    return Math.sign(value) * (0.4 + 0.6 * Math.abs(value));
}
