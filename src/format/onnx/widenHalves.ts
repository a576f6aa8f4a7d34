import {
    type IOnnxModel,
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
 * @param model any network
 * @returns the network without float16, about twice as large; the very same where it has none
 */
export function WidenHalves(model: IOnnxModel): IOnnxModel {
    const { graph } = model;
    const wide = {
        nodes: graph.nodes.map(WidenNode),
        initializers: graph.initializers.map(WidenTensor),
        inputs: graph.inputs.map(WidenValueInfo),
        outputs: graph.outputs.map(WidenValueInfo),
        valueInfos: graph.valueInfos.map(WidenValueInfo),
    };
    const isSame = (Object.keys(wide) as (keyof typeof wide)[]).every((part) =>
        wide[part].every((item, index) => item === graph[part][index]),
    );
    return isSame ? model : { ...model, graph: { ...graph, ...wide } };
}

function WidenNode(node: IOnnxNode): IOnnxNode {
    const attributes = new Map<string, OnnxAttributeValue>();
    for (const [name, attribute] of node.attributes) {
        attributes.set(name, WidenAttribute(name, attribute));
    }
    const isSame = [...attributes].every(([name, attribute]) => attribute === node.attributes.get(name));
    return isSame ? node : { ...node, attributes };
}

function WidenAttribute(name: string, attribute: OnnxAttributeValue): OnnxAttributeValue {
    if (attribute.kind === "tensor") {
        const value = WidenTensor(attribute.value);
        return value === attribute.value ? attribute : { kind: "tensor", value };
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
