import { DecodeTensor, RequireElement } from "./decodeTensor.js";
import { OnnxError } from "./onnxError.js";
import { AttributeFields, GraphFields, ModelFields, NodeFields, ValueFields } from "./onnxFields.js";
import {
    type IOnnxGraph,
    type IOnnxModel,
    type IOnnxNode,
    type IOnnxTensor,
    type IOnnxValueInfo,
    type OnnxAttributeValue,
} from "./onnxModel.js";
import { type IWireField, WireReader } from "./wireReader.js";

/**
 * Reads an ONNX file of unknown origin. Tensors are views of `bytes`, not copies.
 *
 * @param bytes the file
 * @returns the network
 * @throws {@link OnnxError} `damaged-network`: the bytes are no whole ONNX file, or a tensor's size is not its shape's;
 * `unsupported-network`: they are, with branches, functions, sparse tensors, texts or data in other files
 */
export function DecodeOnnx(bytes: Uint8Array): IOnnxModel {
    let irVersion = 0;
    let producer = "";
    let graph: IOnnxGraph | null = null;
    const opsets = new Map<string, number>();
    new WireReader(bytes).read((field) => {
        RefuseUnsupported(field, ModelFields.unsupported, "The network");
        switch (field.number) {
            case ModelFields.irVersion:
                irVersion = field.integer();
                break;
            case ModelFields.producer:
                producer = field.text();
                break;
            case ModelFields.graph:
                graph = DecodeGraph(field);
                break;
            case ModelFields.opset:
                DecodeOpset(field, opsets);
                break;
        }
    });
    if (graph === null || opsets.size === 0) {
        const missing = graph === null ? "graph" : "set of operators";
        throw new OnnxError("damaged-network", `The network is no ONNX file: it has no ${missing}.`);
    }
    return { irVersion, producer, opsets, graph };
}

function DecodeOpset(field: IWireField, opsets: Map<string, number>): void {
    let domain = "";
    let version = 0;
    field.message((part) => {
        if (part.number === ModelFields.opsetDomain) {
            domain = part.text();
        } else if (part.number === ModelFields.opsetVersion) {
            version = part.integer();
        }
    });
    // The long name and the empty one mean the same.
    opsets.set(domain === "ai.onnx" ? "" : domain, version);
}

function DecodeGraph(field: IWireField): IOnnxGraph {
    let name = "";
    const nodes: IOnnxNode[] = [];
    const initializers: IOnnxTensor[] = [];
    const inputs: IOnnxValueInfo[] = [];
    const outputs: IOnnxValueInfo[] = [];
    const valueInfos: IOnnxValueInfo[] = [];
    field.message((part) => {
        RefuseUnsupported(part, GraphFields.unsupported, "The graph");
        switch (part.number) {
            case GraphFields.node:
                nodes.push(DecodeNode(part));
                break;
            case GraphFields.name:
                name = part.text();
                break;
            case GraphFields.initializer:
                initializers.push(DecodeTensor(part));
                break;
            case GraphFields.input:
                inputs.push(DecodeValueInfo(part));
                break;
            case GraphFields.output:
                outputs.push(DecodeValueInfo(part));
                break;
            case GraphFields.valueInfo:
                valueInfos.push(DecodeValueInfo(part));
                break;
        }
    });
    return { name, nodes, initializers, inputs, outputs, valueInfos };
}

function DecodeNode(field: IWireField): IOnnxNode {
    let name = "";
    let operator = "";
    let domain = "";
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes = new Map<string, OnnxAttributeValue>();
    field.message((part) => {
        switch (part.number) {
            case NodeFields.input:
                inputs.push(part.text());
                break;
            case NodeFields.output:
                outputs.push(part.text());
                break;
            case NodeFields.name:
                name = part.text();
                break;
            case NodeFields.operator:
                operator = part.text();
                break;
            case NodeFields.domain:
                domain = part.text();
                break;
            case NodeFields.attribute:
                DecodeAttribute(part, attributes);
                break;
        }
    });
    return { name, operator, domain, inputs, outputs, attributes };
}

