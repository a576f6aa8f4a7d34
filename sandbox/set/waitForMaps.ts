import { type Scene } from "@babylonjs/core/scene.js";
import { type AvatarNetworks } from "babylon-gaussian-avatar";

/**
 * Holds a still picture back until the networks have seen its pose.
 *
 * @param networks of a person in it
 * @param scene the scene
 */
export function WaitForMaps(networks: AvatarNetworks, scene: Scene): void {
    const settle = (): void => {
        scene.removePendingData(networks);
    };
    // Not before the first frame: the shell waits for what is loading without drawing, and networks wait for a frame.
    scene.onAfterRenderObservable.addOnce(() => {
        scene.addPendingData(networks);
        networks.onMapsUpdatedObservable.addOnce(settle);
        networks.whenReadyAsync().then((tier) => {
            if (tier === "baked") {
                settle();
            }
        }, settle);
    });
}
