import { basename, dirname, join } from "node:path";
import { type IGltfWithResources } from "../convert/bake/readDocument.js";
import { AvatarFormatError } from "../format/avatarFormatError.js";
import { IsGlb } from "../format/glbContainer.js";
import { ParseJsonText } from "../format/jsonText.js";
import { DecodeDataUri, IsDataUri, RequireSafeUri } from "../format/safeUri.js";
import { ReadUserFileAsync } from "./files.js";

/** Parts of a glTF document that may lie in side files. */
interface IWithUris {
    readonly buffers?: readonly { readonly uri?: string }[];
    readonly images?: readonly { readonly uri?: string }[];
}

/**
 * Reads a character that the user named: a `.glb` or `.vrm` as it is, a `.gltf` with its side files.
 *
 * @param path path of the file
 * @returns what the baker takes
 * @throws {@link CliError} `file-unreadable`, or {@link AvatarFormatError} when the file is not glTF or points out of its folder
 */
export async function ReadCharacterFileAsync(path: string): Promise<Uint8Array | IGltfWithResources> {
    const bytes = await ReadUserFileAsync(path);
    if (IsGlb(bytes)) {
        return bytes;
    }
    // glTF is JSON, which begins with a bracket; anything else gets the message it deserves.
    if (!/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) {
        throw new AvatarFormatError("not-glb", "", "this is not glTF: give a .glb, .gltf or .vrm file", basename(path));
    }
    const json = ParseJsonText(bytes) as IWithUris;
    const uris = [json.buffers, json.images].flatMap((items) =>
        Array.isArray(items) ? (items as IWithUris["images"])! : [],
    );
    const readAsync = async (uri: string): Promise<readonly [string, Uint8Array]> => [
        uri,
        IsDataUri(uri)
            ? DecodeDataUri(uri, uri.length, "")
            : await ReadUserFileAsync(join(dirname(path), RequireSafeUri(uri, ""))),
    ];
    const named = uris.map(({ uri }) => uri).filter((uri) => typeof uri === "string");
    return { json, resources: Object.fromEntries(await Promise.all([...new Set(named)].map(readAsync))) };
}
