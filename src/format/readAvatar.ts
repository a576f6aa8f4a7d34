import { type IAvatarAsset } from "./avatarAsset.js";
import { AvatarFormatError, type IValidationIssue } from "./avatarFormatError.js";
import { FindAvatarPrimitive } from "./findAvatar.js";
import { IsGlb, SplitGlb } from "./glbContainer.js";
import { CheckGltf, type IGltf } from "./gltfJson.js";
import { type IGltfSource } from "./gltfSource.js";
import { IssueList } from "./issueList.js";
import { ParseJsonText } from "./jsonText.js";
import { _ReadAvatarParts } from "./parseAvatar.js";
import { CheckRequiredExtensions } from "./readExtension.js";
import { DecodeDataUri, IsDataUri, RequireSafeUri } from "./safeUri.js";

/** How to read a file. */
export interface IReadAvatarOptions {
    /** Name of the file, for messages (default: none). */
    readonly fileName?: string;
}

/** Loads a side file of a `.gltf`. */
export type LoadUriAsync = (uri: string) => Promise<Uint8Array>;

/** The JSON of a file and, for a GLB, its binary chunk. */
interface IOpenFile {
    readonly json: unknown;
    readonly binary: Uint8Array | null;
    readonly byteLength: number;
}

function OpenFile(bytes: Uint8Array): IOpenFile {
    const isGlb = IsGlb(bytes) || bytes[0] !== 0x7b;
    const { json, binary } = isGlb ? SplitGlb(bytes) : { json: bytes, binary: null };
    return { json: ParseJsonText(json), binary, byteLength: bytes.length };
}

/** The bytes of buffer `index` where they are part of the file, or null for a side file. */
function InnerBuffer(gltf: IGltf, index: number, file: IOpenFile): Uint8Array | null {
    const { uri, byteLength } = gltf.buffers[index]!;
    if (uri === undefined) {
        return index === 0 ? file.binary : null;
    }
    return IsDataUri(uri) ? DecodeDataUri(uri, byteLength, `/buffers/${index}/uri`) : null;
}

/** Gives out buffer views after checking that they lie within what was loaded. */
function SourceOf(gltf: IGltf, file: IOpenFile, side: ReadonlyMap<number, Uint8Array>, fileName: string): IGltfSource {
    const buffers = new Map(side);
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
        const bytes = buffers.get(index) ?? InnerBuffer(gltf, index, file);
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
    const sideBytes = [...side.values()].reduce((sum, bytes) => sum + bytes.length, 0);
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

function Read(
    gltf: IGltf,
    file: IOpenFile,
    side: ReadonlyMap<number, Uint8Array>,
    fileName: string,
    issues: IssueList,
): IAvatarAsset | null {
    CheckRequiredExtensions(gltf, issues);
    for (const [index, { uri }] of gltf.buffers.entries()) {
        if (uri !== undefined && !IsDataUri(uri)) {
            try {
                RequireSafeUri(uri, `/buffers/${index}/uri`);
            } catch (thrown) {
                issues.addThrown(thrown);
            }
        }
    }
    return _ReadAvatarParts(gltf, SourceOf(gltf, file, side, fileName), FindAvatarPrimitive(gltf), issues);
}

function ReadWithIssues(bytes: Uint8Array, fileName: string, issues: IssueList): IAvatarAsset | null {
    try {
        const file = OpenFile(bytes);
        const gltf = CheckGltf(file.json, issues);
        return gltf === null ? null : Read(gltf, file, new Map(), fileName, issues);
    } catch (thrown) {
        issues.addThrown(thrown);
        return null;
    }
}

/**
 * Reads an avatar from the bytes of a `.glb`, or of a `.gltf` whose buffers are embedded. Works in browsers and Node.
 *
 * @param bytes the whole file; not kept
 * @param options name of the file for messages
 * @returns the avatar as plain data, in arrays of its own; tracks of one accessor share one array
 * @throws {@link AvatarFormatError} for the first problem found; see {@link ValidateAvatar} for all of them
 * @example
 * ```ts
 * const avatar = ReadAvatar(new Uint8Array(await file.arrayBuffer()), { fileName: file.name });
 * avatar.gaussians.count; // → 70000
 * ```
 */
export function ReadAvatar(bytes: Uint8Array, options: IReadAvatarOptions = {}): IAvatarAsset {
    const issues = new IssueList();
    const asset = ReadWithIssues(bytes, options.fileName ?? "", issues);
    issues.throwIfErrors(options.fileName ?? "");
    return asset!;
}

/**
 * Reads an avatar from a `.glb` or from a `.gltf` with side files.
 *
 * @param bytes the whole main file; not kept
 * @param loadUriAsync gives the bytes of a side file; called with checked URIs only, relative to the main file
 * @param options name of the file for messages
 * @returns the avatar as plain data, in arrays of its own; tracks of one accessor share one array
 * @throws {@link AvatarFormatError} for the first problem found, and whatever `loadUriAsync` throws
 */
export async function ReadAvatarAsync(
    bytes: Uint8Array,
    loadUriAsync: LoadUriAsync,
    options: IReadAvatarOptions = {},
): Promise<IAvatarAsset> {
    const fileName = options.fileName ?? "";
    const issues = new IssueList();
    const side = new Map<number, Uint8Array>();
    let asset: IAvatarAsset | null = null;
    try {
        const file = OpenFile(bytes);
        const gltf = CheckGltf(file.json, issues);
        const outside = (gltf?.buffers ?? []).flatMap(({ uri }, index) =>
            uri === undefined || IsDataUri(uri) ? [] : [{ index, uri }],
        );
        await Promise.all(
            outside.map(async ({ index, uri }) => {
                side.set(index, await loadUriAsync(RequireSafeUri(uri, `/buffers/${index}/uri`)));
            }),
        );
        asset = gltf === null ? null : Read(gltf, file, side, fileName, issues);
    } catch (thrown) {
        issues.addThrown(thrown);
    }
    issues.throwIfErrors(fileName);
    return asset!;
}

/**
 * Lists everything that is wrong with an avatar file, or that a reader would leave out.
 *
 * @param bytes the whole file, as for {@link ReadAvatar}
 * @returns the problems in the order of reading, at most 200; no entry of severity `error` means that the file can be used
 */
export function ValidateAvatar(bytes: Uint8Array): readonly IValidationIssue[] {
    const issues = new IssueList();
    ReadWithIssues(bytes, "", issues);
    return issues.issues;
}
