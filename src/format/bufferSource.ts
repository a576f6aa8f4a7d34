import { AvatarFormatError } from "./avatarFormatError.js";
import { type IGltf } from "./gltfJson.js";
import { type IGltfSource } from "./gltfSource.js";
import { DecodeDataUri, IsDataUri, RequireSafeUri } from "./safeUri.js";

/** The JSON of a file and, for a GLB, its binary chunk. */
export interface IOpenFile {
    /** The parsed document, not trusted. */
    readonly json: unknown;
    /** Buffer 0 of a GLB, or null. */
    readonly binary: Uint8Array | null;
    /** Bytes of the file itself. */
    readonly byteLength: number;
}

/** The bytes of a buffer: the binary chunk, embedded ones, or a side file; null where they are not at hand. */
function BytesOfBuffer(
    gltf: IGltf,
    index: number,
    file: IOpenFile,
    sideFiles: ReadonlyMap<string, Uint8Array>,
): Uint8Array | null {
    const { uri, byteLength } = gltf.buffers[index]!;
    if (uri === undefined) {
        return index === 0 ? file.binary : null;
    }
    const path = `/buffers/${index}/uri`;
    return IsDataUri(uri) ? DecodeDataUri(uri, byteLength, path) : (sideFiles.get(RequireSafeUri(uri, path)) ?? null);
}

/**
 * Gives out buffer views after checking that they lie within what was loaded.
 *
 * @param gltf the checked document
 * @param file the file that holds it
 * @param sideFiles bytes of side files by their URI as {@link RequireSafeUri} decodes it
 * @param fileName name of the file, for messages
 * @returns the views
 */
export function SourceOf(
    gltf: IGltf,
    file: IOpenFile,
    sideFiles: ReadonlyMap<string, Uint8Array>,
    fileName: string,
): IGltfSource {
    const buffers = new Map<number, Uint8Array>();
    const bufferOf = (index: number): Uint8Array => {
        const path = `/buffers/${index}`;
        const buffer = gltf.buffers[index];
        if (buffer === undefined) {
            throw new AvatarFormatError(
                "out-of-range",
                path,
                `there is no buffer ${index}: the file has ${gltf.buffers.length}`,
            );
        }
        const bytes = buffers.get(index) ?? BytesOfBuffer(gltf, index, file, sideFiles);
        if (bytes === null) {
            throw new AvatarFormatError(
                "missing-buffer",
                path,
                "its bytes are not in the file: read a .gltf with its side files with ReadAvatarAsync",
            );
        }
        if (bytes.length < buffer.byteLength) {
            throw new AvatarFormatError(
                "truncated",
                `${path}/byteLength`,
                `states ${buffer.byteLength} bytes, ${bytes.length} are there: fetch the file again`,
            );
        }
        buffers.set(index, bytes);
        return bytes;
    };
    const sideBytes = [...sideFiles.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    return {
        json: gltf,
        fileName,
        byteLength: file.byteLength + sideBytes,
        bufferView: (index) => {
            const view = gltf.bufferViews[index]!;
            const bytes = bufferOf(view.buffer);
            const start = view.byteOffset ?? 0;
            const end = start + view.byteLength;
            if (end > gltf.buffers[view.buffer]!.byteLength) {
                throw new AvatarFormatError(
                    "out-of-range",
                    `/bufferViews/${index}`,
                    `ends at byte ${end} of buffer ${view.buffer}, which has ${gltf.buffers[view.buffer]!.byteLength}`,
                );
            }
            return bytes.subarray(start, end);
        },
    };
}
