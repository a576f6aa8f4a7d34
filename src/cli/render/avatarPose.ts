import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { ClipFrame } from "./clipFrame.js";
import { type IMotion } from "../../animation/motion/motion.js";
import { RigPose } from "../../animation/motion/rigPose.js";
import { BodyPose } from "../../animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../animation/pose/measureAvatarBody.js";
import { Retargeter } from "../../animation/retarget/retargeter.js";
import { type IRigProfile } from "../../animation/rig/rigProfile.js";
import { type GaussianAvatar } from "../../avatar/gaussianAvatar.js";
import { type IAvatarAsset, type IAvatarJoint } from "../../format/avatarAsset.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { CliError } from "../cliError.js";

/** Of groups without animations, for which it does not matter. */
const DefaultFramesPerSecond = 60;

/** Poses an avatar at a point of time, seconds. */
export type PoseAt = (seconds: number) => void;

/**
 * Refuses a clip that an avatar does not have.
 *
 * @param asset the avatar
 * @param name name of the clip
 * @throws {@link CliError} `no-such-clip`
 */
export function RequireClip(asset: IAvatarAsset, name: string): void {
    const names = asset.animations.map((clip) => clip.name);
    if (!names.includes(name)) {
        const found =
            names.length === 0 ? "The avatar has no clips" : `The clips of the avatar are ${names.join(", ")}`;
        throw new CliError("no-such-clip", `There is no clip "${name}". ${found}.`);
    }
}

/**
 * Poses an avatar by one of its own clips, which is repeated.
 *
 * @param avatar the avatar
 * @param name name of the clip
 * @returns the function that poses it
 */
export function PoseByClip(avatar: GaussianAvatar, name: string): PoseAt {
    const group = avatar.animationGroups.find((candidate) => candidate.name === name);
    if (!group) {
        // A clip without a single track is no group: it moves nothing.
        return () => undefined;
    }
    // A group has animatables to move only while it runs.
    group.start(true);
    group.pause();
    const framesPerSecond = group.targetedAnimations[0]?.animation.framePerSecond ?? DefaultFramesPerSecond;
    return (seconds) => {
        group.goToFrame(ClipFrame(seconds, framesPerSecond, group.from, group.to));
    };
}

/**
 * Poses an avatar by a motion of any humanoid rig, which is not repeated: its last pose stays. Joints that the avatar lacks
 * are left out, and it stands on the ground however tall the rig is.
 *
 * @param avatar the avatar
 * @param joints its joints at rest
 * @param motion the motion
 * @param profile how the rig of the motion was understood
 * @returns the function that poses it
 */
export function PoseByMotion(
    avatar: GaussianAvatar,
    joints: readonly IAvatarJoint[],
    motion: IMotion,
    profile: IRigProfile,
): PoseAt {
    const body = MeasureAvatarBody(joints);
    const retargeter = new Retargeter(motion.rig, profile, body);
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    const nodes = SmplxJointNames.map((name) => avatar.getJoint(name));
    return (seconds) => {
        motion.sample(seconds, source);
        retargeter.reset();
        retargeter.solve(source, pose);
        nodes.forEach((node, joint) => {
            if (node) {
                node.rotationQuaternion = Quaternion.FromArray(pose.rotations, joint * 4);
            }
        });
        nodes[0]?.position.copyFrom(Vector3.FromArray(pose.pelvis).subtract(Vector3.FromArray(body.origin)));
    };
}
