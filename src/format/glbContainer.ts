import { AvatarFormatError } from "./avatarFormatError.js";

/** "glTF" read as a little-endian number. */
const GlbMagic = 0x46546c67;
/** The only container version in use. */
const GlbVersion = 2;
/** "JSON" read as a little-endian number. */
const JsonChunk = 0x4e4f534a;
/** "BIN\0" read as a little-endian number. */
const BinaryChunk = 0x004e4942;
const HeaderBytes = 12;
const ChunkHeaderBytes = 8;
/** Lengths are stored in 32 bits. */
const MaxGlbBytes = 0xffffffff;

/** The two parts of a GLB file; both are views into the file's bytes. */
export interface IGlbChunks {
    /** UTF-8 text of the glTF document. */
    readonly json: Uint8Array;
    /** The binary chunk (buffer 0), or null when there is none. */
    readonly binary: Uint8Array | null;
}

/**
 * Whether bytes begin like a GLB file.
 *
 * @param bytes the file
 * @returns true for the GLB magic
 */
export function IsGlb(bytes: Uint8Array): boolean {
    return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === GlbMagic;
}

/** Checks the header of a GLB file and gives the length that it states. */
function LengthOfGlb(bytes: Uint8Array): number {
    if (!IsGlb(bytes)) {
        throw new AvatarFormatError(
            "not-glb",
            "",
            'it begins neither with "glTF" nor with "{": give a .glb or .gltf file',
        );
    }
    if (bytes.length < HeaderBytes) {
        throw new AvatarFormatError(
            "truncated",
            "",
            `the header has ${bytes.length} of ${HeaderBytes} bytes: fetch it again`,
        );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const version = view.getUint32(4, true);
    if (version !== GlbVersion) {
        throw new AvatarFormatError(
            "not-glb",
            "",
            `container version ${version}, expected ${GlbVersion}: export as glTF 2.0`,
        );
    }
    const length = view.getUint32(8, true);
    if (length > bytes.length) {
        throw new AvatarFormatError(
            "truncated",
            "",
            `the header states ${length} bytes, the file has ${bytes.length}: fetch it again`,
        );
    }
    return length;
}

/**
 * Splits a GLB file into its chunks without copying.
 *
 * @param bytes the whole file; bytes after the length that its header states are ignored
 * @returns the chunks
 * @throws {@link AvatarFormatError} `not-glb` or `truncated`
 */
export function SplitGlb(bytes: Uint8Array): IGlbChunks {
    const length = LengthOfGlb(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let json: Uint8Array | null = null;
    let binary: Uint8Array | null = null;
    for (let offset = HeaderBytes; offset < length;) {
        if (offset + ChunkHeaderBytes > length) {
            throw new AvatarFormatError(
                "truncated",
                "",
                `a chunk header at byte ${offset} runs past the end: fetch it again`,
            );
        }
        const chunkLength = view.getUint32(offset, true);
        const chunkType = view.getUint32(offset + 4, true);
        const start = offset + ChunkHeaderBytes;
        if (start + chunkLength > length) {
            throw new AvatarFormatError(
                "truncated",
                "",
                `the chunk at byte ${offset} states ${chunkLength} bytes, ${length - start} are left`,
            );
        }
        const chunk = bytes.subarray(start, start + chunkLength);
        if (chunkType === JsonChunk) {
            json ??= chunk;
        } else if (chunkType === BinaryChunk) {
            binary ??= chunk;
        }
        offset = start + chunkLength;
    }
    if (json === null) {
        throw new AvatarFormatError("not-glb", "", "there is no JSON chunk: export the file again");
    }
    return { json, binary };
}

/**
 * Length after padding to four bytes. Bit operations would wrap beyond 2 GiB.
 *
 * @param length number of bytes
 * @returns the next multiple of four
 */
export function PaddedLength(length: number): number {
    return Math.ceil(length / 4) * 4;
}

/**
 * Packs a glTF document and its buffer 0 into a GLB file.
 *
 * @param json the document; must be what `JSON.stringify` can write
 * @param binary buffer 0, in one part or in several that each begin at a multiple of four bytes
 * @returns the file
 * @throws {@link AvatarFormatError} `too-large` beyond the 4 GiB that a GLB can have
 */
export function JoinGlb(json: object, binary: Uint8Array | readonly Uint8Array[]): Uint8Array {
    const text = new TextEncoder().encode(JSON.stringify(json));
    const parts = binary instanceof Uint8Array ? [binary] : binary;
    const jsonLength = PaddedLength(text.length);
    const binaryLength = parts.reduce((sum, part) => sum + PaddedLength(part.length), 0);
    const length = HeaderBytes + ChunkHeaderBytes + jsonLength + ChunkHeaderBytes + binaryLength;
    if (length > MaxGlbBytes) {
        throw new AvatarFormatError(
            "too-large",
            "",
            `the file would have ${length} bytes, a GLB has at most ${MaxGlbBytes}: put networks into side files`,
        );
    }
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, GlbMagic, true);
    view.setUint32(4, GlbVersion, true);
    view.setUint32(8, length, true);
    view.setUint32(12, jsonLength, true);
    view.setUint32(16, JsonChunk, true);
    // The standard pads JSON with spaces and binary with zeros.
    bytes.fill(0x20, 20 + text.length, 20 + jsonLength);
    bytes.set(text, 20);
    view.setUint32(20 + jsonLength, binaryLength, true);
    view.setUint32(24 + jsonLength, BinaryChunk, true);
    let offset = 28 + jsonLength;
    for (const part of parts) {
        bytes.set(part, offset);
        offset += PaddedLength(part.length);
    }
    return bytes;
}
