import { ConvertError } from "../convertError.js";

/** What the header of a picture says, and where the header ends. */
export interface IExrHeader {
    /** Pixels in a row. */
    readonly width: number;
    /** Rows. */
    readonly height: number;
    /** Number of the compression, see {@link ExrCompressions}. */
    readonly compression: number;
    /** Channels in the order of the file. */
    readonly channels: readonly IExrChannel[];
    /** The first byte behind the header. */
    readonly end: number;
}

/** A channel of a picture. */
export interface IExrChannel {
    /** Its name, for example `B`. */
    readonly name: string;
    /** 0: 32-bit whole numbers, 1: 16-bit floats, 2: 32-bit floats. */
    readonly type: number;
    /** Pixels from one stored number to the next, in x and y. */
    readonly sampling: readonly [number, number];
}

/** Compressions that keep every bit, by their numbers: rows of a chunk. */
export const ExrCompressions: Readonly<Record<number, number>> = {
    /* NONE */ 0: 1,
    /* ZIPS */ 2: 1,
    /* ZIP */ 3: 16,
    /* PIZ */ 4: 32,
};

const Magic = 20000630;
/** Bits of the flags that stand for tiles, deep data and several parts. */
const UnreadFlags = 0x02 | 0x08 | 0x10;
/** Most attributes; pictures have about ten. */
const MaxAttributes = 256;
const MaxNameBytes = 255;

/**
 * Reads the header of an OpenEXR picture, and nothing else: sizes can be judged before memory is taken for them.
 *
 * @param bytes the file
 * @param name of the file, for messages
 * @returns the header
 * @throws {@link ConvertError} `damaged-file` or `unsupported-file`
 */
export function ReadExrHeader(bytes: Uint8Array, name: string): IExrHeader {
    const cursor = new ExrCursor(bytes, name);
    if (cursor.int32() !== Magic) {
        throw new ConvertError("damaged-file", `${name} is not an OpenEXR picture. Fetch it again.`);
    }
    const version = cursor.int32();
    if (((version >> 8) & UnreadFlags) !== 0) {
        throw Unsupported(name, "tiles, deep data or several parts", "lines in one part");
    }
    const attributes = new Map<string, ExrCursor>();
    for (let count = 0; count < MaxAttributes; count++) {
        const attribute = cursor.text();
        if (attribute === "") {
            return MakeHeader(attributes, cursor.at, name);
        }
        // The type; those that are read have but one.
        cursor.text();
        attributes.set(attribute, cursor.take(cursor.int32()));
    }
    throw new ConvertError("damaged-file", `${name} has more than ${MaxAttributes} attributes. Fetch it again.`);
}

function MakeHeader(attributes: ReadonlyMap<string, ExrCursor>, end: number, name: string): IExrHeader {
    const attribute = (key: string): ExrCursor => {
        const found = attributes.get(key);
        if (!found) {
            throw new ConvertError("damaged-file", `${name} has no attribute "${key}" in its header. Fetch it again.`);
        }
        return found;
    };
    const window = attribute("dataWindow");
    const [left, top, right, bottom] = [window.int32(), window.int32(), window.int32(), window.int32()];
    const compression = attribute("compression").byte();
    if (attribute("lineOrder").byte() !== 0) {
        throw Unsupported(name, "rows from the bottom up", "rows from the top down");
    }
    if (!(compression in ExrCompressions)) {
        throw Unsupported(name, `compression ${compression}`, "NONE, ZIPS, ZIP or PIZ, which lose nothing");
    }
    const channels: IExrChannel[] = [];
    const list = attribute("channels");
    for (let channel = list.text(); channel !== ""; channel = list.text()) {
        const type = list.int32();
        list.take(4);
        channels.push({ name: channel, type, sampling: [list.int32(), list.int32()] });
    }
    return { width: right - left + 1, height: bottom - top + 1, compression, channels, end };
}

/**
 * An error for a picture that is stored in another way.
 *
 * @param name of the file
 * @param found how it is stored
 * @param wanted how it should be
 * @returns the error
 */
export function Unsupported(name: string, found: string, wanted: string): ConvertError {
    return new ConvertError(
        "unsupported-file",
        `${name} is stored with ${found}; ${wanted} is read. Save it again so.`,
    );
}

/** Takes what headers are made of from bytes, never beyond their end. */
class ExrCursor {
    private readonly _bytes: Uint8Array;
    private readonly _name: string;
    private _at = 0;

    public constructor(bytes: Uint8Array, name: string) {
        this._bytes = bytes;
        this._name = name;
    }

    public get at(): number {
        return this._at;
    }

    public byte(): number {
        return this._bytes[this._advance(1)]!;
    }

    public int32(): number {
        const at = this._advance(4);
        return new DataView(this._bytes.buffer, this._bytes.byteOffset + at, 4).getInt32(0, true);
    }

    /** A text that ends with a zero. */
    public text(): string {
        const length = this._bytes.subarray(this._at, this._at + MaxNameBytes + 1).indexOf(0);
        const start = this._advance(length < 0 ? Infinity : length + 1);
        return new TextDecoder("latin1").decode(this._bytes.subarray(start, start + length));
    }

    public take(length: number): ExrCursor {
        const start = this._advance(length);
        return new ExrCursor(this._bytes.subarray(start, start + length), this._name);
    }

    private _advance(count: number): number {
        if (!(count >= 0 && count <= this._bytes.length - this._at)) {
            throw new ConvertError("damaged-file", `The header of ${this._name} is cut off. Fetch the file again.`);
        }
        this._at += count;
        return this._at - count;
    }
}
