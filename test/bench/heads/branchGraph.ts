import { SliceNetwork } from "../../../src/convert/networks/sliceNetwork.js";
import { type IGraphConstant, type IGraphValue, NetworkGraph } from "../../../src/convert/networks/networkGraph.js";
import { type IHeadBranch, type IPerceptron, LayerInputs, SkipLayer } from "../../../src/format/headModel.js";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { LeakySlope } from "../../../src/pipeline/constants.js";

/**
 * A branch of a head as one graph over all of its points, as the published code has it: 1 × 1 convolutions, the code repeated for
 * every point.
 *
 * @param name of the network
 * @param branch of the head
 * @param points that it moves
 */
export function BranchGraph(name: string, branch: IHeadBranch, points: number): IAvatarNetwork[] {
    const graph = new NetworkGraph();
    for (const [network, perceptron] of Object.entries(branch) as [string, IPerceptron][]) {
        const input = graph.input(network === "deformation" ? "places" : "features", [
            1,
            perceptron.widths[0]!,
            1,
            points,
        ]);
        graph.output(AddPerceptron(graph, `${name}/${network}`, perceptron, input));
    }
    return SliceNetwork(graph, name);
}

function AddPerceptron(
    graph: NetworkGraph,
    name: string,
    { widths, parameters }: IPerceptron,
    input: IGraphValue,
): IGraphValue {
    let x = input;
    let at = 0;
    const layers = widths.length - 1;
    for (let layer = 0; layer < layers; layer++) {
        const [inputs, outputs] = [LayerInputs(widths, layer), widths[layer + 1]!];
        const constant = (part: string, shape: readonly number[], from: number): IGraphConstant => {
            const values = parameters.slice(from, from + shape.reduce((product, size) => product * size));
            return { name: `${name}/${layer}/${part}`, shape, make: () => values };
        };
        const weight = constant("weight", [outputs, inputs, 1, 1], at);
        const bias = constant("bias", [outputs], at + outputs * inputs);
        at += outputs * (inputs + 1);
        const joined = layer === SkipLayer(widths) ? graph.concat(`${name}/${layer}/joined`, [x, input]) : x;
        x = graph.conv(`${name}/${layer}`, joined, { weight, bias });
        x = layer < layers - 1 ? graph.leakyRelu(`${name}/${layer}/active`, x, LeakySlope) : x;
    }
    return x;
}
