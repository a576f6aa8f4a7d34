import { type IPerceptron, LayerInputs, SkipLayer } from "../../format/headModel.js";

/** A perceptron as the GPU runs it, and what of it is the same for all points. */
export interface IPackedPerceptron {
    /** [layers,4] inputs, outputs, first weight, 1 where the input joins once more. */
    readonly layers: Uint32Array;
    /** Layer by layer [in, out], without the columns of the code. */
    readonly weights: Float32Array;
    /** Biases of all layers, without the share of the code. */
    readonly biases: Float32Array;
    /** What the code adds to biases: at the first layer, and where the input joins. */
    readonly codeRows: readonly ICodeRows[];
}

/** Weights that a code has in a layer. */
export interface ICodeRows {
    /** First bias that they add to. */
    readonly at: number;
    /** [outputs, codeSize]. */
    readonly weights: Float32Array;
    /** Numbers in a row. */
    readonly codeSize: number;
}

/**
 * Splits a perceptron: its input is what a point has, then a code that all points share. What the code does to a layer is a
 * vector a frame, not a product a point.
 *
 * @param perceptron the network
 * @param pointWidth numbers of the input that are the point's
 */
export function PackPerceptron({ widths, parameters }: IPerceptron, pointWidth: number): IPackedPerceptron {
    const count = widths.length - 1;
    const layers = new Uint32Array(count * 4);
    const codeSize = widths[0]! - pointWidth;
    const weights: number[] = [];
    const biases: number[] = [];
    const codeRows: ICodeRows[] = [];
    let at = 0;
    for (let layer = 0; layer < count; layer++) {
        const outputs = widths[layer + 1]!;
        const inputs = LayerInputs(widths, layer);
        const joins = layer === SkipLayer(widths);
        const running = layer === 0 ? pointWidth : widths[layer]!;
        layers.set([running, outputs, weights.length, Number(joins)], layer * 4);
        const entry = (output: number, input: number): number => parameters[at + output * inputs + input]!;
        // Where the code begins in a row: behind the point's share of the input.
        const codeStart = layer === 0 ? pointWidth : widths[layer]! + pointWidth;
        const kept = layer === 0 || joins ? codeStart : inputs;
        for (let input = 0; input < kept; input++) {
            for (let output = 0; output < outputs; output++) {
                weights.push(entry(output, input));
            }
        }
        if ((layer === 0 || joins) && codeSize > 0) {
            const rows = Float32Array.from({ length: outputs * codeSize }, (_, i) =>
                entry(Math.floor(i / codeSize), codeStart + (i % codeSize)),
            );
            codeRows.push({ at: biases.length, weights: rows, codeSize });
        }
        at += outputs * inputs;
        for (let output = 0; output < outputs; output++) {
            biases.push(parameters[at + output]!);
        }
        at += outputs;
    }
    return { layers, weights: Float32Array.from(weights), biases: Float32Array.from(biases), codeRows };
}
