import { zipSync } from "fflate";
import { FormatShape } from "./npy.js";

/** Numbers that NumPy knows as well. */
export type NpyNumbers = Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** An array of numbers, to be stored. */
export interface INpyValue {
    /** Dimensions, outermost first; empty for a single number. */
    readonly shape: readonly number[];
    /** The numbers, row-major. */
    readonly values: NpyNumbers;
    /** True where the 16 bits of a `Uint16Array` are half floats. */
    readonly isHalf?: boolean;
}

/** A single text or an array of numbers, to be stored. */
export type NpzValue = string | INpyValue;

/** How an NPZ file is written. */
export interface IWriteNpzOptions {
    /** Effort of the compression, 0 (none) to 9 (default: 6). */
    readonly level?: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
}

/** Headers are padded so that data begins at a multiple of this, as NumPy does. */
const Alignment = 64;

/** Earliest date of the ZIP format: the same motion makes the same bytes on any day. */
const NoDate = new Date(1980, 0, 1);

/**
 * Writes NumPy's NPZ format.
 *
 * @param arrays what to store, by name; shapes must have as many numbers as there are values
 * @param options how it is compressed
 * @returns the file
 */
export function WriteNpz(arrays: Readonly<Record<string, NpzValue>>, options: IWriteNpzOptions = {}): Uint8Array {
    const files = Object.entries(arrays).map(([name, value]) => [`${name}.npy`, WriteNpy(value)] as const);
    return zipSync(Object.fromEntries(files), { mtime: NoDate, ...options });
}

/**
 * Writes NumPy's NPY format.
 *
 * @param value what to store; its shape must have as many numbers as there are values
 * @returns the file
 */
export function WriteNpy(value: NpzValue): Uint8Array {
    if (typeof value === "string") {
        const codes = Uint32Array.from(value, (letter) => letter.codePointAt(0)!);
        return Join(`<U${codes.length}`, [], codes);
    }
    return Join(TypeOf(value), value.shape, value.values);
}

/** NumPy's name of the element type. */
function TypeOf({ values, isHalf }: INpyValue): string {
    if (values instanceof Uint8Array) {
        return "|u1";
    }
    const kind = isHalf || values instanceof Float32Array || values instanceof Float64Array ? "f" : null;
    return `<${kind ?? (values instanceof Int32Array ? "i" : "u")}${values.BYTES_PER_ELEMENT}`;
}

function Join(type: string, shape: readonly number[], data: NpyNumbers): Uint8Array {
    const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${FormatShape(shape)}, }`;
    const start = Math.ceil((10 + text.length + 1) / Alignment) * Alignment;
    const header = `${text.padEnd(start - 11)}\n`;
    const bytes = new Uint8Array(start + data.byteLength);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8]);
    bytes.set(new TextEncoder().encode(header), 10);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
    return bytes;
}
