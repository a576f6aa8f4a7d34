import { OnnxError } from "./onnxError.js";
import { TensorFields } from "./onnxFields.js";
import { type IOnnxTensor, type OnnxElement, OnnxElements } from "./onnxModel.js";
import { type IWireField } from "./wireReader.js";

/** Dimensions of a tensor. Convolutions of pictures have four. */
const MaxRank = 16;

/**
 * Reads a tensor. Its numbers stand as plain bytes, or, in files of some exporters, as lists of numbers, which become bytes here.
 *
 * @param field the field that holds it
 * @returns the tensor; plain bytes are a view of the file
 * @throws {@link OnnxError} where its size is not its shape's, or its type or storage is none of those used here
 */
export function DecodeTensor(field: IWireField): IOnnxTensor {
    let name = "";
    let code = 0;
    let raw: Uint8Array | null = null;
    const shape: number[] = [];
    const lists: Float64Array[] = [];
    field.message((part) => {
        if ((TensorFields.unsupported as readonly number[]).includes(part.number)) {
            throw new OnnxError(
                "unsupported-network",
                `Tensor "${name}" holds texts, or its data is in another file or in parts. Save the network as one file.`,
            );
        }
        switch (part.number) {
            case TensorFields.dimensions:
                part.numbers("integer", (size) => shape.push(size));
                break;
            case TensorFields.type:
                code = part.integer();
                break;
            case TensorFields.name:
                name = part.text();
                break;
            case TensorFields.raw:
                raw = part.bytes();
                break;
            case TensorFields.floats:
                lists.push(part.elements("float"));
                break;
            case TensorFields.doubles:
                lists.push(part.elements("double"));
                break;
            case TensorFields.ints:
            case TensorFields.longs:
            case TensorFields.unsignedLongs:
                lists.push(part.elements("integer"));
                break;
        }
    });
    const type = RequireElement(code, `Tensor "${name}"`);
    const elements = ElementsOf(shape, name);
    const bytes = raw ?? BytesOf(type, lists);
    if (bytes.byteLength !== elements * OnnxElements[type].size) {
        throw new OnnxError(
            "damaged-network",
            `Tensor "${name}" of shape [${shape.join(", ")}] and type ${type} has ${bytes.byteLength} bytes instead of ${elements * OnnxElements[type].size}. Is the file whole?`,
        );
    }
    return { name, type, shape, bytes };
}

/**
 * The element type that a number of ONNX stands for.
 *
 * @param code value of `TensorProto.DataType`
 * @param where beginning of the message
 * @returns the type
 * @throws {@link OnnxError} where there is none with a fixed size
 */
export function RequireElement(code: number, where: string): OnnxElement {
    for (const [type, element] of Object.entries(OnnxElements)) {
        if (element.code === code) {
            return type as OnnxElement;
        }
    }
    throw new OnnxError("unsupported-network", `${where} has element type ${code}, which is not used here.`);
}

function ElementsOf(shape: readonly number[], name: string): number {
    const elements = shape.reduce((product, size) => product * size, 1);
    if (shape.length > MaxRank || shape.some((size) => size < 0) || !Number.isSafeInteger(elements * 8)) {
        throw new OnnxError(
            "damaged-network",
            `Tensor "${name}" has the impossible shape [${shape.slice(0, MaxRank).join(", ")}].`,
        );
    }
    return elements;
}

/** Lists of numbers as bytes. Halves are listed as the integers of their bits. */
function BytesOf(type: OnnxElement, lists: readonly Float64Array[]): Uint8Array {
    const { size } = OnnxElements[type];
    const bytes = new Uint8Array(lists.reduce((count, list) => count + list.length, 0) * size);
    const view = new DataView(bytes.buffer);
    const write: (offset: number, value: number) => void = {
        float32: (offset: number, value: number) => view.setFloat32(offset, value, true),
        float64: (offset: number, value: number) => view.setFloat64(offset, value, true),
        float16: (offset: number, value: number) => view.setUint16(offset, value, true),
        uint16: (offset: number, value: number) => view.setUint16(offset, value, true),
        int16: (offset: number, value: number) => view.setInt16(offset, value, true),
        uint8: (offset: number, value: number) => view.setUint8(offset, value),
        int8: (offset: number, value: number) => view.setInt8(offset, value),
        bool: (offset: number, value: number) => view.setUint8(offset, value),
        int32: (offset: number, value: number) => view.setInt32(offset, value, true),
        uint32: (offset: number, value: number) => view.setUint32(offset, value, true),
        int64: (offset: number, value: number) => view.setBigInt64(offset, BigInt(value), true),
        uint64: (offset: number, value: number) => view.setBigUint64(offset, BigInt(value), true),
    }[type];
    let offset = 0;
    for (const list of lists) {
        for (const value of list) {
            write(offset, value);
            offset += size;
        }
    }
    return bytes;
}
