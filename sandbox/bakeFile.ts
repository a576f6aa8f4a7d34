import { ShowProgressCard } from "./progressCard.js";

/** What the stages of the baker are called on the card. */
const StageTitles = {
    read: "Reading the character",
    pose: "Finding the skeleton",
    sample: "Covering the surface with Gaussians",
    clips: "Carrying over clips",
    done: "Done",
} as const;

/**
 * Bakes a character in the page, with a progress bar and a button to stop. The baker is fetched on first use.
 *
 * @param file a rigged `.glb` or `.vrm`
 * @param splats how many Gaussians to make
 * @param overlay where the progress is shown
 * @param abort stops the work; the button does it too
 * @returns bytes of the avatar file
 * @throws the signal's reason when it was stopped; `AvatarBakeError` or `RigError` when the file cannot be baked
 */
export async function BakeFileAsync(
    file: File,
    splats: number,
    overlay: HTMLElement,
    abort: AbortController,
): Promise<Uint8Array> {
    abort.signal.throwIfAborted();
    const show = ShowProgressCard(overlay, `Baking ${file.name}`, abort);
    const { BakeAvatarAsync, DecodeImageInBrowserAsync, WriteAvatar } = await import("babylon-gaussian-avatar/convert");
    const asset = await BakeAvatarAsync(new Uint8Array(await file.arrayBuffer()), {
        name: file.name.replace(/\.\w+$/, ""),
        splats,
        decodeImage: DecodeImageInBrowserAsync,
        signal: abort.signal,
        onProgress: ({ stage, done }) => {
            show(StageTitles[stage], done);
        },
    });
    abort.signal.throwIfAborted();
    return WriteAvatar(asset);
}
