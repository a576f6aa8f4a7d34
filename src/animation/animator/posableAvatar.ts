import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type SmplxJointName } from "../../format/bodyModel.js";

/** What the animator needs of an avatar; `GaussianAvatar` is one. */
export interface IPosableAvatar extends TransformNode {
    /** The avatar's data: joints at rest, and the Gaussians that soles are measured from. */
    readonly asset: IAvatarAsset;

    /** The expression channels, in the order of the asset's morph targets. */
    readonly morphTargetManager: MorphTargetManager | null;

    /** Clips on the avatar's joints. */
    readonly animationGroups: readonly AnimationGroup[];

    /**
     * The transform node of a joint.
     *
     * @param name SMPL-X name of the joint
     * @returns the node, or null when the avatar has no such joint
     */
    getJoint(name: SmplxJointName): TransformNode | null;

    /**
     * Adds a clip that plays on the avatar's joints: it is copied with the avatar, and disposed with it.
     *
     * @param group the clip
     * @internal
     */
    _ownClip(group: AnimationGroup): void;
}
