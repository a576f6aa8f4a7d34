import { Unzlib } from "fflate";
import parseExr from "parse-exr";
import { MaxMapSize } from "../../format/limits.js";
import { ConvertError } from "../convertError.js";
import { ExrCompressions, type IExrHeader, ReadExrHeader, Unsupported } from "./exrHeader.js";

/** Three numbers a pixel: a position or a normal. */
export interface IPositionMap {
    /** Pixels in a row. */
    readonly width: number;
    /** Rows. */
    readonly height: number;
    /** [height,width,3] x y z, from the top left; zeros where there is nothing. */
    readonly values: Float32Array;
}

/** parse-exr's name for 32-bit floats. */
const FloatOutput = 1015;

/** The file has x in its channel B, y in G and z in R, since the writer's pictures are B G R. */
const Channels = ["B", "G", "R"] as const;

/** Most channels of a file: those, alpha, and some that nobody needs. */
const MaxChannels = 8;

/** Compressions that are zlib's. */
const Zlib: readonly number[] = [2, 3];

/**
 * Reads a position or normal map: OpenEXR, one part of scan lines, 32-bit floats, NONE, ZIPS, ZIP or PIZ.
 *
 * @param bytes the file
 * @param name of the file, for messages
 * @returns the map
 * @throws {@link ConvertError} `damaged-file`, `unsupported-file` or `too-large`
 */
export function ReadPositionMap(bytes: Uint8Array, name: string): IPositionMap {
    const header = ReadExrHeader(bytes, name);
    const { width, height } = header;
    if (!(width >= 1 && height >= 1 && width <= 2 * MaxMapSize && height <= MaxMapSize)) {
        throw new ConvertError(
            "too-large",
            `${name} says that it has ${width} × ${height} pixels; up to ${2 * MaxMapSize} × ${MaxMapSize} are read.`,
        );
    }
    CheckChannels(header, name);
    CheckChunks(bytes, header, name);
    const picture = Decode(bytes, header, name);
    const values = new Float32Array(width * height * 3);
    for (let y = 0, to = 0; y < height; y++) {
        // parse-exr has the bottom row first, as textures have it.
        for (let from = (height - 1 - y) * width * 4, x = 0; x < width; x++, from += 4) {
            values[to++] = picture[from + 2]!;
            values[to++] = picture[from + 1]!;
            values[to++] = picture[from]!;
        }
    }
    if (!values.every(Number.isFinite)) {
        throw new ConvertError("damaged-file", `${name} holds NaN or infinity. Fetch it again.`);
    }
    return { width, height, values };
}

function CheckChannels({ channels }: IExrHeader, name: string): void {
    if (channels.length > MaxChannels) {
        throw Unsupported(name, `${channels.length} channels`, `a picture of at most ${MaxChannels}`);
    }
    const missing = Channels.filter((wanted) => !channels.some((channel) => channel.name === wanted));
    const found = channels.map((channel) => channel.name).join(" ");
    if (missing.length > 0) {
        throw Unsupported(name, `channels ${found}`, "B G R, which hold x y z,");
    }
    const odd = channels.find(({ type, sampling: [x, y] }) => type !== 2 || x !== 1 || y !== 1);
    if (odd) {
        throw Unsupported(name, `a channel ${odd.name} that is not one 32-bit float a pixel`, "32-bit float");
    }
}

