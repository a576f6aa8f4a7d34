import { ConditioningTensors, type IAvatarNetwork } from "../../format/mapModel.js";
import { AddDualStyleUnet } from "./dualStyleUnet.js";
import { NetworkBuildError } from "./networkBuildError.js";
import { type IGraphValue, NetworkGraph } from "./networkGraph.js";
import { CheckedWeights, type INetworkWeights } from "./networkWeights.js";
import { type ISliceOptions, SliceNetwork } from "./sliceNetwork.js";
import { AddViewNet } from "./viewNet.js";

/** The published network that makes features of the view direction. */
export interface IViewNetOptions {
    /** Beginning of the names of its tensors (default: `viewdir_net.`). */
    readonly prefix?: string;
    /** Factor of its features, `weight_viewdirs` of the method's configuration (default: 1). */
    readonly weight?: number;
}

/** Which network of a checkpoint is built, and how. */
export interface IDualStyleUnetOptions {
    /** Beginning of the names of its tensors in the checkpoint, for example `color_net.` (default: none). */
    readonly prefix?: string;
    /** Name of the network, unique in the avatar, for example `color`. */
    readonly name: string;
    /** Name of the tensor that comes out (default: the network's name with `_map`). */
    readonly output?: string;
    /** How the view direction goes in; null where it does not (default: null). */
    readonly view?: IViewNetOptions | null;
    /** Style before the mapping network (default: the published constant). */
    readonly style?: ArrayLike<number>;
}

/**
 * Builds a published U-Net with two decoders from the tensors of its checkpoint. The numbers of levels and channels are those
 * of the tensors.
 *
 * @param weights tensors by their names in the checkpoint
 * @param options which network, and how it is written
 * @returns the network, or its slices in the order in which they run. `pose_map` goes in, and with a view net `view_front` and
 * `view_back`; out comes [1,2o,2S,2S], the front's channels first.
 * @throws {@link NetworkBuildError} where a tensor is missing or has another shape; the message has its name
 * @example
 * ```ts
 * const position = BuildDualStyleUnet(checkpoint, { prefix: "position_net.", name: "position", precision: "float16" });
 * const color = BuildDualStyleUnet(checkpoint, { prefix: "color_net.", name: "color", view: {}, sliceMacs: 10e9 });
 * ```
 */
export function BuildDualStyleUnet(
    weights: INetworkWeights,
    options: IDualStyleUnetOptions & ISliceOptions,
): IAvatarNetwork[] {
    return SliceNetwork(DualStyleUnetGraph(weights, [options]), options.name, options);
}

/**
 * The graph of one or several published U-Nets, not written yet: in one graph, they run as one network.
 *
 * @param weights tensors by their names in the checkpoint
 * @param networks which ones
 * @returns the graph, for {@link SliceNetwork}
 * @throws {@link NetworkBuildError} where a tensor is missing or has another shape
 */
export function DualStyleUnetGraph(weights: INetworkWeights, networks: readonly IDualStyleUnetOptions[]): NetworkGraph {
    const graph = new NetworkGraph();
    for (const { prefix = "", name, output = `${name}_map`, view = null, style = null } of networks) {
        AddDualStyleUnet(graph, weights, {
            prefix,
            name,
            output,
            style,
            pose: (channels, size) => graph.input(ConditioningTensors.pose, [1, channels, size, size]),
            viewFeatures: (size, channels) =>
                view === null ? null : ViewFeatures(graph, weights, name, view, [size, channels]),
        });
    }
    return graph;
}

/** The view features of both sides, from pictures as large as the pose map. */
function ViewFeatures(
    graph: NetworkGraph,
    weights: INetworkWeights,
    name: string,
    view: IViewNetOptions,
    [size, channels]: readonly [size: number, channels: number],
): [IGraphValue, IGraphValue] {
    const { prefix = "viewdir_net.", weight = 1 } = view;
    if (!Number.isFinite(weight)) {
        throw new NetworkBuildError(
            "invalid-option",
            `The weight of the view direction is ${weight}; it must be finite.`,
        );
    }
    const checked = new CheckedWeights(weights, prefix);
    const feature = (side: string, tensor: string): IGraphValue => {
        const cosines = graph.input(tensor, [1, 1, size, size]);
        return AddViewNet(graph, checked, { name: `${name}/${side}/view`, cosines, channels, weight });
    };
    return [feature("front", ConditioningTensors.viewFront), feature("back", ConditioningTensors.viewBack)];
}
