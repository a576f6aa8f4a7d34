import { DecodeOnnx } from "./decodeOnnx.js";
import { EncodeOnnx } from "./encodeOnnx.js";
import {
    type IOnnxNode,
    type IOnnxTensor,
    type IOnnxValueInfo,
    type OnnxAttributeValue,
    OnnxElements,
} from "./onnxModel.js";
import { Float32Tensor, TensorValues } from "./onnxTensor.js";

/** Attributes that name an element type by its number: of `Cast`, and of operators that make tensors. */
const TypeAttributes: ReadonlySet<string> = new Set(["to", "dtype"]);

/**
 * Makes every half of a network a float32, for devices that have no `shader-f16`: constants, casts and declared types. Weights
 * keep their rounded values; what is computed from them gets the precision of float32.
 *
 * @param bytes an ONNX file
 * @returns an ONNX file without float16; it is about twice as large
 * @throws {@link OnnxError} where the file is damaged or has parts that avatars' networks do not have
 */
export function ConvertOnnxToFloat32(bytes: Uint8Array): Uint8Array {
    const model = DecodeOnnx(bytes);
    const { graph } = model;
    return EncodeOnnx({
        ...model,
        graph: {
            ...graph,
            nodes: graph.nodes.map(WidenNode),
            initializers: graph.initializers.map(WidenTensor),
            inputs: graph.inputs.map(WidenValueInfo),
            outputs: graph.outputs.map(WidenValueInfo),
            valueInfos: graph.valueInfos.map(WidenValueInfo),
        },
    });
}

function WidenNode(node: IOnnxNode): IOnnxNode {
    const attributes = new Map<string, OnnxAttributeValue>();
    for (const [name, attribute] of node.attributes) {
        attributes.set(name, WidenAttribute(name, attribute));
    }
    return { ...node, attributes };
}

function WidenAttribute(name: string, attribute: OnnxAttributeValue): OnnxAttributeValue {
    if (attribute.kind === "tensor") {
        return { kind: "tensor", value: WidenTensor(attribute.value) };
    }
    if (attribute.kind === "int" && TypeAttributes.has(name) && attribute.value === OnnxElements.float16.code) {
        return { kind: "int", value: OnnxElements.float32.code };
    }
    return attribute;
}

function WidenTensor(tensor: IOnnxTensor): IOnnxTensor {
    return tensor.type === "float16" ? Float32Tensor(tensor.name, tensor.shape, TensorValues(tensor)) : tensor;
}

function WidenValueInfo(info: IOnnxValueInfo): IOnnxValueInfo {
    return info.type === "float16" ? { ...info, type: "float32" } : info;
}
