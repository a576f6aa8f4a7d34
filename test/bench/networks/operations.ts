import { MakeBodyCheckpoint } from "../../../assets/scripts/synthetic/checkpoint.js";
import { DualStyleUnetGraph, type IDualStyleUnetOptions } from "../../../src/convert/networks/buildDualStyleUnet.js";
import { CountNodeMacs, CountWeights } from "../../../src/convert/networks/countMacs.js";
import { type IGraphNode, type NetworkGraph } from "../../../src/convert/networks/networkGraph.js";
import { type INetworkWeights } from "../../../src/convert/networks/networkWeights.js";
import { ConditioningTensors } from "../../../src/format/mapModel.js";

/** The three networks of the published body, in the order of its pictures. */
export const BodyNetworks: readonly IDualStyleUnetOptions[] = [
    { prefix: "position_net.", name: "position" },
    { prefix: "other_net.", name: "other" },
    { prefix: "color_net.", name: "color", view: {} },
];

/** What one pose costs. */
export interface IOperationCount {
    /** Which body. */
    readonly body: string;
    /** Billions of operations of the whole. */
    readonly gflop: number;
    /** Of these, what depends on the camera. */
    readonly cameraGflop: number;
    /** Millions of weights. */
    readonly weights: number;
}

/**
 * Weights of an untrained body of the published architecture.
 *
 * @param divisor what the official widths are divided by
 * @returns tensors by their keys; numbers are made when they are read
 */
export function BodyWeights(divisor: number): INetworkWeights {
    return new Map(MakeBodyCheckpoint({ divisor, seed: 1 }).map((tensor) => [tensor.key, tensor]));
}

/** Operations of the official size and of slimmer ones, by the shapes alone. */
export function CountBodyOperations(): IOperationCount[] {
    return [1, 2, 4, 8].map((divisor) =>
        CountOf(
            divisor === 1 ? "full, official size" : `full, widths / ${divisor}`,
            DualStyleUnetGraph(BodyWeights(divisor), BodyNetworks),
        ),
    );
}

/**
 * Operations of a graph.
 *
 * @param body what it is called
 * @param graph the graph
 */
export function CountOf(body: string, { nodes }: NetworkGraph): IOperationCount {
    return {
        body,
        gflop: 2e-9 * CountNodeMacs(nodes),
        cameraGflop: 2e-9 * CountNodeMacs(CameraDependent(nodes)),
        weights: 1e-6 * CountWeights(nodes),
    };
}

function CameraDependent(nodes: readonly IGraphNode[]): IGraphNode[] {
    const tensors = new Set<string>([ConditioningTensors.viewFront, ConditioningTensors.viewBack]);
    return nodes.filter((node) => {
        const depends = node.inputs.some((input) => input !== null && tensors.has(input.name));
        if (depends) {
            tensors.add(node.output.name);
        }
        return depends;
    });
}
