import { unzipSync, type UnzipFileInfo } from "fflate";
import { MotionFileError } from "./motionFileError.js";
import { MaxMotionNumbers } from "./motionLimits.js";
import { ReadNpy, ReadNpyText, type INpyArray } from "./npy.js";

/** Most bytes that the arrays may unpack to together: the largest motion that is read, as 64-bit numbers, and headers. */
const MaxUnpackedBytes = MaxMotionNumbers * 8 + 1024 * 1024;

/** Most bytes that a compressed byte may become; deflate itself ends near 1032. */
const MaxRatio = 1100;

/** Most arrays in one file. */
const MaxArrays = 4096;

/** Signatures and sizes of ZIP's records, in bytes. */
const Zip = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, endBytes: 22, entryBytes: 46 } as const;

/** Largest comment after the end record; 16 bits hold its length. */
const MaxCommentBytes = 0xffff;

/**
 * Reads arrays of numbers out of NumPy's NPZ format, a ZIP archive of NPY files. Only the arrays asked for are unpacked,
 * so that others, whatever they hold, do no harm.
 *
 * @param bytes the file
 * @param names the arrays wanted; those that the file has not are left out of the result
 * @returns the arrays by name
 * @throws {@link MotionFileError} when the file is not an NPZ, is cut off or too large, or a wanted array is not numbers
 *
 * @example
 * ```ts
 * const arrays = ReadNpz(bytes, ["poses", "trans"]);
 * arrays.get("poses")?.shape; // → [720, 165]
 * ```
 */
export function ReadNpz(bytes: Uint8Array, names: readonly string[]): Map<string, INpyArray> {
    const result = new Map<string, INpyArray>();
    for (const [name, content] of Unpack(bytes, names).contents) {
        result.set(name, ReadNpy(content, name));
    }
    return result;
}

/** What else an NPZ file holds besides numbers. */
export interface INpzTexts {
    /** Names of all arrays, whatever they hold. */
    readonly names: ReadonlySet<string>;
    /** The texts asked for; arrays that hold no text are left out. */
    readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads texts out of an NPZ file, and which arrays it has.
 *
 * @param bytes the file
 * @param names the texts wanted
 * @returns names and texts
 * @throws {@link MotionFileError} when the file is not an NPZ, is cut off or too large
 */
export function ReadNpzTexts(bytes: Uint8Array, names: readonly string[]): INpzTexts {
    const { contents, all } = Unpack(bytes, names);
    const texts = new Map<string, string>();
    for (const [name, content] of contents) {
        const text = ReadNpyText(content, name);
        if (text !== null) {
            texts.set(name, text);
        }
    }
    return { names: all, texts };
}

const Suffix = ".npy";

/** Unpacks the arrays that are wanted; lists all. */
function Unpack(bytes: Uint8Array, names: readonly string[]): { contents: [string, Uint8Array][]; all: Set<string> } {
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
        throw new MotionFileError(
            "not-npz",
            "This is not an NPZ file: save the motion with numpy.savez or numpy.savez_compressed.",
        );
    }
    CheckEntryCount(bytes);
    const wanted = new Set(names.map((name) => name + Suffix));
    const all = new Set<string>();
    let total = 0;
    const filter = (file: UnzipFileInfo): boolean => {
        all.add(file.name.endsWith(Suffix) ? file.name.slice(0, -Suffix.length) : file.name);
        if (!wanted.has(file.name)) {
            return false;
        }
        total += file.originalSize;
        if (total > MaxUnpackedBytes || file.originalSize > MaxRatio * (file.size + 1)) {
            throw new MotionFileError(
                "too-large",
                `Array "${file.name}" says that it unpacks to ${file.originalSize} bytes; all arrays together may have ${MaxUnpackedBytes}, and ` +
                    `each at most ${MaxRatio} times its packed size: save the motion again, in shorter files.`,
            );
        }
        return true;
    };
    try {
        const files = Object.entries(unzipSync(bytes, { filter }));
        return { contents: files.map(([file, content]) => [file.slice(0, -Suffix.length), content]), all };
    } catch (cause) {
        if (cause instanceof MotionFileError) {
            throw cause;
        }
        throw new MotionFileError(
            "truncated",
            `The NPZ file is damaged or cut off (${String(cause)}): fetch it again.`,
            { cause },
        );
    }
}

/**
 * Refuses archives that claim more entries than they can hold: reading the list would take hours. The end record of plain
 * archives holds the number, that of ZIP64 overrules it.
 */
function CheckEntryCount(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const last = bytes.length - Zip.endBytes;
    let end = last;
    while (end >= 0 && view.getUint32(end, true) !== Zip.end) {
        end = last - end < MaxCommentBytes ? end - 1 : -1;
    }
    if (end < 0) {
        throw new MotionFileError(
            "truncated",
            "The NPZ file is cut off, its list of arrays is missing: fetch it again.",
        );
    }
    let count = view.getUint16(end + 8, true);
    if (end >= 20 && view.getUint32(end - 20, true) === Zip.locator64) {
        const end64 = view.getUint32(end - 12, true);
        if (end64 + 40 <= bytes.length && view.getUint32(end64, true) === Zip.end64) {
            count = view.getUint32(end64 + 32, true);
        }
    }
    if (count > MaxArrays || count > bytes.length / Zip.entryBytes) {
        throw new MotionFileError(
            "too-large",
            `The NPZ file says that it holds ${count} arrays in ${bytes.length} bytes; up to ${MaxArrays} are read: ` +
                "save the motion again, alone.",
        );
    }
}
