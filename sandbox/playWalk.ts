import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type GaussianAvatar } from "babylon-gaussian-avatar";
import { WalkClipUrl } from "./assets.js";

/**
 * Plays the walking clip on any avatar, whatever its proportions.
 *
 * @param avatar the avatar; the clip is added to its own
 * @param scene the scene
 */
export async function PlayWalkAsync(avatar: GaussianAvatar, scene: Scene): Promise<void> {
    const container = await LoadAssetContainerAsync(WalkClipUrl, scene);
    try {
        avatar.animator.retarget(container.animationGroups[0]!, { rootMotion: "inPlace" }).start(true);
    } finally {
        container.dispose();
    }
}
