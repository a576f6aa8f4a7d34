import { type Scene } from "@babylonjs/core/scene.js";
import { type AvatarNetworks } from "babylon-gaussian-avatar";

/** Frames in which a first picture comes up, and a few more. */
const Fade = 12;

/**
 * Holds a still picture back until the refined picture of a head is what is seen, or turns out not to come.
 *
 * @param networks of the head; it is large enough on the screen
 * @param scene the scene
 */
export function WaitForPicture({ picture }: AvatarNetworks, scene: Scene): void {
    let frames = 0;
    scene.onAfterRenderObservable.addOnce(() => {
        scene.addPendingData(picture);
        const observer = scene.onAfterRenderObservable.add(() => {
            frames += Number(picture.size > 0);
            if (frames > Fade || picture.error) {
                observer.remove();
                scene.removePendingData(picture);
            }
        });
    });
}