/** All chunks are there, in order, and none is larger than the rows it stands for. */
function CheckChunks(bytes: Uint8Array, { width, height, compression, channels, end }: IExrHeader, name: string): void {
    const rows = ExrCompressions[compression]!;
    const chunks = Math.ceil(height / rows);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The picture's own top row, wherever it lies.
    const first = end + chunks * 8;
    const top = first + 4 <= bytes.length ? view.getInt32(first, true) : 0;
    let at = first;
    for (let chunk = 0; chunk < chunks; chunk++) {
        const isThere = at + 8 <= bytes.length;
        const size = isThere ? view.getUint32(at + 4, true) : Infinity;
        const lines = Math.min(rows, height - chunk * rows);
        const full = lines * width * channels.length * 4;
        if (at + 8 + size > bytes.length || size > full) {
            throw new ConvertError(
                "damaged-file",
                `${name} is cut off or damaged at row ${chunk * rows}. Fetch it again.`,
            );
        }
        if (view.getInt32(at, true) - top !== chunk * rows) {
            throw Unsupported(name, "chunks that are not in order", "rows from the top down");
        }
        if (Zlib.includes(compression) && size < full && !UnpacksTo(full, bytes.subarray(at + 8, at + 8 + size))) {
            throw new ConvertError(
                "damaged-file",
                `${name} cannot be unpacked at row ${chunk * rows}, or unpacks to more than its rows. Fetch it again.`,
            );
        }
        at += 8 + size;
    }
}

/** Packed bytes that are unpacked at a time: a packed byte becomes about a thousand at most. */
const UnpackStep = 1024;

/** Whether packed bytes become so many, and no more: the decoder would take whatever memory they ask for. */
function UnpacksTo(wanted: number, packed: Uint8Array): boolean {
    let found = 0;
    const stream = new Unzlib((chunk) => {
        found += chunk.length;
    });
    try {
        for (let at = 0; at < packed.length && found <= wanted; at += UnpackStep) {
            stream.push(packed.subarray(at, at + UnpackStep), at + UnpackStep >= packed.length);
        }
    } catch {
        return false;
    }
    return found === wanted;
}

/** Decodes a picture under a header of our own, so that the decoder sees nothing that was not checked. */
function Decode(bytes: Uint8Array, header: IExrHeader, name: string): Float32Array {
    const { width, height, end } = header;
    const head = CleanHeader(header);
    const file = new Uint8Array(head.length + bytes.length - end);
    file.set(head);
    file.set(bytes.subarray(end), head.length);
    try {
        // The rows of our header count from 0, those of the file from its window; only the order matters to the decoder.
        const picture = parseExr(RebaseRows(file, head.length, header).buffer, FloatOutput);
        if (picture.width === width && picture.height === height && picture.data.length === width * height * 4) {
            return picture.data as Float32Array;
        }
    } catch {
        // Said below, with the name of the file.
    }
    throw new ConvertError("damaged-file", `${name} cannot be decoded. Fetch it again.`);
}

function RebaseRows(file: Uint8Array<ArrayBuffer>, end: number, header: IExrHeader): Uint8Array<ArrayBuffer> {
    const rows = ExrCompressions[header.compression]!;
    const chunks = Math.ceil(header.height / rows);
    const view = new DataView(file.buffer);
    for (let chunk = 0, at = end + chunks * 8; chunk < chunks; chunk++) {
        view.setInt32(at, chunk * rows, true);
        at += 8 + view.getUint32(at + 4, true);
    }
    return file;
}

function CleanHeader({ width, height, compression, channels }: IExrHeader): Uint8Array {
    const bytes: number[] = [0x76, 0x2f, 0x31, 0x01, 2, 0, 0, 0];
    const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];
    const ints = (...values: number[]): number[] => [...new Uint8Array(Int32Array.from(values).buffer)];
    const attribute = (name: string, type: string, value: number[]): void => {
        bytes.push(...text(name), ...text(type), ...ints(value.length), ...value);
    };
    const list = channels.flatMap(({ name, type }) => [...text(name), ...ints(type), 0, 0, 0, 0, ...ints(1, 1)]);
    attribute("channels", "chlist", [...list, 0]);
    attribute("compression", "compression", [compression]);
    attribute("dataWindow", "box2i", ints(0, 0, width - 1, height - 1));
    attribute("lineOrder", "lineOrder", [0]);
    return Uint8Array.from([...bytes, 0]);
}
