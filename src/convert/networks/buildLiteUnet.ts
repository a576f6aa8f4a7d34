import { ConditioningTensors, type IAvatarNetwork } from "../../format/mapModel.js";
import { LeakySlope } from "./foldStyle.js";
import { NetworkBuildError } from "./networkBuildError.js";
import { type IConvolution, type IGraphConstant, type IGraphValue, NetworkGraph } from "./networkGraph.js";
import { CheckedWeights, type INetworkWeights } from "./networkWeights.js";
import { type ISliceOptions, SliceNetwork } from "./sliceNetwork.js";

/** Channels of the network that small trained avatars use, from the finest picture to the coarsest. */
export const LiteWidths: readonly number[] = [24, 36, 72, 96, 120];

/** The network of a lite avatar: one small U-Net, the pose map in, changes of all attributes of both sides out. */
export interface ILiteUnetConfig {
    /** Name of the network (default: `lite`). */
    readonly name?: string;
    /** Name of the tensor that comes out (default: `maps`). */
    readonly output?: string;
    /** Side of the pose map and of what comes out, pixels; 2^(widths − 1) divides it. */
    readonly size: number;
    /** Channels of the pose map, for example 12: positions and normals, front and back. */
    readonly inputChannels: number;
    /** Channels that come out (default: 28, all attributes of front and back). */
    readonly outputChannels?: number;
    /** Channels at each size, every one half as large as the one before (default: {@link LiteWidths}). */
    readonly widths?: readonly number[];
    /** Slope of the leaky ReLUs for negative numbers (default: 0.2). */
    readonly slope?: number;
}

/** Attributes of both sides: position 3, opacity 1, scale 3, rotation 4, colour 3, twice. */
const AllAttributes = 28;

/**
 * The tensors that {@link BuildLiteUnet} asks for: `in`, `down.<level>.<0|1>`, `up.<level>.<0|1>` and `out`, each `.weight` and
 * `.bias`. Level 0 is the finest; `down.1` makes the second size out of the first, `up.0` the finest one again.
 *
 * @param config of the network
 * @returns their shapes by name
 */
export function LiteUnetShapes(config: ILiteUnetConfig): Map<string, readonly number[]> {
    const { inputChannels, outputChannels = AllAttributes, widths = LiteWidths } = config;
    const shapes = new Map<string, readonly number[]>();
    const layer = (name: string, outputs: number, inputs: number, size: number): void => {
        shapes.set(`${name}.weight`, [outputs, inputs, size, size]);
        shapes.set(`${name}.bias`, [outputs]);
    };
    layer("in", widths[0]!, inputChannels, 3);
    for (let level = 1; level < widths.length; level++) {
        layer(`down.${level}.0`, widths[level]!, widths[level - 1]!, 3);
        layer(`down.${level}.1`, widths[level]!, widths[level]!, 3);
    }
    for (let level = widths.length - 2; level >= 0; level--) {
        layer(`up.${level}.0`, widths[level]!, widths[level + 1]! + widths[level]!, 3);
        layer(`up.${level}.1`, widths[level]!, widths[level]!, 3);
    }
    layer("out", outputChannels, widths[0]!, 1);
    return shapes;
}

/**
 * Builds the small U-Net of a lite avatar: a 3 × 3 convolution, blocks of two that halve the picture, blocks of two that read the
 * bilinearly doubled picture and that of the same size on the way down, and a 1 × 1 convolution. Leaky ReLUs follow all but the
 * last.
 *
 * @param config its sizes
 * @param weights tensors by the names of {@link LiteUnetShapes}
 * @param options how it is written
 * @returns the network: `pose_map` [1,C,S,S] goes in, [1,outputs,S,S] comes out
 * @throws {@link NetworkBuildError} where sizes do not fit each other, or a tensor is missing or has another shape
 * @example
 * ```ts
 * const networks = BuildLiteUnet({ size: 64, inputChannels: 12 }, weights, { precision: "float16" });
 * ```
 */
export function BuildLiteUnet(
    config: ILiteUnetConfig,
    weights: INetworkWeights,
    options: ISliceOptions = {},
): IAvatarNetwork[] {
    return SliceNetwork(LiteUnetGraph(config, weights), config.name ?? "lite", options);
}

/**
 * The graph of {@link BuildLiteUnet}, not written yet.
 *
 * @param config its sizes
 * @param weights tensors by the names of {@link LiteUnetShapes}
 * @returns the graph
 * @throws {@link NetworkBuildError} as {@link BuildLiteUnet}
 */
export function LiteUnetGraph(config: ILiteUnetConfig, weights: INetworkWeights): NetworkGraph {
    const { name = "lite", output = "maps", size, inputChannels, widths = LiteWidths, slope = LeakySlope } = config;
    const shapes = LiteUnetShapes(config);
    if (widths.length === 0 || !Number.isInteger(size / 2 ** (widths.length - 1))) {
        throw new NetworkBuildError(
            "invalid-option",
            `A pose map of side ${size} cannot be halved ${widths.length - 1} times, as widths [${widths.join(", ")}] ask for.`,
        );
    }
    const graph = new NetworkGraph();
    const checked = new CheckedWeights(weights, "");
    const constant = (key: string): IGraphConstant => {
        const shape = checked.shape(key, shapes.get(key)!);
        return { name: `${name}/${key}`, shape, make: () => checked.read(key, shape) };
    };
    const layer = (key: string, x: IGraphValue, more: Partial<IConvolution> = {}): IGraphValue => {
        const layout = { weight: constant(`${key}.weight`), bias: constant(`${key}.bias`), ...Same, ...more };
        return graph.leakyRelu(`${name}/${key}`, graph.conv(`${name}/${key}/conv`, x, layout), slope);
    };
    let x = layer("in", graph.input(ConditioningTensors.pose, [1, inputChannels, size, size]));
    const skips = [x];
    for (let level = 1; level < widths.length; level++) {
        x = layer(`down.${level}.1`, layer(`down.${level}.0`, x, { stride: 2 }));
        skips.push(x);
        graph.endBlock();
    }
    for (let level = widths.length - 2; level >= 0; level--) {
        const doubled = graph.enlarge(`${name}/up.${level}/doubled`, x, 2);
        const both = graph.concat(`${name}/up.${level}/both`, [doubled, skips[level]!]);
        x = layer(`up.${level}.1`, layer(`up.${level}.0`, both));
        graph.endBlock();
    }
    const layout = { weight: constant("out.weight"), bias: constant("out.bias") };
    graph.output(graph.conv(output, x, layout));
    return graph;
}

/** Borders of a 3 × 3 convolution that keeps the size of a picture. */
const Same = { pads: [1, 1, 1, 1] } as const;
