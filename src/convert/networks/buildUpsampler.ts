import { MaxTensorElements } from "../../format/limits.js";
import { type IAvatarNetwork } from "../../format/mapModel.js";
import { type IConvolution, type IGraphConstant, type IGraphValue, NetworkGraph } from "./networkGraph.js";
import { CheckedWeights, type INetworkWeights } from "./networkWeights.js";
import { type ISliceOptions, SliceNetwork } from "./sliceNetwork.js";

/** Variance below which channels count as even. `torch.nn.InstanceNorm2d`. */
const Epsilon = 1e-5;

/** Borders of a 3 × 3 convolution that keeps the size of a picture. */
const Same = { pads: [1, 1, 1, 1] } as const;

/** The super-resolution network of Gaussian Head Avatar: features of a splatted picture in, a picture four times as large out. */
export interface IUpsamplerConfig {
    /** Name of the network (default: `upsampler`). */
    readonly name?: string;
    /** Pixels from top to bottom of what goes in. */
    readonly height: number;
    /** Pixels across. */
    readonly width: number;
    /** Channels that go in (default: 32). */
    readonly channels?: number;
    /** Capacity c: layers have 4c, 2c and c channels (default: 32). */
    readonly capacity?: number;
}

/** Convolutions of a block, by their numbers in the published modules. */
const BlockConvolutions = [0, 3] as const;

/**
 * The tensors that {@link BuildUpsampler} asks for.
 *
 * @param config of the network
 * @returns their shapes by the names of the checkpoint, without `upsampler.`
 */
export function UpsamplerShapes({ channels = 32, capacity: c = 32 }: IUpsamplerConfig): Map<string, readonly number[]> {
    const shapes = new Map<string, readonly number[]>();
    for (const [block, inputs, outputs] of [
        ["inc.double_conv", channels, 4 * c],
        ["up1.conv.double_conv", 4 * c, 2 * c],
        ["up2.conv.double_conv", 2 * c, c],
    ] as const) {
        shapes.set(`${block}.0.weight`, [outputs, inputs, 3, 3]);
        shapes.set(`${block}.3.weight`, [outputs, outputs, 3, 3]);
    }
    shapes.set("outc.conv.weight", [3, c, 1, 1]);
    shapes.set("outc.conv.bias", [3]);
    return shapes;
}

/**
 * Builds the super-resolution network: two 3 × 3 convolutions, twice a bilinear doubling and two more, and a 1 × 1 convolution with
 * a sigmoid. Every channel is normalised over the whole picture behind each convolution, so that a part of a picture, or the
 * same at another place, does not give the same colours.
 *
 * @param config its sizes
 * @param weights tensors by the names of {@link UpsamplerShapes}
 * @param options how it is written
 * @returns the network: `features` [1,C,H,W] goes in, `picture` [1,3,4H,4W] comes out, RGB 0..1
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
    const { name = "upsampler", height, width, channels = 32 } = config;
    const shapes = UpsamplerShapes(config);
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
    let x = block("inc.double_conv", graph.input("features", [1, channels, height, width]));
    for (const up of ["up1", "up2"]) {
        // Ahead of each doubling, where pictures are smallest, and only where a file may say what is handed over.
        if (x.shape.reduce((product, size) => product * size) <= MaxTensorElements) {
            graph.endBlock();
        }
        const doubled = graph.enlarge(`${name}/${up}.up`, x, 2, "align_corners");
        x = block(`${up}.conv.double_conv`, doubled);
    }
    const layout = { weight: constant("outc.conv.weight"), bias: constant("outc.conv.bias") };
    graph.output(graph.activate("picture", graph.conv(`${name}/outc`, x, layout), "Sigmoid"));
    return graph;
}
