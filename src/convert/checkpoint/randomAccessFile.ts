import { CheckpointError } from "./checkpointError.js";

/** A file of which parts are read, since as a whole it may not fit into memory: a checkpoint of 900 MB for example. */
export interface IRandomAccessFile {
    /** Name for messages. */
    readonly name: string;
    /** Size, bytes. */
    readonly byteLength: number;
    /**
     * Reads a part.
     *
     * @param offset first byte
     * @param length number of bytes; the part lies within the file
     * @returns exactly that part; the caller may keep it
     */
    readAsync(offset: number, length: number): Promise<Uint8Array>;
}

/**
 * A file that is in memory.
 *
 * @param bytes its content, borrowed
 * @param name for messages
 * @returns the file
 */
export function FileOfBytes(bytes: Uint8Array, name: string): IRandomAccessFile {
    return {
        name,
        byteLength: bytes.byteLength,
        readAsync: async (offset, length) => await Promise.resolve(bytes.subarray(offset, offset + length)),
    };
}

/**
 * A file that a page was given, by a drop or an `<input type="file">`.
 *
 * @param blob a `File`
 * @param name for messages
 * @returns the file
 */
export function FileOfBlob(blob: Blob, name: string): IRandomAccessFile {
    return {
        name,
        byteLength: blob.size,
        readAsync: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
    };
}

/**
 * Reads a part of a file of which it is not known whether it is there.
 *
 * @param file the file
 * @param offset first byte
 * @param length number of bytes
 * @param what what the part is, for the message
 * @returns the part
 * @throws {@link CheckpointError} `truncated`
 */
export async function ReadPartAsync(
    file: IRandomAccessFile,
    offset: number,
    length: number,
    what: string,
): Promise<Uint8Array> {
    const isInside = offset >= 0 && length >= 0 && offset + length <= file.byteLength;
    const bytes = isInside ? await file.readAsync(offset, length) : null;
    if (bytes?.byteLength !== length) {
        throw new CheckpointError(
            "truncated",
            `${file.name}: ${what} should be at byte ${offset} with ${length} bytes, but the file ends at ${file.byteLength}. Fetch it again.`,
        );
    }
    return bytes;
}
