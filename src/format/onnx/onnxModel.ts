/**
 * Element types with a fixed size, by their names here, with the bytes of an element and the number that ONNX has for the type
 * (`TensorProto.DataType`).
 */
export const OnnxElements = {
    float32: { size: 4, code: 1 },
    uint8: { size: 1, code: 2 },
    int8: { size: 1, code: 3 },
    uint16: { size: 2, code: 4 },
    int16: { size: 2, code: 5 },
    int32: { size: 4, code: 6 },
    int64: { size: 8, code: 7 },
    bool: { size: 1, code: 9 },
    float16: { size: 2, code: 10 },
    float64: { size: 8, code: 11 },
    uint32: { size: 4, code: 12 },
    uint64: { size: 8, code: 13 },
} as const;

/** Element type of a tensor. */
export type OnnxElement = keyof typeof OnnxElements;

/** A constant. */
export interface IOnnxTensor {
    /** Name of an initialiser; may be empty in an attribute. */
    readonly name: string;
    /** Element type. */
    readonly type: OnnxElement;
    /** Dimensions, outermost first; none for a scalar. */
    readonly shape: readonly number[];
    /** The elements, little-endian, row-major. A view of the file where it was decoded. */
    readonly bytes: Uint8Array;
}

/** Type and shape of a value of the graph. */
export interface IOnnxValueInfo {
    /** Name of the value. */
    readonly name: string;
    /** Element type. */
    readonly type: OnnxElement;
    /** Dimensions: a number, or the name of one that is free (empty: it has none); null when even their number is open. */
    readonly shape: readonly (number | string)[] | null;
}

/** What an attribute of a node can be. Graphs, sparse tensors and types are left out: networks of avatars have no branches. */
export type OnnxAttributeValue =
    | { readonly kind: "float" | "int"; readonly value: number }
    | { readonly kind: "string"; readonly value: string }
    | { readonly kind: "tensor"; readonly value: IOnnxTensor }
    | { readonly kind: "floats" | "ints"; readonly value: readonly number[] }
    | { readonly kind: "strings"; readonly value: readonly string[] };

/** One operation. */
export interface IOnnxNode {
    /** Name, for messages; may be empty. */
    readonly name: string;
    /** Operator, for example `Conv`. */
    readonly operator: string;
    /** Set of operators it belongs to; empty for ONNX's own. */
    readonly domain: string;
    /** Names of the values that go in; an empty name leaves an optional one out. */
    readonly inputs: readonly string[];
    /** Names of the values that come out. */
    readonly outputs: readonly string[];
    /** Attributes by name. */
    readonly attributes: ReadonlyMap<string, OnnxAttributeValue>;
}

/** An ONNX graph: nodes in the order in which they run. */
export interface IOnnxGraph {
    /** Name. */
    readonly name: string;
    /** Operations; one that makes a value precedes those that read it. */
    readonly nodes: readonly IOnnxNode[];
    /** Constants. */
    readonly initializers: readonly IOnnxTensor[];
    /** What goes in. */
    readonly inputs: readonly IOnnxValueInfo[];
    /** What comes out. */
    readonly outputs: readonly IOnnxValueInfo[];
    /** What is known of values between. */
    readonly valueInfos: readonly IOnnxValueInfo[];
}

/** An ONNX file as plain data: the part of the format that networks without branches need. */
export interface IOnnxModel {
    /** Version of the file format, for example 8. */
    readonly irVersion: number;
    /** Program that wrote it. */
    readonly producer: string;
    /** Version of each set of operators, by domain; ONNX's own has the empty domain. */
    readonly opsets: ReadonlyMap<string, number>;
    /** The network. */
    readonly graph: IOnnxGraph;
}
