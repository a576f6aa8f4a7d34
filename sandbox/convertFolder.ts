import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { ShowProgressCard } from "./progressCard.js";

/** What the stages of the converter are called on the card. */
const StageTitles = {
    read: "Reading the subject",
    projection: "Finding what poses have in common",
    networks: "Building the networks",
    evaluate: "Running them once",
    done: "Done",
} as const;

/**
 * Converts a subject of Animatable Gaussians with its checkpoint in the page, with a progress bar and a button to stop. The
 * converter is fetched on first use.
 *
 * @param files of the folder by their paths, `net.pt` among them
 * @param overlay where the progress is shown
 * @param abort stops the work; the button does it too
 * @param scene whose graphics device runs the networks
 * @returns bytes of the avatar file
 * @throws the signal's reason when it was stopped; `ConvertError` and `CheckpointError` when the folder cannot be converted
 */
export async function ConvertFolderAsync(
    files: ReadonlyMap<string, File>,
    overlay: HTMLElement,
    abort: AbortController,
    scene: Scene,
): Promise<Uint8Array> {
    const show = ShowProgressCard(overlay, "Converting a body", abort);
    const { ConvertAnimatableGaussiansAsync, FolderOfFiles, WriteAvatar } =
        await import("babylon-gaussian-avatar/convert");
    const [name = "body"] = [...files.keys()][0]?.split("/") ?? [];
    const asset = await ConvertAnimatableGaussiansAsync(FolderOfFiles(files, name), {
        name,
        device: (scene.getEngine() as WebGPUEngine)._device,
        signal: abort.signal,
        onProgress: ({ stage, done }) => {
            show(StageTitles[stage], done);
        },
    });
    abort.signal.throwIfAborted();
    return WriteAvatar(asset);
}