/** An attribute's fields come in any order, so all are collected, and the kind says which one counts. */
function DecodeAttribute(field: IWireField, attributes: Map<string, OnnxAttributeValue>): void {
    let name = "";
    let kind = 0;
    const found = { float: 0, int: 0, string: "", tensor: null as IOnnxTensor | null };
    const lists = { floats: [] as number[], ints: [] as number[], strings: [] as string[] };
    field.message((part) => {
        RefuseUnsupported(part, AttributeFields.unsupported, `Attribute "${name}" of a node`);
        switch (part.number) {
            case AttributeFields.name:
                name = part.text();
                break;
            case AttributeFields.kind:
                kind = part.integer();
                break;
            case AttributeFields.float:
                found.float = part.float();
                break;
            case AttributeFields.int:
                found.int = part.integer();
                break;
            case AttributeFields.string:
                found.string = part.text();
                break;
            case AttributeFields.tensor:
                found.tensor = DecodeTensor(part);
                break;
            case AttributeFields.floats:
                part.numbers("float", (value) => lists.floats.push(value));
                break;
            case AttributeFields.ints:
                part.numbers("integer", (value) => lists.ints.push(value));
                break;
            case AttributeFields.strings:
                lists.strings.push(part.text());
                break;
        }
    });
    const { kinds } = AttributeFields;
    if (kind === kinds.float) {
        attributes.set(name, { kind: "float", value: found.float });
    } else if (kind === kinds.int) {
        attributes.set(name, { kind: "int", value: found.int });
    } else if (kind === kinds.string) {
        attributes.set(name, { kind: "string", value: found.string });
    } else if (kind === kinds.tensor && found.tensor !== null) {
        attributes.set(name, { kind: "tensor", value: found.tensor });
    } else if (kind === kinds.floats) {
        attributes.set(name, { kind: "floats", value: lists.floats });
    } else if (kind === kinds.ints) {
        attributes.set(name, { kind: "ints", value: lists.ints });
    } else if (kind === kinds.strings) {
        attributes.set(name, { kind: "strings", value: lists.strings });
    } else {
        throw new OnnxError(
            "unsupported-network",
            `Attribute "${name}" of a node is of kind ${kind}, which is not used here.`,
        );
    }
}

function DecodeValueInfo(field: IWireField): IOnnxValueInfo {
    let name = "";
    let element = 0;
    let shape: (number | string)[] | null = null;
    field.message((info) => {
        if (info.number === ValueFields.name) {
            name = info.text();
        } else if (info.number === ValueFields.type) {
            info.message((type) => {
                if (type.number !== ValueFields.tensorType) {
                    return;
                }
                type.message((tensor) => {
                    if (tensor.number === ValueFields.element) {
                        element = tensor.integer();
                    } else if (tensor.number === ValueFields.shape) {
                        shape = DecodeShape(tensor);
                    }
                });
            });
        }
    });
    return { name, type: RequireElement(element, `Value "${name}"`), shape };
}

function DecodeShape(field: IWireField): (number | string)[] {
    const shape: (number | string)[] = [];
    field.message((dimension) => {
        if (dimension.number !== ValueFields.dimension) {
            return;
        }
        let size: number | string = "";
        dimension.message((part) => {
            if (part.number === ValueFields.dimensionValue) {
                size = part.integer();
            } else if (part.number === ValueFields.dimensionName) {
                size = part.text();
            }
        });
        shape.push(size);
    });
    return shape;
}

function RefuseUnsupported(field: IWireField, unsupported: readonly number[], where: string): void {
    if (unsupported.includes(field.number)) {
        throw new OnnxError(
            "unsupported-network",
            `${where} uses a part of ONNX (field ${field.number}) that avatars' networks do not have: branches, functions, sparse tensors. Export it as one plain graph.`,
        );
    }
}
