import { FirDoublingWeights, FirWeights, InverseHaarRows } from "./filters.js";
import { FoldModulation, LeakyGain, LeakySlope, MapStyle, Scaled } from "./foldStyle.js";
import { type IGraphConstant, type IGraphValue, type NetworkGraph } from "./networkGraph.js";
import { NetworkBuildError } from "./networkBuildError.js";
import { CheckedWeights, type INetworkWeights } from "./networkWeights.js";
import { type IStyleUnetShape, StyleUnetShape } from "./styleUnetShape.js";

/** What a StyleUNet with two decoders is added to a graph with. */
export interface IDualStyleUnetParts {
    /** Beginning of the names of its tensors in the checkpoint, for example `color_net.`. */
    readonly prefix: string;
    /** Beginning of the names of its tensors in the graph. */
    readonly name: string;
    /** Name of the tensor that comes out. */
    readonly output: string;
    /** Style before the mapping network; null for the published constant. */
    readonly style: ArrayLike<number> | null;
    /** The pose map, [1,3,S,S]; gets what side the checkpoint says. */
    readonly pose: (channels: number, size: number) => IGraphValue;
    /** Features added to what the last level of each decoder reads, enlarged to its size; null for none. Gets the side S. */
    readonly viewFeatures: (size: number) => readonly [front: IGraphValue, back: IGraphValue] | null;
}

/** The two decoders: beginnings of their tensors' names in checkpoints, and names here. */
const Sides = [
    { key: 1, name: "front" },
    { key: 2, name: "back" },
] as const;

/**
 * Adds the published U-Net with one encoder and two decoders (front and back of the body) to a graph, rewritten to do the same
 * with less:
 *
 * - the style is constant, so modulation, demodulation and gains are multiplied into plain convolutions, and noise is a constant;
 * - comb(cat(x, c)) = W_x x + W_c c, and W_c c, which both decoders need, is made once;
 * - heads make the pixels of 2 × 2 blocks instead of Haar bands, so that the way from one head to the next is just the doubling
 *   filter and no Haar transform is left.
 *
 * @param graph to add to
 * @param checkpoint all tensors of it
 * @param parts names, input and options
 * @returns [1,2o,2S,2S] front channels, then back channels; also declared an output of the graph
 * @throws {@link NetworkBuildError} where the checkpoint does not hold such a network
 */
export function AddDualStyleUnet(
    graph: NetworkGraph,
    checkpoint: INetworkWeights,
    parts: IDualStyleUnetParts,
): IGraphValue {
    return new DualStyleUnetBuilder(graph, checkpoint, parts).build();
}

/** A side's features and picture between two levels. */
interface ISideState {
    features: IGraphValue;
    picture: IGraphValue | null;
}

class DualStyleUnetBuilder {
    private readonly _graph: NetworkGraph;
    private readonly _weights: CheckedWeights;
    private readonly _parts: IDualStyleUnetParts;
    private readonly _shape: IStyleUnetShape;
    private _style: Float64Array | null = null;
    private _viewFeatures: readonly [IGraphValue, IGraphValue] | null = null;

    public constructor(graph: NetworkGraph, checkpoint: INetworkWeights, parts: IDualStyleUnetParts) {
        this._graph = graph;
        this._parts = parts;
        this._weights = new CheckedWeights(checkpoint, parts.prefix);
        this._shape = StyleUnetShape(this._weights);
    }

    public build(): IGraphValue {
        const { inputChannels, inputSize, encoderWidths } = this._shape;
        const encoded = this._encode(this._parts.pose(inputChannels, inputSize));
        let sides: ISideState[] = [];
        for (let level = 0; level < encoderWidths.length; level++) {
            const shared = this._sharedHalf(level, encoded[encoderWidths.length - 1 - level]!);
            if (level === 0) {
                const comb = this._leaky(`level0/comb`, shared);
                sides = Sides.map(() => ({ features: comb, picture: null }));
            } else {
                sides = sides.map((side, index) => ({
                    ...side,
                    features: this._comb(level, index, side.features, shared),
                }));
            }
            this._graph.endBlock();
            sides = sides.map((side, index) => this._decodeLevel(level, index, side));
        }
        const blocks = this._graph.concat(this._name("blocks"), sides.map((side) => side.picture!), true); // prettier-ignore
        const output = this._graph.depthToSpace(this._parts.output, blocks, true);
        this._graph.output(output);
        this._graph.endBlock();
        return output;
    }

