import { type IAvatarNetwork } from "../../format/mapModel.js";
import { DecodeOnnx } from "../../format/onnx/decodeOnnx.js";
import { type IOnnxGraph } from "../../format/onnx/onnxModel.js";
import { NetworkBuildError } from "./networkBuildError.js";
import { type IGraphNode, IsConstant } from "./networkGraph.js";

/**
 * Multiply-accumulates of networks: those of convolutions, which everything else is small beside. Two operations each.
 *
 * @param networks with their bytes
 * @returns multiply-accumulates of one run of all of them
 * @throws {@link NetworkBuildError} where a network is a side file, or does not tell the sizes of its pictures
 * @example
 * ```ts
 * console.log(`${(2 * CountMacs(networks)) / 1e9} GFLOP`);
 * ```
 */
export function CountMacs(networks: readonly IAvatarNetwork[]): number {
    let macs = 0;
    for (const network of networks) {
        if (network.bytes === null) {
            throw new NetworkBuildError("invalid-option", `Network "${network.name}" is a side file; load it first.`);
        }
        macs += GraphMacs(network.name, DecodeOnnx(network.bytes).graph);
    }
    return macs;
}

/**
 * Multiply-accumulates of nodes of a graph that is not written yet.
 *
 * @param nodes any nodes
 * @returns multiply-accumulates of one run
 */
export function CountNodeMacs(nodes: readonly IGraphNode[]): number {
    return nodes.reduce((sum, node) => {
        const [x, weight] = node.inputs;
        return x && weight ? sum + ConvolutionMacs(node.operator, x.shape, weight.shape, node.output.shape) : sum;
    }, 0);
}

/**
 * Numbers in the weights and biases of a graph's convolutions; filters that many nodes share count once.
 *
 * @param nodes any nodes
 * @returns how many numbers
 */
export function CountWeights(nodes: readonly IGraphNode[]): number {
    const sizes = new Map<string, number>();
    for (const node of nodes.filter((one) => one.operator === "Conv" || one.operator === "ConvTranspose")) {
        for (const constant of node.inputs.filter(IsConstant)) {
            sizes.set(constant.name, Product(constant.shape));
        }
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function GraphMacs(name: string, graph: IOnnxGraph): number {
    const shapes = new Map<string, readonly number[]>();
    for (const { name: value, shape } of [
        ...graph.inputs,
        ...graph.outputs,
        ...graph.valueInfos,
        ...graph.initializers,
    ]) {
        if (shape?.every((size) => typeof size === "number")) {
            shapes.set(value, shape);
        }
    }
    return graph.nodes.reduce((sum, node) => {
        if (node.operator !== "Conv" && node.operator !== "ConvTranspose") {
            return sum;
        }
        const [x, weight, made] = [node.inputs[0], node.inputs[1], node.outputs[0]].map((value) =>
            shapes.get(value ?? ""),
        );
        if (!x || !weight || !made) {
            throw new NetworkBuildError(
                "invalid-option",
                `Network "${name}" does not tell the sizes around its node "${node.name}". Save it with the shapes of its values.`,
            );
        }
        return sum + ConvolutionMacs(node.operator, x, weight, made);
    }, 0);
}

/** Weights are [outputs, inputs / groups, …], of transposed convolutions [inputs, outputs / groups, …]. */
function ConvolutionMacs(
    operator: string,
    x: readonly number[],
    weight: readonly number[],
    made: readonly number[],
): number {
    switch (operator) {
        case "Conv":
            return Product(made) * Product(weight.slice(1));
        case "ConvTranspose":
            return Product(x) * Product(weight.slice(1));
        default:
            return 0;
    }
}

function Product(sizes: readonly number[]): number {
    return sizes.reduce((product, size) => product * size, 1);
}
