import { type IAvatarNetwork, type ITensorContract } from "../../format/mapModel.js";
import { EncodeOnnx } from "../../format/onnx/encodeOnnx.js";
import {
    type IOnnxNode,
    type IOnnxTensor,
    type IOnnxValueInfo,
    type OnnxAttributeValue,
    OnnxElements,
} from "../../format/onnx/onnxModel.js";
import { Float16Tensor, Float32Tensor } from "../../format/onnx/onnxTensor.js";
import { type IGraphConstant, type IGraphNode, type IGraphValue, IsConstant } from "./networkGraph.js";

/** Type of weights and of what is computed with them. What goes in and comes out is float32 always. */
export type NetworkPrecision = "float32" | "float16";

/** ONNX 1.14 / 1.12: known to every ONNX Runtime since 2022, and nothing newer is needed. */
const IrVersion = 8;
const Opset = 17;

/**
 * Writes nodes of a graph as an ONNX file.
 *
 * @param name of the network
 * @param nodes in the order in which they run
 * @param outputs tensors that the nodes make and that are read elsewhere
 * @param precision of weights and of what is computed with them
 * @returns the network; what its nodes read and do not make goes in
 */
export function EmitNetwork(
    name: string,
    nodes: readonly IGraphNode[],
    outputs: readonly IGraphValue[],
    precision: NetworkPrecision,
): IAvatarNetwork {
    const inputs = InputsOf(nodes);
    const emitter = new Emitter(precision);
    nodes.forEach((node) => emitter.addNode(node));
    outputs.forEach((output) => emitter.valueName(output, true));
    const bytes = EncodeOnnx({
        irVersion: IrVersion,
        producer: "babylon-gaussian-avatar",
        opsets: new Map([["", Opset]]),
        graph: {
            name,
            nodes: emitter.nodes,
            initializers: [...emitter.constants.values()],
            inputs: inputs.map(WideInfo),
            outputs: outputs.map(WideInfo),
            valueInfos: emitter.valueInfos.filter((info) => !outputs.some((output) => output.name === info.name)),
        },
    });
    const contract = (value: IGraphValue): ITensorContract => ({ ...value, type: "float32" });
    return {
        name,
        bytes,
        uri: null,
        byteLength: bytes.byteLength,
        inputs: inputs.map(contract),
        outputs: outputs.map(contract),
    };
}

/**
 * What goes into a part of a graph.
 *
 * @param nodes the part
 * @returns tensors that they read and do not make, in the order in which they are first read
 */
export function InputsOf(nodes: readonly IGraphNode[]): IGraphValue[] {
    const made = new Set(nodes.map((node) => node.output));
    const inputs = new Set<IGraphValue>();
    for (const input of nodes.flatMap((node) => node.inputs)) {
        if (input !== null && !IsConstant(input) && !made.has(input)) {
            inputs.add(input);
        }
    }
    return [...inputs];
}

/**
 * Collects nodes, constants and casts. A tensor exists in the width in which it is made; in the other one as soon as it is
 * asked for.
 */
class Emitter {
    public readonly nodes: IOnnxNode[] = [];
    public readonly constants = new Map<string, IOnnxTensor>();
    public readonly valueInfos: IOnnxValueInfo[] = [];
    private readonly _precision: NetworkPrecision;
    private readonly _emitted = new Set<string>();

    public constructor(precision: NetworkPrecision) {
        this._precision = precision;
    }

    public addNode(node: IGraphNode): void {
        const isWide = this._precision === "float32" || node.isWide;
        const inputs = node.inputs.map((input) => {
            if (input === null) {
                return "";
            }
            // Scales of a Resize are float32 whatever it enlarges.
            return IsConstant(input)
                ? this._constantName(input, isWide || node.operator === "Resize")
                : this.valueName(input, isWide);
        });
        while (inputs.at(-1) === "") {
            inputs.pop();
        }
        this._push(node.operator, inputs, node.output, isWide, node.attributes);
    }

    /** Name of a tensor in one of the widths; the wide one keeps the plain name. */
    public valueName(value: IGraphValue, isWide: boolean): string {
        const name = NameOf(value.name, isWide);
        const other = NameOf(value.name, !isWide);
        // What nobody has made here goes in, as float32.
        const isMissing = !this._emitted.has(name) && (this._emitted.has(other) || !isWide);
        if (isMissing) {
            const to = OnnxElements[isWide ? "float32" : "float16"].code;
            this._push("Cast", [other], value, isWide, new Map([["to", { kind: "int", value: to }]]));
        }
        return name;
    }

    private _push(
        operator: string,
        inputs: readonly string[],
        output: IGraphValue,
        isWide: boolean,
        attributes: ReadonlyMap<string, OnnxAttributeValue>,
    ): void {
        const name = NameOf(output.name, isWide);
        this._emitted.add(name);
        this.nodes.push({ name: `${operator} ${name}`, operator, domain: "", inputs, outputs: [name], attributes });
        this.valueInfos.push({ name, type: isWide ? "float32" : "float16", shape: output.shape });
    }

    private _constantName(constant: IGraphConstant, isWide: boolean): string {
        const name = NameOf(constant.name, isWide);
        if (!this.constants.has(name)) {
            const tensor = isWide ? Float32Tensor : Float16Tensor;
            this.constants.set(name, tensor(name, constant.shape, constant.make()));
        }
        return name;
    }
}

function NameOf(name: string, isWide: boolean): string {
    return isWide ? name : `${name}:half`;
}

function WideInfo(value: IGraphValue): IOnnxValueInfo {
    return { ...value, type: "float32" };
}
