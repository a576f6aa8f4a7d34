import { unzipSync, type UnzipFileInfo } from "fflate";
import { MotionFileError } from "./motionFileError.js";
import { ReadNpy, type INpyArray } from "./npy.js";

/** Most bytes that arrays may unpack to. An hour of full-body motion at 120 Hz with 64-bit numbers has 570 MB. */
const MaxUnpackedBytes = 640 * 1024 * 1024;

/** Most bytes that a compressed byte may become; deflate itself ends near 1032. */
const MaxRatio = 1100;

/** Most arrays in one file. */
const MaxArrays = 4096;

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
    if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) {
        throw new MotionFileError(
            "not-npz",
            "This is not an NPZ file: save the motion with numpy.savez or numpy.savez_compressed.",
        );
    }
    const wanted = new Set(names.map((name) => `${name}.npy`));
    let total = 0;
    let arrays = 0;
    const filter = (file: UnzipFileInfo): boolean => {
        if (!wanted.has(file.name)) {
            return false;
        }
        total += file.originalSize;
        if (++arrays > MaxArrays || total > MaxUnpackedBytes || file.originalSize > MaxRatio * (file.size + 1)) {
            throw new MotionFileError(
                "too-large",
                `Array "${file.name}" says that it unpacks to ${file.originalSize} bytes; all arrays together may have ${MaxUnpackedBytes}.`,
            );
        }
        return true;
    };
    let files: Record<string, Uint8Array>;
    try {
        files = unzipSync(bytes, { filter });
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
    const result = new Map<string, INpyArray>();
    for (const [file, content] of Object.entries(files)) {
        const name = file.slice(0, -".npy".length);
        result.set(name, ReadNpy(content, name));
    }
    return result;
}
