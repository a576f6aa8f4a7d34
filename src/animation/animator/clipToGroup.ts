import { Animation } from "@babylonjs/core/Animations/animation.pure.js";
import { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type IAnimationKey } from "@babylonjs/core/Animations/animationKey.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IAnimationClip, type IAnimationTrack } from "../../format/avatarAsset.js";
import { AddWeights } from "./weightsToGroup.js";

/** Frames a second of the groups made here; keys lie between frames where the motion has them there, as glTF's do. */
const FramesPerSecond = 60;

/**
 * Makes an animation group of a clip.
 *
 * @param clip the clip
 * @param nodeOf the node of a joint of the clip, or null
 * @param channels the expression channels, or null
 * @param scene scene of the nodes
 * @returns a group whose tracks all run from frame 0 to the same last one, at 60 frames a second
 */
export function ClipToGroup(
    clip: IAnimationClip,
    nodeOf: (joint: number) => TransformNode | null,
    channels: MorphTargetManager | null,
    scene: Scene,
): AnimationGroup {
    const group = new AnimationGroup(clip.name, scene);
    for (const track of clip.tracks) {
        const node = track.path === "weights" ? null : nodeOf(track.joint);
        if (track.path === "weights" && channels) {
            AddWeights(group, track, channels, FramesPerSecond);
        } else if (node) {
            group.addTargetedAnimation(TrackToAnimation(track, `${clip.name}.${node.name}`), node);
        }
    }
    if (group.targetedAnimations.length > 0) {
        group.normalize(0, group.to);
    }
    return group;
}

function TrackToAnimation({ path, times, values }: IAnimationTrack, name: string): Animation {
    const isRotation = path === "rotation";
    const animation = new Animation(
        `${name}.${path}`,
        isRotation ? "rotationQuaternion" : "position",
        FramesPerSecond,
        isRotation ? Animation.ANIMATIONTYPE_QUATERNION : Animation.ANIMATIONTYPE_VECTOR3,
        Animation.ANIMATIONLOOPMODE_CYCLE,
    );
    const keys: IAnimationKey[] = Array.from(times, (seconds, key) => ({
        frame: Math.round(seconds * FramesPerSecond * 1000) / 1000, // times are single precision
        value: isRotation ? Quaternion.FromArray(values, key * 4) : Vector3.FromArray(values, key * 3),
    }));
    animation.setKeys(keys);
    return animation;
}
