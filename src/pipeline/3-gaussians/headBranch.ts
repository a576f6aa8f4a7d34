import { HeadAttributeWidth, type IHeadBranch, type IHeadModel } from "../../format/headModel.js";
import { EncodedSize } from "../../math/positionalEncoding.js";
import { PerceptronLayout } from "./headModelLayout.js";
import { type ICodeRows, type IPackedPerceptron, PackPerceptron } from "./packPerceptron.js";

/** Points that a branch moves. */
export interface IPointRange {
    /** First of them. */
    readonly first: number;
    /** How many there are. */
    readonly count: number;
}

/** One network of a branch, as the GPU runs it. */
export interface IPackedNetwork {
    /** What a point puts in. */
    readonly input: "features" | "places";
    /** See {@link PerceptronLayout}. */
    readonly settings: Uint32Array<ArrayBuffer>;
    /** Its weights. */
    readonly weights: Float32Array<ArrayBuffer>;
}

/** The networks of a branch, and the biases that they share: all else of a frame that they need is in there. */
export interface IPackedBranch {
    /** The networks. */
    readonly networks: readonly IPackedNetwork[];
    /** Biases of all networks, without the share of the code. */
    readonly biases: Float32Array;
    /** What the code adds to them. */
    readonly codeRows: readonly ICodeRows[];
}

/** Numbers in a row of outputs of a branch: colour and channels, attributes, way. */
export function OutputStride({ channels }: IHeadModel): number {
    return channels + HeadAttributeWidth + 3;
}

/**
 * Lays a branch of a head out for the GPU.
 *
 * @param model the head
 * @param branch one of its branches
 * @param range points that it moves
 */
export function PackBranch(model: IHeadModel, branch: IHeadBranch, range: IPointRange): IPackedBranch {
    const featureSize = model.features.length / model.shares.length;
    const placeSize = EncodedSize(3, model.octaves);
    const rows = [
        { perceptron: branch.color, input: "features", width: featureSize, offset: 0, tanh: 0 },
        { perceptron: branch.attributes, input: "features", width: featureSize, offset: model.channels, tanh: 0 },
        {
            perceptron: branch.deformation,
            input: "places",
            width: placeSize,
            offset: model.channels + HeadAttributeWidth,
            tanh: 1,
        },
    ] as const;
    const packed = rows.map(({ perceptron, width }) => PackPerceptron(perceptron, width));
    const starts = packed.map((_, i) => packed.slice(0, i).reduce((sum, { biases }) => sum + biases.length, 0));
    const networks = rows.map(({ input, width, offset, tanh }, i) => ({
        input,
        settings: SettingsOf(packed[i]!, range, {
            inputWidth: width,
            firstBias: starts[i]!,
            outputStride: OutputStride(model),
            outputOffset: offset,
            hasTanh: tanh,
        }),
        weights: new Float32Array(packed[i]!.weights),
    }));
    return {
        networks,
        biases: Float32Array.from(packed.flatMap(({ biases }) => [...biases])),
        codeRows: packed.flatMap(({ codeRows }, i) => codeRows.map((part) => ({ ...part, at: part.at + starts[i]! }))),
    };
}

function SettingsOf(
    { layers }: IPackedPerceptron,
    { first, count }: IPointRange,
    words: Readonly<Record<"inputWidth" | "firstBias" | "outputStride" | "outputOffset" | "hasTanh", number>>,
): Uint32Array<ArrayBuffer> {
    const settings = new Uint32Array(PerceptronLayout.size / 4);
    settings[PerceptronLayout.pointCount] = count;
    settings[PerceptronLayout.firstPoint] = first;
    settings[PerceptronLayout.layerCount] = layers.length / 4;
    for (const [name, value] of Object.entries(words)) {
        settings[PerceptronLayout[name as keyof typeof words]] = value;
    }
    settings.set(layers, PerceptronLayout.layers);
    return settings;
}

/**
 * What the biases of a branch are under a code. Makes no objects.
 *
 * @param branch the branch
 * @param code the code
 * @param out receives the biases
 */
export function WriteBiases({ biases, codeRows }: IPackedBranch, code: ArrayLike<number>, out: Float32Array): void {
    out.set(biases);
    for (let part = 0; part < codeRows.length; part++) {
        const { at, weights, codeSize } = codeRows[part]!;
        const outputs = weights.length / codeSize;
        for (let output = 0; output < outputs; output++) {
            let sum = biases[at + output]!;
            for (let i = 0; i < codeSize; i++) {
                sum += weights[output * codeSize + i]! * code[i]!;
            }
            out[at + output] = sum;
        }
    }
}
