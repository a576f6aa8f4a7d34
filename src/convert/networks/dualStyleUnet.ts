import { MapStyle, Scaled } from "./foldStyle.js";
import { NetworkBuildError } from "./networkBuildError.js";
import { type IGraphConstant, type IGraphValue, type NetworkGraph } from "./networkGraph.js";
import { CheckedWeights, type INetworkWeights } from "./networkWeights.js";
import { Border, EqualisedScale, StyleLayers } from "./styleLayers.js";
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
    /** Features added to what the last level of each decoder reads, enlarged to its size; null for none. Gets the side S and the channels. */
    readonly viewFeatures: (size: number, channels: number) => readonly [front: IGraphValue, back: IGraphValue] | null;
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
    private readonly _layers: StyleLayers;
    private readonly _graph: NetworkGraph;
    private readonly _parts: IDualStyleUnetParts;
    private readonly _shape: IStyleUnetShape;

    public constructor(graph: NetworkGraph, checkpoint: INetworkWeights, parts: IDualStyleUnetParts) {
        const weights = new CheckedWeights(checkpoint, parts.prefix);
        this._graph = graph;
        this._parts = parts;
        this._shape = StyleUnetShape(weights);
        this._layers = new StyleLayers(graph, weights, parts.name, () => MapStyle(weights, parts.style));
    }

    public build(): IGraphValue {
        const { inputChannels, inputSize, encoderWidths } = this._shape;
        const encoded = this._encode(this._parts.pose(inputChannels, inputSize));
        let sides: ISideState[] = [];
        for (let level = 0; level < encoderWidths.length; level++) {
            const shared = this._sharedHalf(level, encoded[encoderWidths.length - 1 - level]!);
            if (level === encoderWidths.length - 1) {
                sides = this._addViewFeatures(sides);
            }
            sides = this._comb(level, sides, shared);
            sides = sides.map((side, index) => this._decodeLevel(level, index, side));
        }
        const pictures = sides.map((side) => side.picture!);
        const blocks = this._graph.concat(this._layers.name("blocks"), pictures, true);
        const output = this._graph.depthToSpace(this._parts.output, blocks, true);
        this._graph.output(output);
        this._graph.endBlock();
        return output;
    }

    /** From the pose map to features of every size, the finest first. */
    private _encode(pose: IGraphValue): IGraphValue[] {
        const { encoderWidths } = this._shape;
        const keys = { weight: "conv_in.1.weight", bias: "conv_in.2.bias" };
        let features = this._layers.halved("conv_in", keys, pose, encoderWidths[0]!);
        const all = [features];
        let image = pose;
        for (let stage = 0; stage < encoderWidths.length - 1; stage++) {
            const outputs = encoderWidths[stage]!;
            const name = `stage${stage}`;
            const see = { weight: `from_rgbs.${stage}.conv.0.weight`, bias: `from_rgbs.${stage}.conv.1.bias` };
            const keep = { weight: `cond_convs.${stage}.conv1.0.weight`, bias: `cond_convs.${stage}.conv1.1.bias` };
            const halve = { weight: `cond_convs.${stage}.conv2.1.weight`, bias: `cond_convs.${stage}.conv2.2.bias` };
            image = this._layers.shrunk(`${name}/image`, image);
            const seen = this._layers.equalised(`${name}/seen`, see, image, { outputs, size: 1 });
            features = this._graph.add(this._layers.name(`${name}/sum`), features, seen);
            features = this._layers.equalised(`${name}/conv1`, keep, features, { outputs, size: 3 });
            this._graph.endBlock();
            features = this._layers.halved(`${name}/conv2`, halve, features, encoderWidths[stage + 1]!);
            this._graph.endBlock();
            all.push(features);
        }
        return all;
    }

    /** The half of a comb convolution that reads the encoder's features, with the bias; both decoders need it. */
    private _sharedHalf(level: number, encoded: IGraphValue): IGraphValue {
        const { combWidths } = this._shape;
        const weight = this._combHalf(level, "encoder");
        const bias = this._layers.activationBias(`${this._combKey(level)}.1.bias`, combWidths[level]!);
        const name = this._layers.name(`level${level}/shared`);
        const shared = this._graph.conv(name, encoded, { weight, bias, pads: Border(1) });
        this._graph.endBlock();
        return shared;
    }

    /** What both decoders read at a level; at the first one, that is the same. */
    private _comb(level: number, sides: readonly ISideState[], shared: IGraphValue): ISideState[] {
        if (level === 0) {
            const features = this._layers.leaky("level0/comb", shared);
            this._graph.endBlock();
            return Sides.map(() => ({ features, picture: null }));
        }
        return sides.map((side, index) => {
            const name = `level${level}/${Sides[index]!.name}/comb`;
            const weight = this._combHalf(level, "decoder");
            const layout = { weight, bias: null, pads: Border(1) };
            const own = this._graph.conv(this._layers.name(`${name}/own`), side.features, layout);
            const sum = this._graph.add(this._layers.name(`${name}/sum`), own, shared);
            const features = this._layers.leaky(name, sum);
            this._graph.endBlock();
            return { ...side, features };
        });
    }

    /** Some input channels of a comb convolution: the decoder's come first. */
    private _combHalf(level: number, half: "decoder" | "encoder"): IGraphConstant {
        const { encoderWidths, decoderWidths, combWidths } = this._shape;
        const outputs = combWidths[level]!;
        const below = decoderWidths[level - 1] ?? 0;
        const encoder = encoderWidths.at(-1 - level)!;
        const stored = [outputs, below + encoder, 3, 3];
        const [first, channels] = half === "decoder" ? [0, below] : [below, encoder];
        const key = `${this._combKey(level)}.0.weight`;
        return this._layers.constant(`${key}/${half}`, key, {
            stored,
            shape: [outputs, channels, 3, 3],
            fold: (values) => {
                const part = new Float32Array(outputs * channels * 9);
                for (let output = 0; output < outputs; output++) {
                    const begin = (output * (below + encoder) + first) * 9;
                    part.set(values.subarray(begin, begin + channels * 9), output * channels * 9);
                }
                return Scaled(part, EqualisedScale(stored));
            },
        });
    }

    /** Comb convolutions are numbered from the finest level. */
    private _combKey(level: number): string {
        return `comb_convs.${this._shape.encoderWidths.length - 1 - level}`;
    }

    private _addViewFeatures(sides: readonly ISideState[]): ISideState[] {
        const viewFeatures = this._parts.viewFeatures(this._shape.inputSize, sides[0]!.features.shape[1]!);
        return sides.map((side, index) => {
            const feature = viewFeatures?.[index];
            if (!feature) {
                return side;
            }
            const factor = side.features.shape[2]! / feature.shape[2]!;
            if (feature.shape[1] !== side.features.shape[1] || !Number.isInteger(factor)) {
                throw new NetworkBuildError(
                    "wrong-shape",
                    `View features of shape [${feature.shape.join(", ")}] do not fit features of shape [${side.features.shape.join(", ")}].`,
                );
            }
            const name = this._layers.name(`${Sides[index]!.name}/viewed`);
            const enlarged = factor === 1 ? feature : this._graph.enlarge(`${name}/enlarged`, feature, factor);
            return { ...side, features: this._graph.add(name, side.features, enlarged) };
        });
    }

    /** Doubles a side's features, and adds what its head sees in them to the side's picture. */
    private _decodeLevel(level: number, side: number, state: ISideState): ISideState {
        const outputs = this._shape.decoderWidths[level]!;
        const { key, name: sideName } = Sides[side]!;
        const name = `level${level}/${sideName}`;
        const layer = (index: number): [key: string, noise: string] => [
            `convs${key}.${index}`,
            `noises.noise_${index}`,
        ];
        const up = { outputs, isDoubling: true };
        const doubled = this._layers.styled(`${name}/up`, ...layer(2 * level), state.features, up);
        this._graph.endBlock();
        const keep = { outputs, isDoubling: false };
        const features = this._layers.styled(`${name}/conv`, ...layer(2 * level + 1), doubled, keep);
        const head = `to_rgbs${key}.${level}`;
        const picture = this._layers.head(`${name}/head`, head, features, this._shape.outputChannels, state.picture);
        this._graph.endBlock();
        return { features, picture };
    }
}
