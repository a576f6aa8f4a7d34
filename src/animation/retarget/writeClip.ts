import { type IAnimationClip, type IAvatarJoint } from "../../format/avatarAsset.js";
import { type IBodyFrames, SampleBodyFrames } from "../motion/bodyFrames.js";
import { WriteBvh } from "../motion/writeBvh.js";
import { type IWriteSmplMotionOptions, WriteSmplMotion } from "../motion/writeSmplMotion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { MeasureAvatarBody } from "../pose/measureAvatarBody.js";
import { ClipSampler } from "./clipSampler.js";

/** How often a clip is looked at for a file that holds frames. */
export interface IWriteClipOptions {
    /** Poses a second that are written (default: 60). */
    readonly frameRate?: number;
}

const DefaultFrameRate = 60;

/**
 * Writes a clip of an avatar as SMPL-X parameters in the layout of the AMASS archive (`.npz`).
 *
 * @param clip the clip: of `avatar.animator.bakeClip`, of an avatar file, or of {@link RetargetMotion}
 * @param joints the avatar's joints at rest, `avatar.asset.joints`
 * @returns the file; the same motion makes the same bytes
 * @throws {@link MotionFileError} `too-large`
 *
 * @example
 * ```ts
 * const bytes = WriteMotionNpz(avatar.animator.bakeClip(walk), avatar.asset.joints, { frameRate: 30 });
 * ```
 */
export function WriteMotionNpz(
    clip: IAnimationClip,
    joints: readonly IAvatarJoint[],
    { frameRate, ...options }: IWriteClipOptions & IWriteSmplMotionOptions = {},
): Uint8Array {
    return WriteSmplMotion(FramesOf(clip, MeasureAvatarBody(joints), frameRate), options);
}

/**
 * Writes a clip of an avatar as BVH on the 55 SMPL-X joints: centimetres, y up, facing +z.
 *
 * @param clip the clip
 * @param joints the avatar's joints at rest, `avatar.asset.joints`
 * @returns the text of the file
 * @throws {@link MotionFileError} `too-large`
 */
export function WriteMotionBvh(
    clip: IAnimationClip,
    joints: readonly IAvatarJoint[],
    { frameRate }: IWriteClipOptions = {},
): string {
    const body = MeasureAvatarBody(joints);
    return WriteBvh(FramesOf(clip, body, frameRate), body);
}

function FramesOf(clip: IAnimationClip, body: IAvatarBody, frameRate = DefaultFrameRate): IBodyFrames {
    return SampleBodyFrames(new ClipSampler(clip, body), frameRate);
}
