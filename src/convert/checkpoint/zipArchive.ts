import { Inflate } from "fflate";
import { CheckpointError } from "./checkpointError.js";
import { type IRandomAccessFile, ReadPartAsync } from "./randomAccessFile.js";

/** Signatures and sizes of ZIP's records, bytes. */
const Zip = {
    local: 0x04034b50,
    entry: 0x02014b50,
    end: 0x06054b50,
    end64: 0x06064b50,
    locator64: 0x07064b50,
    localBytes: 30,
    entryBytes: 46,
    endBytes: 22,
    end64Bytes: 56,
    locator64Bytes: 20,
} as const;

/** Largest comment after the end record; 16 bits hold its length. */
const MaxCommentBytes = 0xffff;

/** Most files in an archive. The published body has 1,097. */
const MaxEntries = 65_536;

/** Most bytes of the list of files: names and extra fields of that many. */
const MaxListBytes = 32 * 1024 * 1024;

/** Most bytes that a packed byte may become; deflate itself ends near 1032. */
const MaxRatio = 1100;

/** A file in an archive. */
interface IZipEntry {
    readonly method: number;
    readonly packedSize: number;
    readonly size: number;
    readonly headerOffset: number;
}

/** What a 32-bit size says when the true one stands in the 64-bit record. */
const See64 = 0xffffffff;

/** A ZIP archive, read file by file and part by part. */
export class ZipArchive {
    private readonly _file: IRandomAccessFile;
    private readonly _entries: ReadonlyMap<string, IZipEntry>;

    private constructor(file: IRandomAccessFile, entries: ReadonlyMap<string, IZipEntry>) {
        this._file = file;
        this._entries = entries;
    }

    /**
     * Reads the list of files.
     *
     * @param file the archive; borrowed
     * @returns the archive
     * @throws {@link CheckpointError} `truncated` or `too-large`
     */
    public static async OpenAsync(file: IRandomAccessFile): Promise<ZipArchive> {
        const { count, offset, length } = await FindListAsync(file);
        if (count > MaxEntries || length > MaxListBytes || length < count * Zip.entryBytes) {
            throw new CheckpointError(
                "too-large",
                `${file.name}: the archive says that it lists ${count} files in ${length} bytes; up to ${MaxEntries} are read. Fetch it again.`,
            );
        }
        return new ZipArchive(
            file,
            ReadList(await ReadPartAsync(file, offset, length, "the list of files"), count, file),
        );
    }

    /** Names of the files, in the order of the list. */
    public get names(): readonly string[] {
        return [...this._entries.keys()];
    }

    /**
     * Size of a file when it is unpacked.
     *
     * @param name of the file
     * @returns bytes, or undefined when there is no such file
     */
    public sizeOf(name: string): number | undefined {
        return this._entries.get(name)?.size;
    }

    /**
     * Reads a file as a whole.
     *
     * @param name of the file
     * @param maxBytes most bytes that it may have
     * @returns its content
     * @throws {@link CheckpointError} `truncated`, `too-large` or `unsupported-type`
     */
    public async readAsync(name: string, maxBytes: number): Promise<Uint8Array> {
        const entry = this._require(name);
        if (entry.size > maxBytes || entry.size > MaxRatio * (entry.packedSize + 1)) {
            throw new CheckpointError(
                "too-large",
                `${this._file.name}: "${name}" says that it has ${entry.size} bytes; up to ${maxBytes} are read. Fetch it again.`,
            );
        }
        return await this.readPartAsync(name, 0, entry.size);
    }

    /**
     * Reads a part of a file. Of one that is packed, all before it is unpacked too, and nothing behind it.
     *
     * @param name of the file
     * @param offset first byte
     * @param length number of bytes
     * @returns the part
     * @throws {@link CheckpointError} `truncated` or `unsupported-type`
     */
    public async readPartAsync(name: string, offset: number, length: number): Promise<Uint8Array> {
        const entry = this._require(name);
        const start = await this._dataOffsetAsync(name, entry);
        const what = `"${name}"`;
        if (offset + length > entry.size) {
            throw new CheckpointError(
                "truncated",
                `${this._file.name}: ${what} has ${entry.size} bytes where ${offset + length} are needed. Fetch it again.`,
            );
        }
        if (entry.method === 0) {
            return await ReadPartAsync(this._file, start + offset, length, what);
        }
        if (entry.method !== 8 || entry.size > MaxRatio * (entry.packedSize + 1)) {
            throw new CheckpointError(
                "unsupported-type",
                `${this._file.name}: ${what} is packed by method ${entry.method} to ${entry.packedSize} of ${entry.size} bytes; plain and deflated files are read.`,
            );
        }
        const packed = await ReadPartAsync(this._file, start, entry.packedSize, what);
        return InflateStart(packed, offset + length, this._file.name, name).subarray(offset);
    }

    private _require(name: string): IZipEntry {
        const entry = this._entries.get(name);
        if (!entry) {
            throw new CheckpointError("truncated", `${this._file.name}: "${name}" is missing. Fetch it again.`);
        }
        return entry;
    }

