import { AvatarFormatError } from "./avatarFormatError.js";
import { type IAvatarNetwork } from "./mapModel.js";
import { type LoadUriAsync } from "./sideFiles.js";

/**
 * Gives the bytes of a network: those that came with the avatar, or those of its side file.
 *
 * @param network the network
 * @param loadUriAsync gives the bytes of a side file; its URI is checked, decoded and relative to the avatar's file
 * @returns the ONNX file, of the length that the avatar states
 * @throws {@link AvatarFormatError} `truncated` when the side file has another length, and whatever `loadUriAsync` throws
 * @example
 * ```ts
 * const bytes = await LoadNetworkAsync(network, async (uri) => await readFile(join(dirname(path), uri)));
 * ```
 */
export async function LoadNetworkAsync(network: IAvatarNetwork, loadUriAsync: LoadUriAsync): Promise<Uint8Array> {
    if (network.bytes !== null) {
        return network.bytes;
    }
    const bytes = await loadUriAsync(network.uri!);
    if (bytes.length !== network.byteLength) {
        throw new AvatarFormatError(
            "truncated",
            "",
            `network "${network.name}" has ${network.byteLength} bytes by the avatar, its file has ${bytes.length}: fetch it again`,
            network.uri!,
        );
    }
    return bytes;
}
