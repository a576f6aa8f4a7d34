import { type IMotion } from "../../animation/motion/motion.js";
import { type IAvatarBody } from "../../animation/pose/avatarBody.js";
import { MeasureRetarget } from "../../animation/retarget/measureRetarget.js";
import { type IRetargetReport } from "../../animation/retarget/retargetReport.js";
import { SerializeRigProfile, type IRigProfileFile } from "../../animation/rig/rigProfileFile.js";
import { type IRigProfile } from "../../animation/rig/rigProfile.js";
import { type IAnimationClip } from "../../format/avatarAsset.js";
import { type SmplxJointName } from "../../format/bodyModel.js";

/** Everything there is to know of a clip that was retargeted, as JSON. */
export interface IMotionReport {
    /** The clip. */
    readonly clip: { readonly name: string; readonly seconds: number; readonly framesPerSecond: number };
    /** How the source was understood: what was recognised, how sure, which node is which joint (the format of `--rig`). */
    readonly rig: {
        readonly template: string;
        readonly isSmpl: boolean;
        readonly confidence: number;
        readonly jointConfidence: Readonly<Partial<Record<SmplxJointName, number>>>;
        readonly map: IRigProfileFile;
    };
    /** What was assumed or found amiss. */
    readonly warnings: readonly string[];
    /** How well the clip repeats the source, and how well its feet stand. */
    readonly metrics: IRetargetReport;
}

/** A motion, the body it was put on, and the clip that came of it. */
export interface IRetargeted {
    /** The source. */
    readonly motion: IMotion;
    /** How its rig was understood. */
    readonly profile: IRigProfile;
    /** The body that moves. */
    readonly body: IAvatarBody;
    /** The clip on its joints. */
    readonly clip: IAnimationClip;
    /** Frames a second. */
    readonly frameRate: number;
    /** What was assumed or found amiss. */
    readonly warnings: readonly string[];
}

/**
 * Measures a retargeted clip.
 *
 * @param retargeted the clip and what it was made of
 * @returns mapping, warnings and figures
 */
export function MeasureMotion(retargeted: IRetargeted): IMotionReport {
    const { motion, profile, body, clip, frameRate, warnings } = retargeted;
    const { template, confidence, jointConfidence } = profile.mapping;
    return {
        clip: { name: clip.name, seconds: motion.duration, framesPerSecond: frameRate },
        rig: {
            template,
            isSmpl: profile.calibration.isSmpl,
            confidence,
            jointConfidence,
            map: SerializeRigProfile(motion.name, motion.rig, profile),
        },
        warnings,
        metrics: MeasureRetarget(motion, profile, body, clip, { frameRate }),
    };
}
