import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { ClipFrame } from "./clipFrame.js";
import { type ISmplMotion } from "../../animation/motion/smplMotion.js";
import { type GaussianAvatar } from "../../avatar/gaussianAvatar.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
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
 * Poses an avatar by a motion of the SMPL family, which is not repeated: its last frame stays. Joints that the motion or
 * the avatar lacks keep their rest rotation.
 *
 * @param avatar the avatar
 * @param motion the motion
 * @param isZUp whether the motion's world has z up, as mocap archives have (default: false, y up)
 * @returns the function that poses it; between frames the nearest is taken
 */
export function PoseByMotion(avatar: GaussianAvatar, motion: ISmplMotion, isZUp = false): PoseAt {
    const { frameCount, frameRate, joints, rotations, translations } = motion;
    const nodes = joints.map((joint) => avatar.getJoint(joint));
    const pelvis = avatar.getJoint("pelvis");
    const rest = pelvis?.position.clone() ?? Vector3.Zero();
    const upright = isZUp ? Quaternion.RotationAxis(Vector3.Right(), -Math.PI / 2) : Quaternion.Identity();
    return (seconds) => {
        const frame = Math.min(frameCount - 1, Math.max(0, Math.round(seconds * frameRate)));
        nodes.forEach((node, index) => {
            if (node) {
                const turn = AxisAngle(rotations, (frame * joints.length + index) * 3);
                node.rotationQuaternion = node === pelvis ? upright.multiply(turn) : turn;
            }
        });
        // The body model turns about the pelvis, so the pelvis is at rest + offset in the motion's own world.
        const position = rest.add(Vector3.FromArray(translations, frame * 3));
        pelvis?.position.copyFrom(position.applyRotationQuaternion(upright));
    };
}

function AxisAngle(values: Float64Array, offset: number): Quaternion {
    const vector = Vector3.FromArray(values, offset);
    const angle = vector.length();
    return angle < 1e-12 ? Quaternion.Identity() : Quaternion.RotationAxis(vector, angle);
}
