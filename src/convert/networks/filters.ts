import { type IGraphConstant } from "./networkGraph.js";

/** The low-pass filter that StyleUNets resample with, along one axis. */
const FirTaps = [1 / 8, 3 / 8, 3 / 8, 1 / 8];

/**
 * The low-pass filter for every channel on its own: weights of a grouped 4 × 4 convolution.
 *
 * @param channels C
 * @param gain factor: 1, or 4 after enlarging by zeros
 * @returns [C,1,4,4]
 */
export function FirWeights(channels: number, gain: number): IGraphConstant {
    return {
        name: `fir_${channels}_gain${gain}`,
        shape: [channels, 1, 4, 4],
        make: () =>
            Float32Array.from({ length: channels * 16 }, (_, index) => {
                const tap = index % 16;
                return gain * FirTaps[tap >> 2]! * FirTaps[tap & 3]!;
            }),
    };
}

/**
 * Doubling a picture with the low-pass filter (zeros inserted, pad (2,1), gain 4) as a 3 × 3 convolution that makes four channels
 * of one: those of the 2 × 2 pixels that a pixel becomes, row by row. Each reads two pixels along each axis, with weights 1/4
 * and 3/4.
 *
 * @param channels C; they stay apart although the convolution is no grouped one: those of one channel a group are slow
 * @returns [4C,C,3,3]
 */
export function FirDoublingWeights(channels: number): IGraphConstant {
    // Along an axis: the first half of a pixel leans to the one before it, the second half to the one after it.
    const taps = [[1 / 4, 3 / 4, 0], [0, 3 / 4, 1 / 4]] as const; // prettier-ignore
    return {
        name: `fir_doubling_${channels}`,
        shape: [4 * channels, channels, 3, 3],
        make: () => {
            const weights = new Float32Array(4 * channels * channels * 9);
            for (let channel = 0; channel < channels; channel++) {
                for (let part = 0; part < 4; part++) {
                    for (let tap = 0; tap < 9; tap++) {
                        const row = taps[(part >> 1) as 0 | 1][Math.floor(tap / 3) as 0 | 1 | 2];
                        const column = taps[(part & 1) as 0 | 1][(tap % 3) as 0 | 1 | 2];
                        weights[((channel * 4 + part) * channels + channel) * 9 + tap] = row * column;
                    }
                }
            }
            return weights;
        },
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