    private async _dataOffsetAsync(name: string, { headerOffset }: IZipEntry): Promise<number> {
        const header = ViewOf(await ReadPartAsync(this._file, headerOffset, Zip.localBytes, `"${name}"`));
        if (header.getUint32(0, true) !== Zip.local) {
            throw new CheckpointError("truncated", `${this._file.name}: "${name}" is damaged. Fetch it again.`);
        }
        return headerOffset + Zip.localBytes + header.getUint16(26, true) + header.getUint16(28, true);
    }
}

/** Packed bytes that are unpacked at a time, so that no more than {@link MaxRatio} times as many come at once. */
const InflateStep = 1024;

/** The beginning of a packed file. */
function InflateStart(packed: Uint8Array, size: number, fileName: string, name: string): Uint8Array {
    const unpacked = new Uint8Array(size);
    let filled = 0;
    const inflate = new Inflate((chunk) => {
        const part = chunk.subarray(0, size - filled);
        unpacked.set(part, filled);
        filled += part.length;
    });
    try {
        for (let at = 0; at < packed.length && filled < size; at += InflateStep) {
            inflate.push(packed.subarray(at, at + InflateStep), at + InflateStep >= packed.length);
        }
    } catch {
        // Said below, with the name of the file.
    }
    if (filled < size) {
        throw new CheckpointError("truncated", `${fileName}: "${name}" cannot be unpacked. Fetch the file again.`);
    }
    return unpacked;
}

interface IListPlace {
    readonly count: number;
    readonly offset: number;
    readonly length: number;
}

/** The end record stands at the very end, before a comment; where it overflows, a 64-bit one stands before it. */
async function FindListAsync(file: IRandomAccessFile): Promise<IListPlace> {
    const tailLength = Math.min(file.byteLength, Zip.endBytes + MaxCommentBytes + Zip.locator64Bytes);
    const tailOffset = file.byteLength - tailLength;
    const tail = ViewOf(await ReadPartAsync(file, tailOffset, tailLength, "the end of the archive"));
    let end = tailLength - Zip.endBytes;
    while (end >= 0 && tail.getUint32(end, true) !== Zip.end) {
        end--;
    }
    if (end < 0) {
        throw new CheckpointError(
            "truncated",
            `${file.name} is cut off: the list of its parts, at the end of the file, is missing. Fetch it again.`,
        );
    }
    const locator = end - Zip.locator64Bytes;
    if (locator >= 0 && tail.getUint32(locator, true) === Zip.locator64) {
        const at = Number(tail.getBigUint64(locator + 8, true));
        const end64 = ViewOf(await ReadPartAsync(file, at, Zip.end64Bytes, "the end of the archive"));
        if (end64.getUint32(0, true) === Zip.end64) {
            const number = (offset: number): number => Number(end64.getBigUint64(offset, true));
            return { count: number(32), length: number(40), offset: number(48) };
        }
    }
    return {
        count: tail.getUint16(end + 10, true),
        length: tail.getUint32(end + 12, true),
        offset: tail.getUint32(end + 16, true),
    };
}

function ReadList(bytes: Uint8Array, count: number, file: IRandomAccessFile): Map<string, IZipEntry> {
    const view = ViewOf(bytes);
    const entries = new Map<string, IZipEntry>();
    let at = 0;
    for (let i = 0; i < count; i++) {
        if (at + Zip.entryBytes > bytes.length || view.getUint32(at, true) !== Zip.entry) {
            throw new CheckpointError(
                "truncated",
                `${file.name}: entry ${i} of the list of its parts is damaged. Fetch it again.`,
            );
        }
        const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
        const next = at + Zip.entryBytes + nameLength! + extraLength! + commentLength!;
        const name = bytes.subarray(at + Zip.entryBytes, at + Zip.entryBytes + nameLength!);
        const extra = bytes.subarray(at + Zip.entryBytes + nameLength!, next - commentLength!);
        entries.set(new TextDecoder().decode(name), ReadEntry(view, at, extra));
        at = next;
    }
    return entries;
}

function ReadEntry(view: DataView, at: number, extra: Uint8Array): IZipEntry {
    // In this order, those that do not fit into 32 bits stand in the extra field.
    const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const wide = ViewOf(FindExtra(extra, 1));
    let next = 0;
    const [size, packedSize, headerOffset] = sizes.map((value) => {
        if (value !== See64 || next + 8 > wide.byteLength) {
            return value;
        }
        next += 8;
        return Number(wide.getBigUint64(next - 8, true));
    });
    return { method: view.getUint16(at + 10, true), size: size!, packedSize: packedSize!, headerOffset: headerOffset! };
}

function FindExtra(extra: Uint8Array, wanted: number): Uint8Array {
    const view = ViewOf(extra);
    for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
        if (view.getUint16(at, true) === wanted) {
            return extra.subarray(at + 4, at + 4 + view.getUint16(at + 2, true));
        }
    }
    return new Uint8Array(0);
}

function ViewOf(bytes: Uint8Array): DataView {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