    /** From the pose map to features of every size, the finest first. */
    private _encode(pose: IGraphValue): IGraphValue[] {
        const { inputChannels, encoderWidths } = this._shape;
        let features = this._down("conv_in", "conv_in.1.weight", "conv_in.2.bias", pose, encoderWidths[0]!);
        const all = [features];
        let image = pose;
        for (let stage = 0; stage < encoderWidths.length - 1; stage++) {
            const [width, next] = encoderWidths.slice(stage, stage + 2) as [number, number];
            const name = `stage${stage}`;
            const weight = FirWeights(inputChannels, "both", 1);
            const layout = { weight, bias: null, stride: 2, pads: Border(1), groups: inputChannels };
            image = this._graph.conv(this._name(`${name}/image`), image, layout);
            const seen = this._equalised(`${name}/seen`, `from_rgbs.${stage}.conv.0.weight`, `from_rgbs.${stage}.conv.1.bias`, image, width, 1); // prettier-ignore
            features = this._graph.add(this._name(`${name}/sum`), features, seen);
            const key = `cond_convs.${stage}`;
            features = this._equalised(`${name}/conv1`, `${key}.conv1.0.weight`, `${key}.conv1.1.bias`, features, width, 3); // prettier-ignore
            this._graph.endBlock();
            features = this._down(`${name}/conv2`, `${key}.conv2.1.weight`, `${key}.conv2.2.bias`, features, next);
            this._graph.endBlock();
            all.push(features);
        }
        return all;
    }

    /** Low-pass filter, then a 3 × 3 convolution with stride 2. */
    private _down(name: string, weightKey: string, biasKey: string, x: IGraphValue, outputs: number): IGraphValue {
        const smooth = this._smooth(name, x, 2, 1, null);
        return this._equalised(name, weightKey, biasKey, smooth, outputs, 3, 2, 0);
    }

    /** The low-pass filter along rows, then along columns: half the work of doing both at once. */
    private _smooth(
        name: string,
        x: IGraphValue,
        border: number,
        gain: number,
        bias: IGraphConstant | null,
    ): IGraphValue {
        const channels = x.shape[1]!;
        const part = Math.sqrt(gain);
        const rows = { weight: FirWeights(channels, "rows", part), bias: null, groups: channels };
        const half = this._graph.conv(this._name(`${name}/fir_rows`), x, { ...rows, pads: [border, 0, border, 0] });
        const columns = { weight: FirWeights(channels, "columns", part), bias, groups: channels };
        return this._graph.conv(this._name(`${name}/fir`), half, { ...columns, pads: [0, border, 0, border] });
    }

    /** A convolution with equalised weights and a leaky ReLU. */
    private _equalised(
        name: string,
        weightKey: string,
        biasKey: string,
        x: IGraphValue,
        outputs: number,
        size: number,
        stride = 1,
        border = (size - 1) / 2,
    ): IGraphValue {
        const shape = [outputs, x.shape[1]!, size, size];
        const weight = this._constant(weightKey, weightKey, shape, shape, (stored) =>
            Scaled(stored, EqualisedScale(shape)),
        );
        const bias = this._constant(biasKey, biasKey, [outputs], [outputs], (stored) => Scaled(stored, LeakyGain));
        return this._leaky(
            name,
            this._graph.conv(this._name(`${name}/conv`), x, { weight, bias, stride, pads: Border(border) }),
        );
    }

    /** The half of a comb convolution that reads the encoder's features, with the bias; both decoders need it. */
    private _sharedHalf(level: number, encoded: IGraphValue): IGraphValue {
        const key = `comb_convs.${this._shape.encoderWidths.length - 1 - level}`;
        const outputs = this._shape.combWidths[level]!;
        const weight = this._combHalf(level, encoded.shape[1]!, "encoder");
        const biasKey = `${key}.1.bias`;
        const bias = this._constant(biasKey, biasKey, [outputs], [outputs], (stored) => Scaled(stored, LeakyGain));
        const shared = this._graph.conv(this._name(`level${level}/shared`), encoded, { weight, bias, pads: Border(1) });
        this._graph.endBlock();
        return shared;
    }

