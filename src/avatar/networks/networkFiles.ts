import { LoadFile } from "@babylonjs/core/Misc/fileTools.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { AvatarFormatError } from "../../format/avatarFormatError.js";
import { LoadNetworkAsync } from "../../format/loadNetwork.js";
import { type IAvatarNetwork } from "../../format/mapModel.js";

/** Gives the address of a side file, as the loader of the avatar's own file would have it. */
export type ResolveUriAsync = (uri: string) => Promise<string>;

/** Where the side files of avatars are; an asset that was made in memory has none. */
const ResolverOfAsset = new WeakMap<IAvatarAsset, ResolveUriAsync>();

/**
 * Remembers where the side files of an avatar are, so that they can be loaded when a tier is first used.
 *
 * @param asset the avatar
 * @param resolveUriAsync gives the address of a side file
 */
export function KeepSideFiles(asset: IAvatarAsset, resolveUriAsync: ResolveUriAsync): void {
    ResolverOfAsset.set(asset, resolveUriAsync);
}

const NotWanted = "nobody waits for it any more";

/**
 * Loads the bytes of a network: those in the asset, or a side file beside the avatar's, as Babylon loads files.
 *
 * @param asset the avatar
 * @param network one of its networks
 * @param signal ends the download
 * @returns the ONNX file
 * @throws AvatarFormatError `missing-buffer` when there is no such file, `truncated` when it has another length than the
 * avatar states
 */
export async function LoadNetworkBytesAsync(
    asset: IAvatarAsset,
    network: IAvatarNetwork,
    signal: AbortSignal,
): Promise<Uint8Array> {
    return await LoadNetworkAsync(network, async (uri) => {
        const fail = (why: string): AvatarFormatError =>
            new AvatarFormatError(
                "missing-buffer",
                "",
                `network "${network.name}" is a side file that could not be loaded (${why}): put it where the avatar's file says`,
                uri,
            );
        const resolveAsync = ResolverOfAsset.get(asset);
        if (!resolveAsync) {
            throw fail("the avatar was not loaded from a file");
        }
        const url = await resolveAsync(uri);
        if (signal.aborted) {
            throw fail(NotWanted);
        }
        return await new Promise((resolve, reject) => {
            const request = LoadFile(
                url,
                (data) => {
                    resolve(new Uint8Array(data as ArrayBuffer));
                },
                ({ loaded }) => {
                    if (loaded > network.byteLength) {
                        request.abort();
                        reject(fail(`it has more than the ${network.byteLength} bytes that the avatar states`));
                    }
                },
                undefined,
                true,
                (_request, error) => {
                    reject(fail(error?.message ?? "no answer"));
                },
            );
            signal.addEventListener("abort", () => {
                request.abort();
                reject(fail(NotWanted));
            });
        });
    });
}
