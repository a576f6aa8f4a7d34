import { Animation } from "@babylonjs/core/Animations/animation.js";
import { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { Degrees } from "./avatarInScene.js";
import { Step } from "./babylonScenes.js";

/** A clip of one second in which joints turn about x, from `from` to `to` degrees. */
export function Clip(
    avatar: GaussianAvatar,
    name: string,
    joints: readonly SmplxJointName[],
    from: number,
    to = from,
): AnimationGroup {
    const group = new AnimationGroup(name, avatar.getScene());
    for (const joint of joints) {
        const animation = new Animation(joint, "rotationQuaternion", 60, Animation.ANIMATIONTYPE_QUATERNION, 1);
        const value = (degrees: number): Quaternion =>
            Quaternion.RotationAxis(Vector3.Right(), (degrees * Math.PI) / 180);
        animation.setKeys([
            { frame: 0, value: value(from) },
            { frame: 60, value: value(to) },
        ]);
        group.addTargetedAnimation(animation, avatar.getJoint(joint)!);
    }
    avatar._ownClip(group);
    return group;
}

/** Degrees by which a joint is turned. */
export function Turn(avatar: GaussianAvatar, joint: SmplxJointName): number {
    return Degrees(avatar.getJoint(joint)!.rotationQuaternion!, Quaternion.Identity());
}

/** Joints of all parts of a body. */
export const Body: readonly SmplxJointName[] = ["left_hip", "spine1", "left_shoulder", "head"];

/** Steps of 1/60 s. */
export function Run(avatar: GaussianAvatar, seconds: number): void {
    for (let step = 0; step < Math.round(seconds * 60); step++) {
        Step(avatar.getScene(), 1 / 60);
    }
}
