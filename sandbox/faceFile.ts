import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { type GaussianAvatar } from "babylon-gaussian-avatar";
import { ReadArkitJson, ReadLiveLinkCsv } from "babylon-gaussian-avatar/motion";

/**
 * Makes a clip of an avatar's face of a recording: CSV of Live Link Face, JSON of weights, or the first animation of a glTF
 * file that moves morph targets.
 *
 * @param file the recording
 * @param avatar whose face it is for
 * @returns a clip of the avatar
 * @throws AvatarError when it is no recording of a face
 */
export async function ReadFaceFileAsync(file: File, avatar: GaussianAvatar): Promise<AnimationGroup> {
    const { animator } = avatar;
    const name = file.name.replace(/\.[^.]*$/, "");
    if (/\.csv$/i.test(file.name)) {
        return animator.retargetFace(ReadLiveLinkCsv(await file.text(), name));
    }
    if (/\.json$/i.test(file.name)) {
        return animator.retargetFace(ReadArkitJson(await file.text(), name));
    }
    const container = await LoadAssetContainerAsync(file, avatar.getScene(), {
        pluginExtension: ".glb",
        pluginOptions: { gltf: { skipMaterials: true, animationStartMode: 0 } },
    });
    try {
        const moves = ({ targetedAnimations }: AnimationGroup): boolean =>
            targetedAnimations.some(({ animation }) => animation.targetProperty === "influence");
        const group = container.animationGroups.find(moves) ?? container.animationGroups[0];
        if (!group) {
            throw new Error(`"${file.name}" has no animation: there is no face in it that moves.`);
        }
        return animator.retargetFace(group);
    } finally {
        container.dispose();
    }
}
