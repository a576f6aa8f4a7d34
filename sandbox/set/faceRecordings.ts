import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type GaussianAvatar } from "babylon-gaussian-avatar";
import { ReadFaceFileAsync } from "../faceFile.js";
import { ShowError } from "../notice.js";
import { type ISandboxContext } from "../sceneDefinition.js";
import { WatchDrops } from "../watchDrops.js";

/**
 * Plays what is dropped on the page, over and over, in place of the one before.
 *
 * @param avatars who play it; their channels have the same names
 * @param context of the scene
 * @param notices where errors are shown
 * @returns plays a recording as if it had been dropped
 */
export function PlayRecordings(
    avatars: readonly GaussianAvatar[],
    context: ISandboxContext,
    notices: HTMLElement,
): (file: File | Promise<File>) => Promise<void> {
    let playing: AnimationGroup[] = [];
    const openAsync = async (file: File | Promise<File>): Promise<void> => {
        notices.replaceChildren();
        try {
            const take = await file;
            const clips = await Promise.all(avatars.map(async (avatar) => await ReadFaceFileAsync(take, avatar)));
            if (avatars.some((avatar) => avatar.isDisposed())) {
                return;
            }
            for (const group of playing) {
                group.dispose();
            }
            playing = avatars.map(({ animator }, index) => {
                animator.life.weight = 0; // recorded faces have a life of their own
                return animator.play(clips[index]!);
            });
            context.clock.seek(playing, context.clock.isFrozen ? context.clock.seconds : 0);
        } catch (error) {
            ShowError(notices, error);
        }
    };
    WatchDrops(avatars[0]!.getScene(), context, (file) => void openAsync(file), { types: ".csv,.json,.glb,.vrm" });
    return openAsync;
}

/**
 * The recording that the address names, from where the page is.
 *
 * @param url relative to the page
 */
export async function FetchFileAsync(url: string): Promise<File> {
    const response = await fetch(url);
    if (!response.ok) {
        throw new Error(
            `There is no recording "${url}": the server says ${response.status}. Put it where the page is.`,
        );
    }
    return new File([await response.blob()], url.replace(/^.*\//, ""));
}
