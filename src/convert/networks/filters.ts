import { type IGraphConstant } from "./networkGraph.js";

/** The low-pass filter that StyleUNets resample with, along one axis. */
const FirTaps = [1 / 8, 3 / 8, 3 / 8, 1 / 8];

/**
 * The low-pass filter for every channel on its own, along one axis or both: weights of a grouped convolution.
 *
 * @param channels C
 * @param axes `rows`: [C,1,4,1], `columns`: [C,1,1,4], `both`: [C,1,4,4]
 * @param gain factor
 * @returns the weights
 */
export function FirWeights(channels: number, axes: "rows" | "columns" | "both", gain: number): IGraphConstant {
    const [height, width] = { rows: [4, 1], columns: [1, 4], both: [4, 4] }[axes] as [number, number];
    return {
        name: `fir_${axes}_${channels}_gain${gain}`,
        shape: [channels, 1, height, width],
        make: () =>
            Float32Array.from({ length: channels * height * width }, (_, index) => {
                const [row, column] = [Math.floor(index / width) % height, index % width];
                return gain * (height === 1 ? 1 : FirTaps[row]!) * (width === 1 ? 1 : FirTaps[column]!);
            }),
    };
}

/**
 * Doubling a picture with the low-pass filter (zeros inserted, pad (2,1), gain 4) as a grouped 3 × 3 convolution that makes four
 * channels of one: those of the 2 × 2 pixels that a pixel becomes, row by row. Each reads two pixels along each axis, with weights
 * 1/4 and 3/4.
 *
 * @param channels C
 * @returns [4C,1,3,3]
 */
export function FirDoublingWeights(channels: number): IGraphConstant {
    // Along an axis: the first half of a pixel leans to the one before it, the second half to the one after it.
    const taps = [[1 / 4, 3 / 4, 0], [0, 3 / 4, 1 / 4]]; // prettier-ignore
    return {
        name: `fir_doubling_${channels}`,
        shape: [4 * channels, 1, 3, 3],
        make: () =>
            Float32Array.from({ length: channels * 36 }, (_, index) => {
                const [part, tap] = [Math.floor(index / 9) % 4, index % 9];
                return taps[part >> 1]![Math.floor(tap / 3)]! * taps[part & 1]![tap % 3]!;
            }),
    };
}

/** Signs of the Haar bands (rows: a, b, c, d of a block; columns: LL, LH, HL, HH). The transform is its own inverse but for order. */
const HaarSigns = [
    [1, 1, 1, 1],
    [1, 1, -1, -1],
    [1, -1, 1, -1],
    [1, -1, -1, 1],
] as const;

/**
 * Inverse Haar transform of the rows of a matrix: bands [LL(o) | LH(o) | HL(o) | HH(o)] become pixels of 2 × 2 blocks, in the
 * order of a depth-to-space: 4·channel + 2·row + column.
 *
 * @param bands [4o,C] row-major
 * @param channels o
 * @returns [4o,C] row-major
 */
export function InverseHaarRows(bands: Float32Array, channels: number): Float32Array {
    const width = bands.length / (4 * channels);
    const pixels = new Float32Array(bands.length);
    for (let channel = 0; channel < channels; channel++) {
        for (let part = 0; part < 4; part++) {
            for (let column = 0; column < width; column++) {
                let sum = 0;
                for (let band = 0; band < 4; band++) {
                    sum += HaarSigns[part]![band]! * bands[(band * channels + channel) * width + column]!;
                }
                pixels[(channel * 4 + part) * width + column] = sum / 2;
            }
        }
    }
    return pixels;
}
