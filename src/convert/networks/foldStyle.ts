import { NetworkBuildError } from "./networkBuildError.js";
import { type CheckedWeights } from "./networkWeights.js";

/** Stored weights of the mapping network are this much too large: its learning rate was that much smaller. */
const MappingRate = 0.01;

/** Layers of the mapping network in all published configurations. */
const MappingLayers = 2;

/** Keeps square roots from zero, in the normalisation of the style and of modulated weights. */
const Epsilon = 1e-8;

/** Slope of leaky ReLUs of StyleUNets, for negative numbers. */
export const LeakySlope = 0.2;

/**
 * Gain of their leaky ReLUs. It is multiplied into the weights before one: lrelu(√2 z) = √2 lrelu(z).
 */
export const LeakyGain = Math.SQRT2;

/**
 * The mapping network: from the constant input to the one style that all layers share.
 *
 * @param weights of the network
 * @param input style before the mapping; null for the published one, 1/√width everywhere
 * @returns the style
 * @throws {@link NetworkBuildError} where the input is not as long as the mapping is wide
 */
export function MapStyle(weights: CheckedWeights, input: ArrayLike<number> | null): Float64Array {
    const [width] = weights.shape("style.1.weight", [null, null]) as [number, number];
    if (input !== null && input.length !== width) {
        throw new NetworkBuildError(
            "invalid-option",
            `The style has ${input.length} numbers; the mapping network of this checkpoint takes ${width}.`,
        );
    }
    let style = Float64Array.from(input ?? new Float64Array(width).fill(1 / Math.sqrt(width)));
    const meanSquare = style.reduce((sum, value) => sum + value * value, 0) / width;
    style = style.map((value) => value / Math.sqrt(meanSquare + Epsilon));
    for (let layer = 1; layer <= MappingLayers; layer++) {
        const matrix = weights.read(`style.${layer}.weight`, [width, width]);
        const bias = weights.read(`style.${layer}.bias`, [width]);
        const rows = Linear(matrix, style, MappingRate / Math.sqrt(width));
        style = rows.map((value, row) => Leaky(value + bias[row]! * MappingRate) * LeakyGain);
    }
    return style;
}

/**
 * Weights of a modulated convolution under one style, as those of a plain one.
 *
 * @param weights of the network
 * @param key of the layer, for example `convs1.0`
 * @param style see {@link MapStyle}
 * @param shape [outputs, inputs, size of the kernel]
 * @param isDemodulated whether the weights of every output are brought to length one
 * @returns [outputs, inputs, size, size]
 */
export function FoldModulation(
    weights: CheckedWeights,
    key: string,
    style: Float64Array,
    shape: readonly [outputs: number, inputs: number, size: number],
    isDemodulated: boolean,
): Float32Array {
    const [outputs, inputs, size] = shape;
    const taps = size * size;
    const stored = weights.read(`${key}.conv.weight`, [1, outputs, inputs, size, size]);
    const matrix = weights.read(`${key}.conv.modulation.weight`, [inputs, style.length]);
    const bias = weights.read(`${key}.conv.modulation.bias`, [inputs]);
    const scale = 1 / Math.sqrt(inputs * taps);
    const factors = Linear(matrix, style, 1 / Math.sqrt(style.length)).map(
        (value, row) => (value + bias[row]!) * scale,
    );
    const folded = new Float32Array(stored.length);
    for (let output = 0; output < outputs; output++) {
        const begin = output * inputs * taps;
        let squares = 0;
        for (let input = 0; input < inputs; input++) {
            const factor = factors[input]!;
            for (let index = begin + input * taps; index < begin + (input + 1) * taps; index++) {
                const value = stored[index]! * factor;
                folded[index] = value;
                squares += value * value;
            }
        }
        if (isDemodulated) {
            const length = Math.sqrt(squares + Epsilon);
            for (let index = begin; index < begin + inputs * taps; index++) {
                folded[index]! /= length;
            }
        }
    }
    return folded;
}

/**
 * Numbers times a factor, as a copy.
 *
 * @param values any numbers
 * @param factor to multiply with
 * @returns the products
 */
export function Scaled(values: Float32Array, factor: number): Float32Array {
    return values.map((value) => value * factor);
}

/** scale · M x, summed in float64. */
function Linear(matrix: Float32Array, x: Float64Array, scale: number): Float64Array {
    const width = x.length;
    return Float64Array.from({ length: matrix.length / width }, (_, row) => {
        let sum = 0;
        for (let column = 0; column < width; column++) {
            sum += matrix[row * width + column]! * x[column]!;
        }
        return sum * scale;
    });
}

function Leaky(value: number): number {
    return value > 0 ? value : LeakySlope * value;
}
