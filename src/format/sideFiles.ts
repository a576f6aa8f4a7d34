import { AvatarFormatError } from "./avatarFormatError.js";
import { type IGltf } from "./gltfJson.js";
import { MaxParallelLoads, MaxSideFiles } from "./limits.js";
import { IsDataUri, RequireSafeUri } from "./safeUri.js";

/** Loads a side file of a `.gltf`. */
export type LoadUriAsync = (uri: string) => Promise<Uint8Array>;

/** Gives each URI to one taker; ends for all when one of them fails. */
function* QueueOf(uris: Iterable<string>): Generator<string, void> {
    yield* uris;
}

/**
 * Loads the side files behind some buffer views, each once and few at a time. After a failure no further one is asked for.
 *
 * @param gltf the checked document
 * @param views buffer views that are wanted
 * @param loadUriAsync gives the bytes of a file
 * @returns the bytes by decoded URI
 * @throws {@link AvatarFormatError} `unsafe-uri` or `too-large`, and whatever `loadUriAsync` throws
 */
export async function LoadSideFilesAsync(
    gltf: IGltf,
    views: readonly number[],
    loadUriAsync: LoadUriAsync,
): Promise<Map<string, Uint8Array>> {
    const uris = new Set<string>();
    for (const buffer of new Set(views.map((view) => gltf.bufferViews[view]!.buffer))) {
        const uri = gltf.buffers[buffer]?.uri;
        if (uri !== undefined && !IsDataUri(uri)) {
            uris.add(RequireSafeUri(uri, `/buffers/${buffer}/uri`));
        }
    }
    if (uris.size > MaxSideFiles) {
        throw new AvatarFormatError(
            "too-large",
            "/buffers",
            `${uris.size} side files, at most ${MaxSideFiles} are read: pack them into one`,
        );
    }
    const files = new Map<string, Uint8Array>();
    const queue = QueueOf(uris);
    const takeAsync = async (): Promise<void> => {
        for (const uri of queue) {
            // eslint-disable-next-line no-await-in-loop -- one taker loads one file after the other
            files.set(uri, await loadUriAsync(uri));
        }
    };
    await Promise.all(Array.from({ length: MaxParallelLoads }, takeAsync));
    return files;
}
