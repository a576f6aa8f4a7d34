import { zipSync } from "fflate";
import { FormatShape } from "./npy.js";

/** A single text or an array of numbers, to be stored. */
export type NpzValue = string | { readonly shape: readonly number[]; readonly values: Float32Array | Float64Array };

/** Headers are padded so that data begins at a multiple of this, as NumPy does. */
const Alignment = 64;

/** Earliest date of the ZIP format: the same motion makes the same bytes on any day. */
const NoDate = new Date(1980, 0, 1);

/**
 * Writes NumPy's NPZ format, compressed.
 *
 * @param arrays what to store, by name; shapes must have as many numbers as there are values
 * @returns the file
 */
export function WriteNpz(arrays: Readonly<Record<string, NpzValue>>): Uint8Array {
    const files = Object.entries(arrays).map(([name, value]) => [`${name}.npy`, WriteNpy(value)] as const);
    return zipSync(Object.fromEntries(files), { mtime: NoDate });
}

function WriteNpy(value: NpzValue): Uint8Array {
    if (typeof value === "string") {
        const codes = Uint32Array.from(value, (letter) => letter.codePointAt(0)!);
        return Join(`<U${codes.length}`, [], codes);
    }
    return Join(value.values instanceof Float32Array ? "<f4" : "<f8", value.shape, value.values);
}

function Join(type: string, shape: readonly number[], data: Float32Array | Float64Array | Uint32Array): Uint8Array {
    const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${FormatShape(shape)}, }`;
    const start = Math.ceil((10 + text.length + 1) / Alignment) * Alignment;
    const header = `${text.padEnd(start - 11)}\n`;
    const bytes = new Uint8Array(start + data.byteLength);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 0xff, header.length >> 8]);
    bytes.set(new TextEncoder().encode(header), 10);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
    return bytes;
}
