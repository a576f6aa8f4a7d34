import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { MaxHalf, PackHalf2x16 } from "../../math/halfFloat.js";
import { WriteCovariance } from "../../math/symmetricMatrix3.js";
import { CanonicalGaussianLayout } from "./canonicalGaussianLayout.js";

const WordsPerGaussian = CanonicalGaussianLayout.stride / 4;

/**
 * Lays canonical Gaussians out as {@link CanonicalGaussianLayout} says. A Gaussian with a number that is not finite becomes
 * an invisible one (opacity 0), so that it cannot spoil the pixels of others.
 *
 * @param cloud the Gaussians
 * @returns [N,16] words
 */
export function PackCanonicalGaussians(cloud: IGaussianCloud): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(cloud.count * WordsPerGaussian);
    const floats = new Float32Array(words.buffer);
    for (let index = 0; index < cloud.count; index++) {
        const word = index * WordsPerGaussian;
        const { positions, opacities, colors, jointIndices: joints } = cloud;
        const row3 = index * 3;
        const row4 = index * 4;
        const [red = 0, green = 0, blue = 0] = [colors[row3], colors[row3 + 1], colors[row3 + 2]];
        floats.set(positions.subarray(row3, row3 + 3), word + CanonicalGaussianLayout.position);
        floats[word + CanonicalGaussianLayout.opacity] = Clamp(opacities[index] ?? 0, 0, 1);
        WriteCovariance(cloud.rotations, row4, cloud.scales, row3, floats, word + CanonicalGaussianLayout.covariance);
        if (!IsFinite(floats, word, CanonicalGaussianLayout.color) || !Number.isFinite(red + green + blue)) {
            floats.fill(0, word, word + WordsPerGaussian);
            continue;
        }
        words[word + CanonicalGaussianLayout.color] = PackHalf2x16(ClampToHalf(red), ClampToHalf(green));
        words[word + CanonicalGaussianLayout.color + 1] = PackHalf2x16(ClampToHalf(blue), 0);
        words[word + CanonicalGaussianLayout.joints] = ((joints[row4] ?? 0) | ((joints[row4 + 1] ?? 0) << 16)) >>> 0;
        words[word + CanonicalGaussianLayout.joints + 1] =
            ((joints[row4 + 2] ?? 0) | ((joints[row4 + 3] ?? 0) << 16)) >>> 0;
        WriteWeights(cloud.jointWeights, row4, words, word + CanonicalGaussianLayout.weights);
    }
    return words;
}

function Clamp(value: number, low: number, high: number): number {
    return Math.min(high, Math.max(low, value));
}

function ClampToHalf(value: number): number {
    return Clamp(value, -MaxHalf, MaxHalf);
}

function IsFinite(values: Float32Array, start: number, count: number): boolean {
    let sum = 0;
    for (let index = start; index < start + count; index++) {
        sum += Math.abs(values[index] ?? 0);
    }
    return Number.isFinite(sum);
}

/**
 * Quantises four weights to 16 bits. The rounding error goes to the largest weight, so that they still sum to one and a
 * Gaussian far from the origin does not shrink towards it.
 */
function WriteWeights(weights: Float32Array, row: number, words: Uint32Array, word: number): void {
    let sum = 0;
    for (let corner = 0; corner < 4; corner++) {
        sum += Math.max(0, weights[row + corner] ?? 0);
    }
    const quantised = [0, 0, 0, 0];
    let rest = 65535;
    let largest = 0;
    for (let corner = 0; corner < 4; corner++) {
        // Weights that are missing altogether tie the Gaussian to its first joint.
        const share = sum > 0 ? Math.max(0, weights[row + corner] ?? 0) / sum : Number(corner === 0);
        const value = Math.round(share * 65535);
        quantised[corner] = value;
        rest -= value;
        largest = value > (quantised[largest] ?? 0) ? corner : largest;
    }
    quantised[largest] = (quantised[largest] ?? 0) + rest;
    const [a = 0, b = 0, c = 0, d = 0] = quantised;
    words[word] = (a | (b << 16)) >>> 0;
    words[word + 1] = (c | (d << 16)) >>> 0;
}
