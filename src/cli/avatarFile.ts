import { basename, dirname, join } from "node:path";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { NetworksOfAvatar, WithNetworksAsync } from "../format/avatarNetworks.js";
import { IsGlb } from "../format/glbContainer.js";
import { LoadNetworkAsync } from "../format/loadNetwork.js";
import { type IAvatarNetwork } from "../format/mapModel.js";
import { ReadAvatarAsync } from "../format/readAvatar.js";
import { type LoadUriAsync } from "../format/sideFiles.js";
import { WriteAvatar } from "../format/writeAvatar.js";
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
    const asset = await ReadAvatarAsync(bytes, SideFilesOf(path), { fileName: basename(path) });
    return { path, bytes, asset };
}

/**
 * One file with everything in it, for those who take bytes.
 *
 * @param file an avatar file
 * @returns its own bytes where nothing lies beside it; else a GLB with its side files in it
 * @throws {@link CliError} `file-unreadable`, or {@link AvatarFormatError} `truncated`, for the network that is not as it should be
 */
export async function GlbOfAsync({ path, asset, bytes }: IAvatarFile): Promise<Uint8Array> {
    const isAlone = NetworksOfAvatar(asset).every(({ uri }) => uri === null);
    if (IsGlb(bytes) && isAlone) {
        return bytes;
    }
    return await WriteWholeAsync(path, asset);
}

/**
 * Writes an avatar with everything in one file, what lies beside it as well.
 *
 * @param path of the file that it was read from
 * @param asset what to write
 * @throws {@link CliError} `file-unreadable`, or {@link AvatarFormatError} for what is not as it should be
 */
export async function WriteWholeAsync(path: string, asset: IAvatarAsset): Promise<Uint8Array> {
    const fillAsync = async (network: IAvatarNetwork): Promise<IAvatarNetwork> => ({
        ...network,
        bytes: await LoadNetworkAsync(network, SideFilesOf(path)),
        uri: null,
    });
    return WriteAvatar(await WithNetworksAsync(asset, fillAsync));
}

/** Reads what lies beside an avatar. URIs come checked: relative, and without a way out of the folder. */
function SideFilesOf(path: string): LoadUriAsync {
    return async (uri) => await ReadUserFileAsync(join(dirname(path), uri));
}
