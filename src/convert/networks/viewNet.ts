import { LeakySlope } from "./foldStyle.js";
import { type IGraphConstant, type IGraphValue, type NetworkGraph } from "./networkGraph.js";
import { type CheckedWeights } from "./networkWeights.js";

/**
 * Adds the published network of the view direction: two 4 × 4 convolutions with stride 2, from cosines to features. The leaky
 * ReLU between them has no gain.
 *
 * @param graph to add to
 * @param weights of the network, `0.weight` … `2.bias`
 * @param name beginning of the names of its tensors
 * @param cosines [1,1,V,V]
 * @param weight factor of the features
 * @returns [1,C,V/4,V/4]
 */
export function AddViewNet(
    graph: NetworkGraph,
    weights: CheckedWeights,
    name: string,
    cosines: IGraphValue,
    weight: number,
): IGraphValue {
    const layer = (index: 0 | 2, x: IGraphValue, factor: number): IGraphValue => {
        const shape = weights.shape(`${index}.weight`, [null, x.shape[1]!, 4, 4]);
        const constant = (key: "weight" | "bias", size: readonly number[]): IGraphConstant => {
            weights.shape(`${index}.${key}`, size);
            const make = (): Float32Array => weights.read(`${index}.${key}`, size).map((value) => value * factor);
            return { name: `viewdir_net/${index}.${key}`, shape: size, make };
        };
        const layout = { weight: constant("weight", shape), bias: constant("bias", [shape[0]!]) };
        return graph.conv(`${name}/${index}`, x, { ...layout, stride: 2, pads: [1, 1, 1, 1] });
    };
    const hidden = graph.leakyRelu(`${name}/1`, layer(0, cosines, 1), LeakySlope);
    return layer(2, hidden, weight);
}
