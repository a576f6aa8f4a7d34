import { BodyJointCount, BodyPose } from "../pose/bodyPose.js";
import { RequireMotionSize } from "./motionLimits.js";

/** Poses of a body at equal distances in time, as motion files hold them. */
export interface IBodyFrames {
    /** Number of frames, T ≥ 1. */
    readonly frameCount: number;
    /** Frames a second. */
    readonly frameRate: number;
    /** [T,55,4] local rotations xyzw in SMPL-X order. */
    readonly rotations: Float64Array;
    /** [T,3] positions of the pelvis joint, metres; the ground is y = 0. */
    readonly pelvis: Float64Array;
}

/** Poses of a body over time, for example a `ClipSampler`. */
export interface IBodyMotion {
    /** Seconds. */
    readonly duration: number;
    /** Poses the body; times are clamped. */
    sample(seconds: number, result: BodyPose): void;
}

/** Numbers of a frame. */
const Width = BodyJointCount * 4 + 3;

/**
 * Samples a motion of a body.
 *
 * @param motion the motion
 * @param frameRate frames a second
 * @returns the frames; the last one is the last that lies within the motion
 * @throws {@link MotionFileError} `too-large`
 */
export function SampleBodyFrames(motion: IBodyMotion, frameRate: number): IBodyFrames {
    // A hundredth of a frame is rounding of the duration.
    const frameCount = Math.floor(motion.duration * frameRate + 0.01) + 1;
    RequireMotionSize(frameCount, Width, "The motion");
    const rotations = new Float64Array(frameCount * BodyJointCount * 4);
    const pelvis = new Float64Array(frameCount * 3);
    const pose = new BodyPose();
    for (let frame = 0; frame < frameCount; frame++) {
        motion.sample(frame / frameRate, pose);
        rotations.set(pose.rotations, frame * BodyJointCount * 4);
        pelvis.set(pose.pelvis, frame * 3);
    }
    return { frameCount, frameRate, rotations, pelvis };
}
