import { AvatarError } from "../../diagnostics/avatarError.js";
import { FormatShape, type INpyArray, ReadNpy } from "../../animation/motion/npy.js";
import { type IRandomAccessFile } from "./randomAccessFile.js";
import { ZipArchive } from "./zipArchive.js";
import { ConvertError } from "../convertError.js";

/** Most numbers of an array: the published weight volume has 128³ · 55. */
const MaxNumbers = 134_217_728;

/** Most bytes of an array, as 64-bit numbers, with its header. */
const MaxArrayBytes = MaxNumbers * 8 + 65_536;

/**
 * Reads one array of numbers from a `.npy` file.
 *
 * @param file the file
 * @returns the array
 * @throws {@link ConvertError} where it is none, is cut off or too large
 */
export async function ReadNpyFileAsync(file: IRandomAccessFile): Promise<INpyArray> {
    RequireSize(file.byteLength, file.name);
    return ReadArray(await file.readAsync(0, file.byteLength), file.name, file.name);
}

/**
 * Reads arrays of numbers from a `.npz` file. Only those are unpacked that are asked for; Python objects beside them are left
 * alone.
 *
 * @param file the file
 * @param names of the arrays; those that are not there are left out
 * @returns the arrays by name
 * @throws {@link ConvertError} or `CheckpointError` where the file is damaged, and where an array is not numbers
 */
export async function ReadNpzFileAsync(
    file: IRandomAccessFile,
    names: readonly string[],
): Promise<Map<string, INpyArray>> {
    const archive = await ZipArchive.OpenAsync(file);
    const arrays = new Map<string, INpyArray>();
    for (const name of names) {
        if (archive.sizeOf(`${name}.npy`) !== undefined) {
            // One after the other: they may be large.
            // eslint-disable-next-line no-await-in-loop
            arrays.set(name, ReadArray(await archive.readAsync(`${name}.npy`, MaxArrayBytes), name, file.name));
        }
    }
    return arrays;
}

/**
 * Requires an array of a certain shape.
 *
 * @param array the array, if it is there
 * @param what name of file and array, for the message
 * @param shape wanted dimensions; null where any will do
 * @returns its numbers, row-major
 * @throws {@link ConvertError} `wrong-shape` or `damaged-file`
 */
export function RequireArray(
    array: INpyArray | undefined,
    what: string,
    shape: readonly (number | null)[],
): Float32Array {
    const isRight =
        array?.shape.length === shape.length &&
        shape.every((size, axis) => size === null || size === array.shape[axis]);
    if (!array || !isRight) {
        const wanted = `(${shape.map((size) => size ?? "any").join(", ")})`;
        const found = array ? `has the shape ${FormatShape(array.shape)}` : "is missing";
        throw new ConvertError("wrong-shape", `${what} ${found}; ${wanted} is expected.`);
    }
    const values = new Float32Array(array.count);
    for (let i = 0; i < values.length; i++) {
        values[i] = array.at(i);
    }
    if (!values.every(Number.isFinite)) {
        throw new ConvertError("damaged-file", `${what} holds NaN or infinity. Fetch it again.`);
    }
    return values;
}

function RequireSize(bytes: number, name: string): void {
    if (bytes > MaxArrayBytes) {
        throw new ConvertError("too-large", `${name} has ${bytes} bytes; up to ${MaxArrayBytes} are read.`);
    }
}

function ReadArray(bytes: Uint8Array, name: string, fileName: string): INpyArray {
    try {
        return ReadNpy(bytes, name, MaxNumbers);
    } catch (cause) {
        if (cause instanceof AvatarError) {
            throw new ConvertError("damaged-file", `${fileName}: ${cause.message}`, { cause });
        }
        throw cause;
    }
}
