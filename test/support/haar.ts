import { type ITestTensor } from "./networkRun.js";

/**
 * Haar transform of a picture that is given as pixels of its 2 × 2 blocks.
 *
 * @param blocks [1,4o,H,W], channel 4c + 2·row + column
 * @returns [1,4o,H,W] bands [LL(o) | LH(o) | HL(o) | HH(o)]
 */
export function HaarBands(blocks: ITestTensor): Float32Array {
    const { shape, data } = blocks;
    const [, channels, height, width] = shape as [number, number, number, number];
    const [count, area] = [channels / 4, height * width];
    const bands = new Float32Array(data.length);
    for (let channel = 0; channel < count; channel++) {
        for (let pixel = 0; pixel < area; pixel++) {
            const at = (part: number): number => data[(channel * 4 + part) * area + pixel]!;
            const [a, b, c, d] = [at(0), at(1), at(2), at(3)];
            [a + b + c + d, a + b - c - d, a - b + c - d, a - b - c + d].forEach((value, band) => {
                bands[(band * count + channel) * area + pixel] = value / 2;
            });
        }
    }
    return bands;
}