    private _comb(level: number, side: number, features: IGraphValue, shared: IGraphValue): IGraphValue {
        const name = `level${level}/${Sides[side]!.name}/comb`;
        const weight = this._combHalf(level, features.shape[1]!, "decoder");
        const viewed = this._addViewFeature(level, side, features);
        const own = this._graph.conv(this._name(`${name}/own`), viewed, { weight, bias: null, pads: Border(1) });
        return this._leaky(name, this._graph.add(this._name(`${name}/sum`), own, shared));
    }

    /** Input channels of a comb convolution: the decoder's come first. */
    private _combHalf(level: number, channels: number, half: "decoder" | "encoder"): IGraphConstant {
        const key = `comb_convs.${this._shape.encoderWidths.length - 1 - level}.0.weight`;
        const outputs = this._shape.combWidths[level]!;
        const inputs = channels + (half === "decoder" ? this._shape.encoderWidths.at(-1 - level)! : (this._shape.decoderWidths[level - 1] ?? 0)); // prettier-ignore
        const stored = [outputs, inputs, 3, 3];
        const first = half === "decoder" ? 0 : inputs - channels;
        return this._constant(`${key}/${half}`, key, stored, [outputs, channels, 3, 3], (values) => {
            const scale = EqualisedScale(stored);
            const part = new Float32Array(outputs * channels * 9);
            for (let output = 0; output < outputs; output++) {
                const begin = (output * inputs + first) * 9;
                part.set(Scaled(values.subarray(begin, begin + channels * 9), scale), output * channels * 9);
            }
            return part;
        });
    }

    private _addViewFeature(level: number, side: number, features: IGraphValue): IGraphValue {
        if (level !== this._shape.decoderWidths.length - 1) {
            return features;
        }
        this._viewFeatures ??= this._parts.viewFeatures(this._shape.inputSize);
        if (this._viewFeatures === null) {
            return features;
        }
        const name = `${Sides[side]!.name}/viewed`;
        const feature = this._viewFeatures[side]!;
        const factor = features.shape[2]! / feature.shape[2]!;
        if (feature.shape[1] !== features.shape[1] || !Number.isInteger(factor)) {
            throw new NetworkBuildError(
                "wrong-shape",
                `View features of shape [${feature.shape.join(", ")}] do not fit features of shape [${features.shape.join(", ")}].`,
            );
        }
        const enlarged = factor === 1 ? feature : this._graph.enlarge(this._name(`${name}/enlarged`), feature, factor);
        return this._graph.add(this._name(name), features, enlarged);
    }

    /** Doubles a side's features, and adds what its head sees in them to the side's picture. */
    private _decodeLevel(level: number, side: number, state: ISideState): ISideState {
        const width = this._shape.decoderWidths[level]!;
        const doubled = this._modulated(level, side, 0, state.features, width);
        this._graph.endBlock();
        const features = this._modulated(level, side, 1, doubled, width);
        const picture = this._head(level, side, features, state.picture);
        this._graph.endBlock();
        return { features, picture };
    }

    /** A modulated 3 × 3 convolution with noise, bias and leaky ReLU; `half` 0 doubles the picture, 1 keeps its size. */
    private _modulated(level: number, side: number, half: 0 | 1, x: IGraphValue, outputs: number): IGraphValue {
        const index = 2 * level + half;
        const key = `convs${Sides[side]!.key}.${index}`;
        const name = `level${level}/${Sides[side]!.name}/${half === 0 ? "up" : "conv"}`;
        const inputs = x.shape[1]!;
        const fold = (): Float32Array =>
            Scaled(FoldModulation(this._weights, key, this._styleVector(), [outputs, inputs, 3], true), LeakyGain);
        this._weights.shape(`${key}.conv.weight`, [1, outputs, inputs, 3, 3]);
        const biasKey = `${key}.activate.bias`;
        const bias = this._constant(biasKey, biasKey, [outputs], [outputs], (stored) => Scaled(stored, LeakyGain));
        let made: IGraphValue;
        if (half === 0) {
            const weight = { name: this._name(`${key}.up`), shape: [inputs, outputs, 3, 3], make: () => Transposed(fold(), outputs, inputs) }; // prettier-ignore
            const wide = this._graph.convTranspose(this._name(`${name}/transposed`), x, { weight, bias: null, stride: 2 }); // prettier-ignore
            made = this._smooth(name, wide, 1, 4, bias);
        } else {
            const weight = { name: this._name(`${key}.conv`), shape: [outputs, inputs, 3, 3], make: fold };
            made = this._graph.conv(this._name(`${name}/conv`), x, { weight, bias, pads: Border(1) });
        }
        const noisy = this._graph.add(this._name(`${name}/noisy`), made, this._noise(key, index, made.shape[2]!));
        return this._leaky(name, noisy);
    }

