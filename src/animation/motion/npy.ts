import { HalfValue } from "../../math/halfFloat.js";
import { MotionFileError } from "./motionFileError.js";
import { RequireMotionSize } from "./motionLimits.js";

/** An array of numbers as NumPy saved it; numbers are decoded when they are asked for, so that the bytes are the only copy. */
export interface INpyArray {
    /** Dimensions, outermost first; empty for a single number. */
    readonly shape: readonly number[];
    /** Number of numbers. */
    readonly count: number;
    /**
     * One of the numbers, whatever type and order the file stores.
     *
     * @param index 0 .. count − 1, in row-major order
     */
    at(index: number): number;
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

/** Most dimensions of an array; motions have one to four. */
const MaxDimensions = 8;

/** Readers of the element types, by NumPy's name without its byte order. */
const Elements: Readonly<Record<string, { bytes: number; read: (view: DataView, at: number) => number }>> = {
    f2: { bytes: 2, read: (view, at) => HalfValue(view.getUint16(at, true)) },
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
 * @param checkSize refuses shapes that are too large (default: those beyond the largest motion)
 * @returns the numbers and their shape
 * @throws {@link MotionFileError} `not-npz`, `truncated`, `pickled-array`, `unsupported-type`, `wrong-shape` or `too-large`
 */
export function ReadNpy(bytes: Uint8Array, name: string, checkSize = RequireMotionArray): INpyArray {
    const { type, isColumnMajor, shape, dataOffset } = ReadHeader(bytes, name);
    const element = RequireElement(type, name);
    checkSize(shape, name);
    const count = shape.reduce((product, size) => product * size, 1);
    if (!(count * element.bytes <= bytes.length - dataOffset)) {
        throw new MotionFileError(
            "truncated",
            `Array "${name}" of shape ${FormatShape(shape)} needs ${count * element.bytes} bytes, but ` +
                `${bytes.length - dataOffset} are there: fetch the file again.`,
        );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset, count * element.bytes);
    const place = isColumnMajor && shape.length > 1 ? ColumnMajorPlace(shape) : (index: number): number => index;
    return { shape, count, at: (index) => element.read(view, place(index) * element.bytes) };
}

/** What the beginning of an array says of the whole. */
export interface INpyLayout {
    /** Dimensions, outermost first; empty for a single number. */
    readonly shape: readonly number[];
    /** Bytes of header and numbers. */
    readonly byteLength: number;
}

/** Bytes at the beginning of an array that hold its header, whatever it says. */
export const MaxNpyHeaderBytes = 12 + MaxHeaderBytes;

/**
 * Reads what an array says of itself, so that its size can be judged before it is unpacked.
 *
 * @param start at least the header: the first {@link MaxNpyHeaderBytes}, or all where there are fewer
 * @param name name of the array for messages
 * @returns its shape and size, as it says
 * @throws {@link MotionFileError} `not-npz`, `truncated`, `pickled-array`, `unsupported-type` or `wrong-shape`
 */
export function ReadNpyLayout(start: Uint8Array, name: string): INpyLayout {
    const { type, shape, dataOffset } = ReadHeader(start, name);
    const { bytes } = RequireElement(type, name);
    return { shape, byteLength: dataOffset + shape.reduce((product, size) => product * size, bytes) };
}

function RequireMotionArray(shape: readonly number[], name: string): void {
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    RequireMotionSize(shape[0] ?? 1, width, `Array "${name}"`);
}

function RequireElement(type: string, name: string): (typeof Elements)[string] {
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
            `Array "${name}" has the type "${type}": only little-endian numbers (f2, f4, f8, i1..i8, u1..u8, b1) are read.`,
        );
    }
    return element;
}

/** Longest text that is read; names of bodies and sets are shorter. */
const MaxTextLength = 256;

/**
 * Reads a single text in NumPy's NPY format.
 *
 * @param bytes the file
 * @param name name of the array for messages
 * @returns the text, or null when the array holds no single text
 * @throws {@link MotionFileError} `not-npz`, `truncated`, `unsupported-type` or `wrong-shape`
 */
export function ReadNpyText(bytes: Uint8Array, name: string): string | null {
    const { type, shape, dataOffset } = ReadHeader(bytes, name);
    const [, kind, size = ""] = /^[<|=]?([US])(\d+)$/.exec(type) ?? [];
    const length = Math.min(Number(size), MaxTextLength);
    const isSingle = shape.every((count) => count === 1);
    if (kind === undefined || !isSingle || dataOffset + length * (kind === "U" ? 4 : 1) > bytes.length) {
        return null;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + dataOffset);
    const codes = Array.from({ length }, (_, i) => (kind === "U" ? view.getUint32(i * 4, true) : view.getUint8(i)));
    const isText = codes.every((code) => code <= 0x10ffff);
    return isText ? String.fromCodePoint(...codes.filter((code) => code > 0)) : null;
}

/**
 * Writes a shape as NumPy does.
 *
 * @param shape the dimensions
 * @returns for example `(720, 165)`, `(10,)` or `()`
 */
export function FormatShape(shape: readonly number[]): string {
    return `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
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
    if (shape.length > MaxDimensions) {
        throw new MotionFileError(
            "wrong-shape",
            `Array "${name}" has ${shape.length} dimensions: up to ${MaxDimensions} are read; a motion has one row a frame.`,
        );
    }
    return { type, isColumnMajor: order === "True", shape, dataOffset };
}

/** Place of a number in column-major order, where the first index runs fastest, by its place in row-major order. */
function ColumnMajorPlace(shape: readonly number[]): (index: number) => number {
    const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
    return (index) => {
        let rest = index;
        let place = 0;
        for (let axis = shape.length - 1; axis >= 0; axis--) {
            const size = shape[axis]!;
            place += (rest % size) * strides[axis]!;
            rest = Math.floor(rest / size);
        }
        return place;
    };
}
