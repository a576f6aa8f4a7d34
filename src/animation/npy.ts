import { MotionFileError } from "./motionFileError.js";

/** An array of numbers as NumPy saved it. */
export interface INpyArray {
    /** Dimensions, outermost first; empty for a single number. */
    readonly shape: readonly number[];
    /** The numbers in row-major order, whatever type the file stores. */
    readonly values: Float64Array;
}

/** What the header of an array says. */
interface INpyHeader {
    readonly type: string;
    readonly isColumnMajor: boolean;
    readonly shape: readonly number[];
    readonly dataOffset: number;
}

/** `\x93NUMPY`, then the version in two bytes. */
const Magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's own limit on a header it calls safe. */
const MaxHeaderBytes = 10_000;

/** Readers of the element types, by NumPy's name without its byte order. */
const Elements: Readonly<Record<string, { bytes: number; read: (view: DataView, at: number) => number }>> = {
    f4: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
    f8: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
    i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
    i2: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
    i4: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
    i8: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
    u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
    u2: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
    u4: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
    u8: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
    b1: { bytes: 1, read: (view, at) => view.getUint8(at) },
};

/**
 * Reads one array of numbers in NumPy's NPY format, versions 1 to 3. Arrays of Python objects are refused unread: they
 * are pickles, which can only be read by running code.
 *
 * @param bytes the file
 * @param name name of the array for messages
 * @returns the numbers and their shape
 * @throws {@link MotionFileError} `not-npz`, `truncated`, `pickled-array` or `unsupported-type`
 */
export function ReadNpy(bytes: Uint8Array, name: string): INpyArray {
    const { type, isColumnMajor, shape, dataOffset } = ReadHeader(bytes, name);
    const element = Elements[type.slice(1)];
    if (/^.?O/.test(type)) {
        throw new MotionFileError(
            "pickled-array",
            `Array "${name}" holds Python objects (a pickle), which are not read because that runs code: save it as numbers, ` +
                `for example numpy.savez(file, ${name}=numpy.asarray(${name}, dtype="float32")).`,
        );
    }
    if (!element || !/^[<|=]/.test(type)) {
        throw new MotionFileError(
            "unsupported-type",
            `Array "${name}" has the type "${type}": only little-endian numbers (f4, f8, i1..i8, u1..u8, b1) are read.`,
        );
    }
    const count = shape.reduce((product, size) => product * size, 1);
    if (!(count * element.bytes <= bytes.length - dataOffset)) {
        throw new MotionFileError(
            "truncated",
            `Array "${name}" of shape (${shape.join(", ")}) needs ${count * element.bytes} bytes, but ` +
                `${bytes.length - dataOffset} are there: fetch the file again.`,
        );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, count * element.bytes);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
        values[i] = element.read(view, i * element.bytes);
    }
    return { shape, values: isColumnMajor && shape.length > 1 ? ToRowMajor(values, shape) : values };
}

function ReadHeader(bytes: Uint8Array, name: string): INpyHeader {
    const isNpy = bytes.length >= 12 && Magic.every((byte, i) => bytes[i] === byte);
    const version = bytes[6] ?? 0;
    if (!isNpy || version < 1 || version > 3) {
        throw new MotionFileError(
            "not-npz",
            `"${name}" is not an array in NPY format 1 to 3: save it with numpy.savez.`,
        );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lengthBytes = version === 1 ? 2 : 4;
    const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
    const dataOffset = 8 + lengthBytes + length;
    if (length > MaxHeaderBytes || dataOffset > bytes.length) {
        throw new MotionFileError(
            "truncated",
            `The header of array "${name}" is cut off or too long (${length} bytes).`,
        );
    }
    const text = new TextDecoder("latin1").decode(bytes.subarray(8 + lengthBytes, dataOffset));
    const type = /'descr'\s*:\s*'([^']{1,16})'/.exec(text)?.[1];
    const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
    const sizes = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
    if (type === undefined || order === undefined || sizes === undefined) {
        const shown = JSON.stringify(text.slice(0, 80));
        throw new MotionFileError(
            "unsupported-type",
            `Array "${name}" is not a plain array of numbers: its header is ${shown}.`,
        );
    }
    const shape = [...sizes.matchAll(/\d+/g)].map((match) => Number(match[0]));
    return { type, isColumnMajor: order === "True", shape, dataOffset };
}

function ToRowMajor(values: Float64Array, shape: readonly number[]): Float64Array {
    const result = new Float64Array(values.length);
    const index = shape.map(() => 0);
    for (const value of values) {
        result[index.reduce((offset, at, axis) => offset * shape[axis]! + at, 0)] = value;
        // Column-major order: the first index runs fastest.
        for (let axis = 0; axis < shape.length; axis++) {
            index[axis] = (index[axis]! + 1) % shape[axis]!;
            if (index[axis] !== 0) {
                break;
            }
        }
    }
    return result;
}
