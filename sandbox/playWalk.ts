import { type Animation } from "@babylonjs/core/Animations/animation.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { type Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type GaussianAvatar, type SmplxJointName } from "babylon-gaussian-avatar";
import { WalkClipUrl } from "./assets.js";

/** Key of a track of positions. */
interface ITrackKey {
    readonly frame: number;
    readonly value: Vector3;
}

/**
 * Plays the walking clip on any avatar: its joints have the same names on everybody, and identity at rest, so that the
 * rotations fit as they are. Only the height of the hips is the walker's own, and is brought to the avatar's size.
 *
 * @param avatar the avatar; the clip is added to its own
 * @param scene the scene
 */
export async function PlayWalkAsync(avatar: GaussianAvatar, scene: Scene): Promise<void> {
    const container = await LoadAssetContainerAsync(WalkClipUrl, scene);
    try {
        const [walk] = container.animationGroups;
        if (!walk) {
            throw new Error(`${WalkClipUrl} holds no clip`);
        }
        const group = walk.clone("walk", (joint: TransformNode) => avatar.getJoint(joint.name as SmplxJointName));
        const pelvis = avatar.getJoint("pelvis");
        for (const { target, animation } of group.targetedAnimations) {
            if (pelvis && target === pelvis && animation.targetProperty === "position") {
                ScalePositions(animation, pelvis.position.y);
            }
        }
        avatar.animationGroups.push(group);
        group.start(true);
    } finally {
        container.dispose();
    }
}

/** Scales a track of positions so that it begins at a height, metres. */
function ScalePositions(animation: Animation, height: number): void {
    const keys = animation.getKeys() as ITrackKey[];
    const scale = height / (keys[0]?.value.y ?? height);
    animation.setKeys(keys.map((key) => ({ ...key, value: key.value.scale(scale) })));
}
