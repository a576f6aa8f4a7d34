import { MaxTensorElements } from "../../format/limits.js";
import { type IAvatarNetwork } from "../../format/mapModel.js";
import { type IConvolution, type IGraphConstant, type IGraphValue, NetworkGraph } from "./networkGraph.js";
import { CheckedWeights, type INetworkWeights } from "./networkWeights.js";
import { type ISliceOptions, SliceNetwork } from "./sliceNetwork.js";

/** Variance below which channels count as even. `torch.nn.InstanceNorm2d`. */
const Epsilon = 1e-5;

/** Borders of a 3 × 3 convolution that keeps the size of a picture. */
const Same = { pads: [1, 1, 1, 1] } as const;

/**
 * The super-resolution network of Gaussian Head Avatar: features of a splatted picture in, a picture twice or four times as large
 * out.
 */
export interface IUpsamplerConfig extends Partial<IUpsamplerSizes> {
    /** Name of the network (default: `upsampler`). */
    readonly name?: string;
    /** Pixels from top to bottom of what goes in. */
    readonly height: number;
    /** Pixels across. */
    readonly width: number;
}

/** What its tensors tell of such a network. */
export interface IUpsamplerSizes {
    /**
     * Whether three sums of the channels that go in, enlarged, are added to what comes out, in place of a sigmoid (default: as the
     * weights are; published: no).
     */
    readonly hasSkip: boolean;
    /** Channels that go in (default: as the weights are; published: 32). */
    readonly channels: number;
    /** Capacity c: the last block has c channels, each one before twice as many as the next (default: as the weights are; published: 32). */
    readonly capacity: number;
    /** Times that the picture is doubled, 1 or 2 (default: as the weights are; published: 2). */
    readonly doublings: number;
}

/** Those of the published network. */
const Published: IUpsamplerSizes = { channels: 32, capacity: 32, doublings: 2, hasSkip: false };

/** Convolutions of a block, by their numbers in the published modules. */
const BlockConvolutions = [0, 3] as const;

/**
 * The tensors that {@link BuildUpsampler} asks for.
 *
 * @param config of the network
 * @returns their shapes by the names of the checkpoint, without `upsampler.`
 */
export function UpsamplerShapes(config: Partial<IUpsamplerSizes>): Map<string, readonly number[]> {
    const { channels, capacity: c, doublings, hasSkip } = { ...Published, ...config };
    const shapes = new Map<string, readonly number[]>();
    let inputs = channels;
    ["inc.double_conv", ...UpBlocks(doublings).map((up) => `${up}.conv.double_conv`)].forEach((block, i) => {
        const outputs = c * 2 ** (doublings - i);
        shapes.set(`${block}.0.weight`, [outputs, inputs, 3, 3]);
        shapes.set(`${block}.3.weight`, [outputs, outputs, 3, 3]);
        inputs = outputs;
    });
    shapes.set("outc.conv.weight", [3, c, 1, 1]);
    shapes.set("outc.conv.bias", [3]);
    if (hasSkip) {
        shapes.set("skip.weight", [3, channels, 1, 1]);
    }
    return shapes;
}

/**
 * Reads the sizes of a network off its tensors.
 *
 * @param weights tensors by the names of {@link UpsamplerShapes}
 * @returns the sizes; those of the published network where there is no first layer
 */
function UpsamplerSizesOf(weights: INetworkWeights): IUpsamplerSizes {
    const [outputs, channels] = weights.get("inc.double_conv.0.weight")?.shape ?? [];
    if (!outputs || !channels) {
        return Published;
    }
    const doublings = weights.get("up2.conv.double_conv.0.weight") ? 2 : 1;
    const hasSkip = weights.get("skip.weight") !== undefined;
    return { channels, capacity: outputs / 2 ** doublings, doublings, hasSkip };
}

function UpBlocks(doublings: number): string[] {
    return Array.from({ length: doublings }, (_, i) => `up${i + 1}`);
}

/**
 * Builds the super-resolution network: two 3 × 3 convolutions, once or twice a bilinear doubling and two more, and a 1 × 1
 * convolution with a sigmoid; with a skip the features' own colours are added in place of it. Every channel is normalised over
 * the whole picture behind each convolution, so that a part of a picture, or the same at another place, does not give the same
 * colours.
 *
 * @param config its sizes
 * @param weights tensors by the names of {@link UpsamplerShapes}
 * @param options how it is written
 * @returns the network: `features` [1,C,H,W] goes in, `picture` [1,3,kH,kW] with k = 2 or 4 comes out, RGB 0..1
 * @throws {@link NetworkBuildError} where a tensor is missing or has another shape
 */
export function BuildUpsampler(
    config: IUpsamplerConfig,
    weights: INetworkWeights,
    options: ISliceOptions = {},
): IAvatarNetwork[] {
    return SliceNetwork(UpsamplerGraph(config, weights), config.name ?? "upsampler", options);
}

/** The graph of {@link BuildUpsampler}, not written yet. */
export function UpsamplerGraph(config: IUpsamplerConfig, weights: INetworkWeights): NetworkGraph {
    const { name = "upsampler", height, width } = config;
    const sizes = { ...UpsamplerSizesOf(weights), ...config };
    const { channels, doublings, hasSkip } = sizes;
    const shapes = UpsamplerShapes(sizes);
    const graph = new NetworkGraph();
    const checked = new CheckedWeights(weights, "");
    const constant = (key: string): IGraphConstant => {
        const shape = checked.shape(key, shapes.get(key)!);
        return { name: `${name}/${key}`, shape, make: () => checked.read(key, shape) };
    };
    const block = (key: string, from: IGraphValue): IGraphValue => {
        let x = from;
        for (const number of BlockConvolutions) {
            const title = `${name}/${key}.${number}`;
            const layout: IConvolution = { weight: constant(`${key}.${number}.weight`), bias: null, ...Same };
            const normal = graph.instanceNorm(`${title}/normal`, graph.conv(`${title}/conv`, x, layout), Epsilon);
            x = graph.activate(title, normal, "Relu");
        }
        return x;
    };
    const features = graph.input("features", [1, channels, height, width]);
    const colors = hasSkip
        ? graph.conv(`${name}/skip`, features, { weight: constant("skip.weight"), bias: null })
        : null;
    let x = block("inc.double_conv", features);
    for (const up of UpBlocks(doublings)) {
        // Ahead of each doubling, where pictures are smallest, and only where a file may say what is handed over.
        if (x.shape.reduce((product, size) => product * size) <= MaxTensorElements) {
            graph.endBlock();
        }
        const doubled = graph.enlarge(`${name}/${up}.up`, x, 2, "align_corners");
        x = block(`${up}.conv.double_conv`, doubled);
    }
    const layout = { weight: constant("outc.conv.weight"), bias: constant("outc.conv.bias") };
    const made = graph.conv(`${name}/outc`, x, layout);
    if (colors) {
        const enlarged = graph.enlarge(`${name}/skip.up`, colors, 2 ** doublings);
        graph.output(graph.clip("picture", graph.add(`${name}/sum`, enlarged, made), 0, 1));
    } else {
        graph.output(graph.activate("picture", made, "Sigmoid"));
    }
    return graph;
}
