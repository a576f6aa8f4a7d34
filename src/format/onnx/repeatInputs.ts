import { OnnxError } from "./onnxError.js";
import { type IOnnxModel, type IOnnxNode } from "./onnxModel.js";

/** Operators that ONNX Runtime computes as a convolution. */
const Convolutions: ReadonlySet<string> = new Set(["Conv", "FusedConv"]);

/** Operators that leave the shape as it is. */
const ShapeKeepers: ReadonlySet<string> = new Set(["Cast", "Identity"]);

/**
 * ONNX Runtime 1.30 computes on WebGPU, without an error, other numbers where the inputs of a convolution are a multiple of three
 * above three but not of four, and the outputs a multiple of four. Such inputs are repeated up to a multiple of four, with
 * weights of zero for all but the first copy.
 *
 * @param shape of the weights: outputs, inputs, and the kernel's dimensions
 * @param groups of channels
 * @returns how many times the inputs are needed; 1 where all is well
 */
export function CopiesForWebGpu(shape: readonly number[], groups: number): number {
    const [outputs = 0, inputs = 0, ...kernel] = shape;
    const isPointwise = kernel.every((size) => size === 1);
    const isWrong =
        groups === 1 && !isPointwise && outputs % 4 === 0 && inputs > 3 && inputs % 3 === 0 && inputs % 4 !== 0;
    if (!isWrong) {
        return 1;
    }
    return inputs % 2 === 0 ? 2 : 4;
}

/**
 * Repeats the inputs of those convolutions that the WebGPU provider gets wrong; see {@link CopiesForWebGpu}.
 *
 * @param model any network
 * @returns a network with the same results; the very same where it has no such convolution
 * @throws {@link OnnxError} `unsupported-network`, naming the node, where nobody can tell whether it is one
 */
export function RepeatInputs(model: IOnnxModel): IOnnxModel {
    const { graph } = model;
    const shapeOf = KnownShapes(model);
    const nodes = graph.nodes.flatMap((node, index) => {
        if (!Convolutions.has(node.operator)) {
            return [node];
        }
        const [, weight = ""] = node.inputs;
        const shape = shapeOf(weight);
        const group = node.attributes.get("group");
        const groups = group?.kind === "int" ? group.value : 1;
        if (shape === null && groups === 1) {
            throw new OnnxError(
                "unsupported-network",
                `Node "${node.name || (node.outputs[0] ?? "")}" is a convolution whose weights "${weight}" have no known shape. Re-export with constants folded.`,
            );
        }
        const copies = CopiesForWebGpu(shape ?? [], groups);
        return copies === 1 ? [node] : RepeatInput(node, copies, `webgpu/${index}`);
    });
    return nodes.length === graph.nodes.length ? model : { ...model, graph: { ...graph, nodes } };
}

/** A convolution of repeated inputs, with what makes them and their weights. */
function RepeatInput(node: IOnnxNode, copies: number, prefix: string): IOnnxNode[] {
    const [input, weight, ...rest] = node.inputs as [string, string, ...string[]];
    const concat = (name: string, inputs: readonly string[]): IOnnxNode => ({
        name,
        operator: "Concat",
        domain: "",
        inputs,
        outputs: [name],
        attributes: new Map([["axis", { kind: "int", value: 1 }]]),
    });
    const zeros = `${prefix}/zeros`;
    const inputs = concat(`${prefix}/inputs`, Array<string>(copies).fill(input));
    const weights = concat(`${prefix}/weights`, [weight, ...Array<string>(copies - 1).fill(zeros)]);
    return [
        inputs,
        // Of the type of the weights, whatever that is. ONNX Runtime folds it where they are constant.
        { name: zeros, operator: "Sub", domain: "", inputs: [weight, weight], outputs: [zeros], attributes: new Map() },
        weights,
        { ...node, inputs: [inputs.name, weights.name, ...rest] },
    ];
}

/** Tells the shapes of values; null where the file does not. */
function KnownShapes({ graph }: IOnnxModel): (name: string) => readonly number[] | null {
    const shapes = new Map<string, readonly number[]>();
    for (const { name, shape } of [...graph.inputs, ...graph.valueInfos]) {
        if (shape?.every((size): size is number => typeof size === "number")) {
            shapes.set(name, shape);
        }
    }
    for (const { name, shape } of graph.initializers) {
        shapes.set(name, shape);
    }
    for (const { operator, inputs, outputs, attributes } of graph.nodes) {
        const value = attributes.get("value");
        const shape = ShapeKeepers.has(operator) ? shapes.get(inputs[0] ?? "") : undefined;
        if (operator === "Constant" && value?.kind === "tensor") {
            shapes.set(outputs[0] ?? "", value.value.shape);
        } else if (shape) {
            shapes.set(outputs[0] ?? "", shape);
        }
    }
    return (name) => shapes.get(name) ?? null;
}
