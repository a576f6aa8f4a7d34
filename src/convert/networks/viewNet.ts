import { LeakySlope } from "./foldStyle.js";
import { type IGraphConstant, type IGraphValue, type NetworkGraph } from "./networkGraph.js";
import { type CheckedWeights } from "./networkWeights.js";

/** Where a network of the view direction stands in a graph. */
export interface IViewNetParts {
    /** Beginning of the names of its tensors in the graph. */
    readonly name: string;
    /** [1,1,V,V] cosines between normals and the direction to the camera. */
    readonly cosines: IGraphValue;
    /** Channels of its features, C. */
    readonly channels: number;
    /** Factor of its features. */
    readonly weight: number;
}

/**
 * Adds the published network of the view direction: two 4 × 4 convolutions with stride 2, from cosines to features. The leaky
 * ReLU between them has no gain.
 *
 * @param graph to add to
 * @param weights of the network, `0.weight` … `2.bias`
 * @param parts names and what goes in
 * @returns [1,C,V/4,V/4]
 * @throws {@link NetworkBuildError} where a tensor is missing or has another shape
 */
export function AddViewNet(graph: NetworkGraph, weights: CheckedWeights, parts: IViewNetParts): IGraphValue {
    const { name, cosines, channels, weight } = parts;
    const layer = (index: 0 | 2, x: IGraphValue, outputs: number | null, factor: number): IGraphValue => {
        const shape = weights.shape(`${index}.weight`, [outputs, x.shape[1]!, 4, 4]);
        const constant = (key: "weight" | "bias", size: readonly number[]): IGraphConstant => {
            weights.shape(`${index}.${key}`, size);
            const make = (): Float32Array => weights.read(`${index}.${key}`, size).map((value) => value * factor);
            return { name: `viewdir_net/${index}.${key}`, shape: size, make };
        };
        const layout = { weight: constant("weight", shape), bias: constant("bias", [shape[0]!]) };
        return graph.conv(`${name}/${index}`, x, { ...layout, stride: 2, pads: [1, 1, 1, 1] });
    };
    const hidden = graph.leakyRelu(`${name}/1`, layer(0, cosines, null, 1), LeakySlope);
    return layer(2, hidden, channels, weight);
}
