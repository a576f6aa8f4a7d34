const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Largest finite half-precision number. */
export const MaxHalf = 65504;

/**
 * Rounds a number to half precision (IEEE 754 binary16), to nearest, ties to even.
 * @param value any number; beyond ±65504 becomes infinite
 * @returns the 16 bits
 */
export function HalfBits(value: number): number {
    single[0] = value;
    const word = bits[0] ?? 0;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) {
        return sign | 0x7e00;
    }
    // Smallest number that rounds to infinity: 65520.
    if (magnitude >= 0x477ff000) {
        return sign | 0x7c00;
    }
    // Below 2⁻¹⁴ halves are multiples of 2⁻²⁴; the double product is exact, so this rounds once.
    if (magnitude < 0x38800000) {
        return sign | RoundHalfToEven(Math.abs(single[0]) * 2 ** 24);
    }
    const rebased = magnitude - ((127 - 15) << 23);
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

/**
 * Packs two numbers as WGSL's `pack2x16float` does.
 * @param low goes to the low 16 bits
 * @param high goes to the high 16 bits
 * @returns the 32 bits
 */
export function PackHalf2x16(low: number, high: number): number {
    return (HalfBits(low) | (HalfBits(high) << 16)) >>> 0;
}

/**
 * Reads a half-precision number.
 * @param half 16 bits
 * @returns its value
 */
export function HalfValue(half: number): number {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) {
        return fraction === 0 ? sign * Infinity : NaN;
    }
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function RoundHalfToEven(value: number): number {
    const floor = Math.floor(value);
    const rest = value - floor;
    return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
