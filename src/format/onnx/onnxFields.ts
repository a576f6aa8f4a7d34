/**
 * Field numbers of ONNX's protocol buffers (onnx.proto, IR version 8), of the parts that are read and written here; `unsupported`
 * ones are known to change what a network does, so files that have them are refused. All other fields are skipped.
 */

/** `ModelProto` and `OperatorSetIdProto`. */
export const ModelFields = {
    irVersion: 1,
    producer: 2,
    graph: 7,
    opset: 8,
    opsetDomain: 1,
    opsetVersion: 2,
    /** Functions of the model's own. */
    unsupported: [25],
} as const;

/** `GraphProto`. */
export const GraphFields = {
    node: 1,
    name: 2,
    initializer: 5,
    input: 11,
    output: 12,
    valueInfo: 13,
    /** Sparse initialisers. */
    unsupported: [15],
} as const;

/** `NodeProto`. */
export const NodeFields = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const;

/** `AttributeProto`, with the values of `AttributeType` in `kinds`. */
export const AttributeFields = {
    name: 1,
    float: 2,
    int: 3,
    string: 4,
    tensor: 5,
    floats: 7,
    ints: 8,
    strings: 9,
    kind: 20,
    kinds: { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 },
    /** Graphs, tensors, references to an attribute of a function, sparse tensors, types. */
    unsupported: [6, 10, 11, 14, 15, 21, 22, 23],
} as const;

/** `TensorProto`. */
export const TensorFields = {
    dimensions: 1,
    type: 2,
    floats: 4,
    ints: 5,
    longs: 7,
    name: 8,
    raw: 9,
    doubles: 10,
    unsignedLongs: 11,
    /** Segments, strings, data in another file. */
    unsupported: [3, 6, 13],
} as const;

/** `ValueInfoProto` and what it holds: `TypeProto`, `TypeProto.Tensor`, `TensorShapeProto`, `Dimension`. */
export const ValueFields = {
    name: 1,
    type: 2,
    tensorType: 1,
    element: 1,
    shape: 2,
    dimension: 1,
    dimensionValue: 1,
    dimensionName: 2,
} as const;
