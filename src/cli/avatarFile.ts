import { basename, dirname, join } from "node:path";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { ReadAvatarAsync } from "../format/readAvatar.js";
import { ReadUserFileAsync } from "./files.js";

/** An avatar file in memory. */
export interface IAvatarFile {
    /** Path that the user gave. */
    readonly path: string;
    /** Bytes of the file itself, without side files. */
    readonly bytes: Uint8Array;
    /** What it holds. */
    readonly asset: IAvatarAsset;
}

/**
 * Reads an avatar that the user named, a `.glb` or a `.gltf` with its side files.
 *
 * @param path path of the file
 * @returns the file and its content
 * @throws {@link CliError} `file-unreadable`, or {@link AvatarFormatError} for the first problem of the file
 */
export async function ReadAvatarFileAsync(path: string): Promise<IAvatarFile> {
    const bytes = await ReadUserFileAsync(path);
    // URIs come checked: relative, and without a way out of the folder.
    const loadUriAsync = async (uri: string): Promise<Uint8Array> => await ReadUserFileAsync(join(dirname(path), uri));
    const asset = await ReadAvatarAsync(bytes, loadUriAsync, { fileName: basename(path) });
    return { path, bytes, asset };
}
