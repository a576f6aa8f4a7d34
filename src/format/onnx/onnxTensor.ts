import { HalfBits, HalfValue } from "../../math/halfFloat.js";
import { OnnxError } from "./onnxError.js";
import { type IOnnxTensor } from "./onnxModel.js";

/** Values of all 65,536 halves, made when first needed: networks have millions of weights. */
let halfValues: Float32Array | null = null;

/**
 * A float32 constant of numbers.
 *
 * @param name of the tensor
 * @param shape its dimensions
 * @param values its elements, row-major; not copied where the machine is little-endian
 * @returns the tensor
 */
export function Float32Tensor(name: string, shape: readonly number[], values: Float32Array): IOnnxTensor {
    return { name, type: "float32", shape, bytes: LittleEndian(values, 4) };
}

/**
 * A float16 constant of numbers, rounded to nearest.
 *
 * @param name of the tensor
 * @param shape its dimensions
 * @param values its elements, row-major; beyond ±65504 they are refused
 * @returns the tensor
 * @throws {@link OnnxError} where a number has no half
 */
export function Float16Tensor(name: string, shape: readonly number[], values: Float32Array): IOnnxTensor {
    const halves = new Uint16Array(values.length);
    for (let index = 0; index < values.length; index++) {
        const half = HalfBits(values[index]!);
        if ((half & 0x7c00) === 0x7c00) {
            throw new OnnxError(
                "unsupported-network",
                `Tensor "${name}" has the number ${values[index]!}, which is too large for float16. Use float32.`,
            );
        }
        halves[index] = half;
    }
    return { name, type: "float16", shape, bytes: LittleEndian(halves, 2) };
}

/**
 * An int64 constant: sizes and options that operators take as tensors.
 *
 * @param name of the tensor
 * @param values its elements; the tensor has one dimension
 * @returns the tensor
 */
export function Int64Tensor(name: string, values: readonly number[]): IOnnxTensor {
    const bytes = new Uint8Array(values.length * 8);
    const view = new DataView(bytes.buffer);
    values.forEach((value, index) => view.setBigInt64(index * 8, BigInt(value), true));
    return { name, type: "int64", shape: [values.length], bytes };
}

/**
 * The elements of a float tensor as numbers.
 *
 * @param tensor of type float32 or float16
 * @returns a copy, row-major
 * @throws {@link OnnxError} where it has another type
 */
export function TensorValues(tensor: IOnnxTensor): Float32Array {
    const { bytes, type } = tensor;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (type === "float32") {
        const values = new Float32Array(bytes.length / 4);
        for (let index = 0; index < values.length; index++) {
            values[index] = view.getFloat32(index * 4, true);
        }
        return values;
    }
    if (type !== "float16") {
        throw new OnnxError(
            "unsupported-network",
            `Tensor "${tensor.name}" has type ${type} instead of float32 or float16.`,
        );
    }
    halfValues ??= Float32Array.from({ length: 65536 }, (_, half) => HalfValue(half));
    const values = new Float32Array(bytes.length / 2);
    for (let index = 0; index < values.length; index++) {
        values[index] = halfValues[view.getUint16(index * 2, true)]!;
    }
    return values;
}

/** The bytes of an array: a view of it on little-endian machines, which WebGPU's all are. */
function LittleEndian(values: Float32Array | Uint16Array, size: number): Uint8Array {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) {
        return bytes;
    }
    const swapped = bytes.slice();
    for (let offset = 0; offset < swapped.length; offset += size) {
        swapped.subarray(offset, offset + size).reverse();
    }
    return swapped;
}
