import { AvatarError } from "../../diagnostics/avatarError.js";
import { FormatShape, type INpyArray, MaxNpyHeaderBytes, ReadNpy, ReadNpyLayout } from "../../animation/motion/npy.js";
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
    const archive = await NpzFile.OpenAsync(file);
    const arrays = new Map<string, INpyArray>();
    for (const name of names) {
        if (archive.has(name)) {
            // One after the other: they may be large.
            // eslint-disable-next-line no-await-in-loop
            arrays.set(name, await archive.readAsync(name));
        }
    }
    return arrays;
}

/** A `.npz` file, read array by array. An array is unpacked after its header was judged, and no further than that says. */
export class NpzFile {
    private readonly _file: IRandomAccessFile;
    private readonly _archive: ZipArchive;

    private constructor(file: IRandomAccessFile, archive: ZipArchive) {
        this._file = file;
        this._archive = archive;
    }

    /**
     * Reads the list of arrays.
     *
     * @param file the file; borrowed
     * @returns the arrays, none of them unpacked
     * @throws `CheckpointError` where the file is damaged
     */
    public static async OpenAsync(file: IRandomAccessFile): Promise<NpzFile> {
        return new NpzFile(file, await ZipArchive.OpenAsync(file));
    }

    /** Name of the file, for messages. */
    public get fileName(): string {
        return this._file.name;
    }

    /**
     * Whether an array is there.
     *
     * @param name of the array
     */
    public has(name: string): boolean {
        return this._archive.sizeOf(`${name}.npy`) !== undefined;
    }

    /**
     * Reads an array.
     *
     * @param name of the array
     * @param expected wanted dimensions, null where any will do; null takes every shape
     * @param maxNumbers most numbers that it may have
     * @returns the array
     * @throws {@link ConvertError} or `CheckpointError` where it is missing, damaged, too large, of another shape or not numbers
     */
    public async readAsync(
        name: string,
        expected: readonly (number | null)[] | null = null,
        maxNumbers = MaxNumbers,
    ): Promise<INpyArray> {
        const entry = `${name}.npy`;
        const size = this._archive.sizeOf(entry) ?? 0;
        const start = this.has(name)
            ? await this._archive.readPartAsync(entry, 0, Math.min(size, MaxNpyHeaderBytes))
            : null;
        const layout = start && AsConvertError(() => ReadNpyLayout(start, name), this._file.name);
        if (expected || !layout) {
            RequireShape(layout?.shape, `${this._file.name}: "${name}"`, expected ?? []);
        }
        RequireNumbers(layout!.shape, name, this._file.name, maxNumbers);
        const bytes = await this._archive.readPartAsync(entry, 0, layout!.byteLength);
        return ReadArray(bytes, name, this._file.name);
    }
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
    RequireShape(array?.shape, what, shape);
    const values = new Float32Array(array!.count);
    for (let i = 0; i < values.length; i++) {
        values[i] = array!.at(i);
    }
    if (!values.every(Number.isFinite)) {
        throw new ConvertError("damaged-file", `${what} holds NaN or infinity. Fetch it again.`);
    }
    return values;
}

function RequireShape(found: readonly number[] | undefined, what: string, wanted: readonly (number | null)[]): void {
    const isRight =
        found?.length === wanted.length && wanted.every((size, axis) => size === null || size === found[axis]);
    if (!isRight) {
        const text = found ? `has the shape ${FormatShape(found)}` : "is missing";
        throw new ConvertError(
            "wrong-shape",
            `${what} ${text}; (${wanted.map((size) => size ?? "any").join(", ")}) is expected.`,
        );
    }
}

function RequireNumbers(shape: readonly number[], name: string, fileName: string, most: number): void {
    // So that NaN, of none times too many, does not pass.
    if (!(shape.reduce((product, size) => product * size, 1) <= most)) {
        throw new ConvertError(
            "too-large",
            `${fileName}: array "${name}" has the shape ${FormatShape(shape)}; up to ${most} numbers are read. Fetch or export the file again.`,
        );
    }
}

function RequireSize(bytes: number, name: string): void {
    if (bytes > MaxArrayBytes) {
        throw new ConvertError("too-large", `${name} has ${bytes} bytes; up to ${MaxArrayBytes} are read.`);
    }
}

function ReadArray(bytes: Uint8Array, name: string, fileName: string): INpyArray {
    return AsConvertError(
        () => ReadNpy(bytes, name, (shape) => RequireNumbers(shape, name, fileName, MaxNumbers)),
        fileName,
    );
}

function AsConvertError<Result>(read: () => Result, fileName: string): Result {
    try {
        return read();
    } catch (cause) {
        if (cause instanceof AvatarError && !(cause instanceof ConvertError)) {
            throw new ConvertError("damaged-file", `${fileName}: ${cause.message}`, { cause });
        }
        throw cause;
    }
}
