import { DependOnCamera } from "../../format/cameraDependence.js";
import { type IAvatarNetwork } from "../../format/mapModel.js";
import { CountNodeMacs } from "./countMacs.js";
import { EmitNetwork, type NetworkPrecision } from "./emitNetwork.js";
import { type IGraphNode, type IGraphValue, type NetworkGraph } from "./networkGraph.js";

/** How a graph becomes networks. */
export interface ISliceOptions {
    /** Type of weights and of what is computed with them (default: float32). */
    readonly precision?: NetworkPrecision;
    /**
     * Multiply-accumulates after which a network is cut at the next border of a block (default: never). A single block may have
     * more.
     */
    readonly sliceMacs?: number;
}

/**
 * Writes a graph as networks that run one after the other, cut so that a frame may end between two of them. What depends on the
 * camera always stands in networks of its own, after all others: with the pose unchanged, only those need to run again.
 *
 * @param graph the whole
 * @param name of the networks; several get `_1`, `_2`, …, those that depend on the camera `_view`
 * @param options precision and size of the slices
 * @returns the networks in the order in which they run, joined by the names of their tensors
 */
export function SliceNetwork(graph: NetworkGraph, name: string, options: ISliceOptions = {}): IAvatarNetwork[] {
    const { precision = "float32", sliceMacs = Infinity } = options;
    const viewed = new Set(CameraNodes(graph.nodes));
    const trunk = Slices(
        graph.nodes.filter((node) => !viewed.has(node)),
        sliceMacs,
    );
    const tail = Slices([...viewed], sliceMacs);
    const named = [...Named(trunk, name), ...Named(tail, `${name}_view`)];
    return named.map(([title, nodes]) => EmitNetwork(title, nodes, OutputsOf(graph, nodes), precision));
}

/**
 * What depends on the camera.
 *
 * @param nodes of a graph, in the order in which they run
 * @returns those that read a tensor of the camera, or what such a node made
 */
export function CameraNodes(nodes: readonly IGraphNode[]): IGraphNode[] {
    const depends = DependOnCamera(
        nodes.map(({ inputs, output }) => ({
            inputs: inputs.flatMap((input) => input?.name ?? []),
            outputs: [output.name],
        })),
    );
    return nodes.filter((_node, index) => depends[index]);
}

function Slices(nodes: readonly IGraphNode[], sliceMacs: number): IGraphNode[][] {
    const blocks = new Map<number, IGraphNode[]>();
    for (const node of nodes) {
        blocks.set(node.block, [...(blocks.get(node.block) ?? []), node]);
    }
    const slices: IGraphNode[][] = [];
    let room = 0;
    for (const block of blocks.values()) {
        const macs = CountNodeMacs(block);
        if (slices.length === 0 || macs > room) {
            slices.push([]);
            room = sliceMacs;
        }
        slices.at(-1)!.push(...block);
        room -= macs;
    }
    return slices;
}

function Named(slices: readonly IGraphNode[][], name: string): [string, IGraphNode[]][] {
    return slices.map((nodes, index) => [slices.length === 1 ? name : `${name}_${index + 1}`, nodes]);
}

/** What the nodes make and others read, or the graph gives out. */
function OutputsOf(graph: NetworkGraph, nodes: readonly IGraphNode[]): IGraphValue[] {
    const inside = new Set(nodes);
    const read = new Set<unknown>(graph.outputs);
    for (const node of graph.nodes.filter((one) => !inside.has(one))) {
        node.inputs.forEach((input) => read.add(input));
    }
    return nodes.map((node) => node.output).filter((output) => read.has(output));
}
