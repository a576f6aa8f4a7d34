import protobuf from "protobufjs/minimal.js";
import { AttributeFields, GraphFields, ModelFields, NodeFields, TensorFields, ValueFields } from "./onnxFields.js";
import {
    type IOnnxGraph,
    type IOnnxModel,
    type IOnnxNode,
    type IOnnxTensor,
    type IOnnxValueInfo,
    type OnnxAttributeValue,
    OnnxElements,
} from "./onnxModel.js";

type Writer = protobuf.Writer;

/** Wire types of protocol buffers. */
const Varint = 0;
const Bytes = 2;
const Fixed32 = 5;

/**
 * Writes an ONNX file. Large tensors are copied once.
 *
 * @param model the network
 * @returns the file
 */
export function EncodeOnnx(model: IOnnxModel): Uint8Array {
    const writer = new protobuf.Writer();
    WriteInteger(writer, ModelFields.irVersion, model.irVersion);
    WriteText(writer, ModelFields.producer, model.producer);
    WriteMessage(writer, ModelFields.graph, () => WriteGraph(writer, model.graph));
    for (const [domain, version] of model.opsets) {
        WriteMessage(writer, ModelFields.opset, () => {
            WriteText(writer, ModelFields.opsetDomain, domain);
            WriteInteger(writer, ModelFields.opsetVersion, version);
        });
    }
    return writer.finish();
}

function WriteGraph(writer: Writer, graph: IOnnxGraph): void {
    for (const node of graph.nodes) {
        WriteMessage(writer, GraphFields.node, () => WriteNode(writer, node));
    }
    WriteText(writer, GraphFields.name, graph.name);
    for (const tensor of graph.initializers) {
        WriteMessage(writer, GraphFields.initializer, () => WriteTensor(writer, tensor));
    }
    const values = [
        [GraphFields.input, graph.inputs],
        [GraphFields.output, graph.outputs],
        [GraphFields.valueInfo, graph.valueInfos],
    ] as const;
    for (const [field, infos] of values) {
        for (const info of infos) {
            WriteMessage(writer, field, () => WriteValueInfo(writer, info));
        }
    }
}

function WriteNode(writer: Writer, node: IOnnxNode): void {
    for (const name of node.inputs) {
        WriteText(writer, NodeFields.input, name);
    }
    for (const name of node.outputs) {
        WriteText(writer, NodeFields.output, name);
    }
    WriteText(writer, NodeFields.name, node.name);
    WriteText(writer, NodeFields.operator, node.operator);
    for (const [name, attribute] of node.attributes) {
        WriteMessage(writer, NodeFields.attribute, () => {
            WriteText(writer, AttributeFields.name, name);
            WriteAttributeValue(writer, attribute);
            WriteInteger(writer, AttributeFields.kind, AttributeFields.kinds[attribute.kind]);
        });
    }
    WriteText(writer, NodeFields.domain, node.domain);
}

function WriteAttributeValue(writer: Writer, attribute: OnnxAttributeValue): void {
    switch (attribute.kind) {
        case "float":
            WriteFloat(writer, AttributeFields.float, attribute.value);
            break;
        case "int":
            WriteInteger(writer, AttributeFields.int, attribute.value);
            break;
        case "string":
            WriteText(writer, AttributeFields.string, attribute.value);
            break;
        case "tensor":
            WriteMessage(writer, AttributeFields.tensor, () => WriteTensor(writer, attribute.value));
            break;
        case "floats":
            attribute.value.forEach((value) => WriteFloat(writer, AttributeFields.floats, value));
            break;
        case "ints":
            attribute.value.forEach((value) => WriteInteger(writer, AttributeFields.ints, value));
            break;
        case "strings":
            attribute.value.forEach((value) => WriteText(writer, AttributeFields.strings, value));
            break;
    }
}

function WriteTensor(writer: Writer, tensor: IOnnxTensor): void {
    tensor.shape.forEach((size) => WriteInteger(writer, TensorFields.dimensions, size));
    WriteInteger(writer, TensorFields.type, OnnxElements[tensor.type].code);
    WriteText(writer, TensorFields.name, tensor.name);
    writer.uint32(Tag(TensorFields.raw, Bytes)).bytes(tensor.bytes);
}

function WriteValueInfo(writer: Writer, info: IOnnxValueInfo): void {
    WriteText(writer, ValueFields.name, info.name);
    WriteMessage(writer, ValueFields.type, () =>
        WriteMessage(writer, ValueFields.tensorType, () => {
            WriteInteger(writer, ValueFields.element, OnnxElements[info.type].code);
            if (info.shape !== null) {
                WriteShape(writer, info.shape);
            }
        }),
    );
}

function WriteShape(writer: Writer, shape: readonly (number | string)[]): void {
    WriteMessage(writer, ValueFields.shape, () => {
        for (const size of shape) {
            WriteMessage(writer, ValueFields.dimension, () => {
                if (typeof size === "number") {
                    WriteInteger(writer, ValueFields.dimensionValue, size);
                } else {
                    WriteText(writer, ValueFields.dimensionName, size);
                }
            });
        }
    });
}

function WriteMessage(writer: Writer, field: number, write: () => void): void {
    writer.uint32(Tag(field, Bytes)).fork();
    write();
    writer.ldelim();
}

function WriteInteger(writer: Writer, field: number, value: number): void {
    writer.uint32(Tag(field, Varint)).int64(value);
}

function WriteFloat(writer: Writer, field: number, value: number): void {
    writer.uint32(Tag(field, Fixed32)).float(value);
}

/** Also where it is empty: a node's inputs are told apart by their place. */
function WriteText(writer: Writer, field: number, value: string): void {
    writer.uint32(Tag(field, Bytes)).string(value);
}

function Tag(field: number, wireType: number): number {
    return ((field << 3) | wireType) >>> 0;
}
