import { type IAvatarAsset } from "./avatarAsset.js";
import { type IValidationIssue } from "./avatarFormatError.js";
import { type IOpenFile, SourceOf } from "./bufferSource.js";
import { FindAvatarPrimitive } from "./findAvatar.js";
import { SplitGlb } from "./glbContainer.js";
import { CheckGltf, type IGltf } from "./gltfJson.js";
import { IssueList } from "./issueList.js";
import { IsJsonObject, ParseJsonText } from "./jsonText.js";
import { _ReadAvatarParts, _ViewsOfAvatar } from "./parseAvatar.js";
import { CheckRequiredExtensions } from "./readExtension.js";
import { IsDataUri, RequireSafeUri } from "./safeUri.js";
import { LoadSideFilesAsync, type LoadUriAsync } from "./sideFiles.js";

/** How to read a file. */
export interface IReadAvatarOptions {
    /** Name of the file, for messages (default: none). */
    readonly fileName?: string;
}

function OpenFile(bytes: Uint8Array): IOpenFile {
    const { json, binary } = IsJsonObject(bytes) ? { json: bytes, binary: null } : SplitGlb(bytes);
    return { json: ParseJsonText(json), binary, byteLength: bytes.length };
}

/** Checks what can be checked without any buffer. */
function CheckDocument(gltf: IGltf, issues: IssueList): void {
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
}

function ReadWithIssues(bytes: Uint8Array, fileName: string, issues: IssueList): IAvatarAsset | null {
    try {
        const file = OpenFile(bytes);
        const gltf = CheckGltf(file.json, issues);
        if (gltf === null) {
            return null;
        }
        CheckDocument(gltf, issues);
        const source = SourceOf(gltf, file, new Map(), fileName);
        return _ReadAvatarParts(gltf, source, FindAvatarPrimitive(gltf), issues);
    } catch (thrown) {
        issues.addThrown(thrown);
        return null;
    }
}

/**
 * Reads an avatar from the bytes of a `.glb`, or of a `.gltf` whose buffers are embedded. Works in browsers and Node.
 *
 * @param bytes the whole file; kept where it holds networks, whose bytes are views of it
 * @param options name of the file for messages
 * @returns the avatar as plain data, in arrays of its own but for the bytes of networks; tracks of one accessor share one array
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
 * Reads an avatar from a `.glb` or from a `.gltf` with side files. Of these only what the avatar needs is loaded, a few
 * files at a time; networks in side files are not: {@link LoadNetworkAsync}.
 *
 * @param bytes the whole main file; kept where it holds networks, whose bytes are views of it
 * @param loadUriAsync gives the bytes of a side file; called once for each, with checked URIs only, relative to the main file
 * @param options name of the file for messages
 * @returns the avatar as plain data, in arrays of its own but for the bytes of networks; tracks of one accessor share one array
 * @throws {@link AvatarFormatError} for the first problem found, and whatever `loadUriAsync` throws
 */
export async function ReadAvatarAsync(
    bytes: Uint8Array,
    loadUriAsync: LoadUriAsync,
    options: IReadAvatarOptions = {},
): Promise<IAvatarAsset> {
    const fileName = options.fileName ?? "";
    const issues = new IssueList();
    let asset: IAvatarAsset | null = null;
    try {
        const file = OpenFile(bytes);
        const gltf = CheckGltf(file.json, issues);
        if (gltf !== null) {
            CheckDocument(gltf, issues);
            const location = FindAvatarPrimitive(gltf);
            // Nothing is fetched for a file that is refused anyway.
            const views = issues.hasErrors || location === null ? [] : _ViewsOfAvatar(gltf, location);
            const sideFiles = await LoadSideFilesAsync(gltf, views, loadUriAsync);
            asset = _ReadAvatarParts(gltf, SourceOf(gltf, file, sideFiles, fileName), location, issues);
        }
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