    /** What the stored noise adds: it is the same picture in every channel. */
    private _noise(key: string, index: number, size: number): IGraphConstant {
        const shape = [1, 1, size, size];
        return this._constant(`${key}.noise`, `noises.noise_${index}`, shape, shape, (noise) =>
            Scaled(noise, this._weights.read(`${key}.noise.weight`, [1])[0]! * LeakyGain),
        );
    }

    /** A side's picture after a level, as pixels of 2 × 2 blocks: the head's, and the doubled picture of the level before. */
    private _head(level: number, side: number, features: IGraphValue, before: IGraphValue | null): IGraphValue {
        const key = `to_rgbs${Sides[side]!.key}.${level}`;
        const name = `level${level}/${Sides[side]!.name}/head`;
        const channels = this._shape.outputChannels;
        const inputs = features.shape[1]!;
        this._weights.shape(`${key}.conv.weight`, [1, 4 * channels, inputs, 1, 1]);
        const weight = {
            name: this._name(`${key}.conv`),
            shape: [4 * channels, inputs, 1, 1],
            make: () =>
                InverseHaarRows(
                    FoldModulation(this._weights, key, this._styleVector(), [4 * channels, inputs, 1], false),
                    channels,
                ),
        };
        const bias = this._constant(`${key}.bias`, `${key}.bias`, [1, 4 * channels, 1, 1], [4 * channels], (stored) =>
            InverseHaarRows(stored, channels),
        );
        const head = this._graph.conv(this._name(name), features, { weight, bias });
        if (before === null) {
            return head;
        }
        // Six heads are summed: in float32, since nothing after this would hide the rounding.
        const image = this._graph.depthToSpace(this._name(`${name}/before`), before, true);
        const taps = FirDoublingWeights(channels);
        const doubling = { weight: taps, bias: null, pads: Border(1), groups: channels, isWide: true };
        const doubled = this._graph.conv(this._name(`${name}/doubled`), image, doubling);
        return this._graph.add(this._name(`${name}/picture`), doubled, head, true);
    }

    private _leaky(name: string, x: IGraphValue): IGraphValue {
        return this._graph.leakyRelu(this._name(name), x, LeakySlope);
    }

    /** A constant made of a tensor of the checkpoint, whose shape is checked now and whose numbers are read later. */
    private _constant(
        name: string,
        key: string,
        stored: readonly number[],
        shape: readonly number[],
        fold: (stored: Float32Array) => Float32Array,
    ): IGraphConstant {
        this._weights.shape(key, stored);
        return { name: this._name(name), shape, make: () => fold(this._weights.read(key, stored)) };
    }

    private _styleVector(): Float64Array {
        this._style ??= MapStyle(this._weights, this._parts.style);
        return this._style;
    }

    private _name(name: string): string {
        return `${this._parts.name}/${name}`;
    }
}

/** The same number of zeros on all sides. */
function Border(size: number): [number, number, number, number] {
    return [size, size, size, size];
}

/** What equalised weights are multiplied by, with the gain of the leaky ReLU behind them. */
function EqualisedScale(shape: readonly number[]): number {
    const [, inputs, height, width] = shape as [number, number, number, number];
    return LeakyGain / Math.sqrt(inputs * height * width);
}

/** [outputs, inputs, 3, 3] → [inputs, outputs, 3, 3], as transposed convolutions have it. */
function Transposed(weights: Float32Array, outputs: number, inputs: number): Float32Array {
    const result = new Float32Array(weights.length);
    for (let output = 0; output < outputs; output++) {
        for (let input = 0; input < inputs; input++) {
            const from = (output * inputs + input) * 9;
            result.set(weights.subarray(from, from + 9), (input * outputs + output) * 9);
        }
    }
    return result;
}
