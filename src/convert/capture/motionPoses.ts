import { type IMotion } from "../../animation/motion/motion.js";
import { RigPose } from "../../animation/motion/rigPose.js";
import { BodyPose } from "../../animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../animation/pose/measureAvatarBody.js";
import { type IAvatarBody } from "../../animation/pose/avatarBody.js";
import { Retargeter } from "../../animation/retarget/retargeter.js";
import { type IRigProfile } from "../../animation/rig/rigProfile.js";
import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { InverseMultiplyPacked } from "../../math/packedQuaternion.js";
import { YawPacked } from "../../math/packedRotation.js";
import { type CaptureSplit } from "./cameraPlacement.js";

/** Poses a second that are looked at; most of them of one motion. */
const CandidateRate = 10;
const MaxCandidates = 1500;

/** Length of the stretches of a motion that are trained on or held out as a whole, seconds. */
const BlockSeconds = 2;

/** Time on either side of the border of two stretches that no pose is taken from, seconds. */
const GapSeconds = 0.25;

/** A recorded motion to take poses from. */
export interface IPlanMotion {
    /** Name, as `capture.json` tells it. */
    readonly name: string;
    /** The motion. */
    readonly motion: IMotion;
    /** How its rig was understood. */
    readonly profile: IRigProfile;
}

/** A pose of a motion. */
export interface IMotionPose {
    /** Name of the motion and time. */
    readonly source: string;
    /** Split of its stretch. */
    readonly split: CaptureSplit;
    /** [55,4] local rotations; the root's without its turn about the vertical. */
    readonly rotations: Float32Array;
    /** Height of the pelvis above its place at rest, metres. */
    readonly lift: number;
}

/**
 * Poses of a motion on a subject, evenly in time. Stretches of two seconds are held out as a whole: frames beside each other
 * are nearly the same, and a measure that sees one of two such frames in training measures memory.
 *
 * @param plan the motion
 * @param restJoints [55,3] joints of the subject at rest, metres
 * @param heldOutShare share of the stretches to hold out; a motion of a single stretch is all for training
 */
export function ReadMotionPoses(plan: IPlanMotion, restJoints: Float32Array, heldOutShare: number): IMotionPose[] {
    const { motion, profile, name } = plan;
    const body = BodyAt(restJoints);
    const retargeter = new Retargeter(motion.rig, profile, body, { rootMotion: "inPlace" });
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    const count = Math.min(MaxCandidates, Math.floor(motion.duration * CandidateRate) + 1);
    const blocks = Math.max(1, Math.floor(motion.duration / BlockSeconds));
    const length = motion.duration / blocks;
    const poses: IMotionPose[] = [];
    for (let i = 0; i < count; i++) {
        const seconds = count > 1 ? (motion.duration * i) / (count - 1) : 0;
        const block = Math.min(blocks - 1, Math.floor(seconds / Math.max(length, 1e-9)));
        const split = SplitOf(block, blocks, heldOutShare);
        if (IsNearBorder(seconds, block, blocks, length, heldOutShare)) {
            continue;
        }
        motion.sample(seconds, source);
        // Poses are taken out of their order, so none may depend on the one before.
        retargeter.reset();
        retargeter.solve(source, pose);
        poses.push({
            source: `${name} ${seconds.toFixed(2)} s`,
            split,
            rotations: WithoutYaw(pose.rotations),
            lift: pose.pelvis[1]! - restJoints[1]!,
        });
    }
    return poses;
}

/** Held-out stretches are spread evenly, none of them the first. */
function SplitOf(block: number, blocks: number, heldOutShare: number): CaptureSplit {
    if (blocks < 2 || heldOutShare <= 0) {
        return "train";
    }
    const period = Math.max(2, Math.min(blocks, Math.round(1 / heldOutShare)));
    return block % period === Math.floor(period / 2) ? "heldOut" : "train";
}

function IsNearBorder(seconds: number, block: number, blocks: number, length: number, heldOutShare: number): boolean {
    const split = SplitOf(block, blocks, heldOutShare);
    const differs = (other: number): boolean =>
        other >= 0 && other < blocks && SplitOf(other, blocks, heldOutShare) !== split;
    const [begin, end] = [block * length, (block + 1) * length];
    return (differs(block - 1) && seconds - begin < GapSeconds) || (differs(block + 1) && end - seconds < GapSeconds);
}

function WithoutYaw(rotations: Float64Array): Float32Array {
    const upright = new Float64Array(8);
    YawPacked(rotations, 0, upright, 0);
    InverseMultiplyPacked(upright, 0, rotations, 0, upright, 4);
    const result = Float32Array.from(rotations);
    result.set(upright.subarray(4), 0);
    return result;
}

function BodyAt(restJoints: Float32Array): IAvatarBody {
    return MeasureAvatarBody(
        SmplxJointNames.map((name, j) => {
            const parent = SmplxJointParents[j]!;
            const offset = (i: number): number =>
                restJoints[j * 3 + i]! - (parent < 0 ? 0 : restJoints[parent * 3 + i]!);
            return {
                name,
                smplx: name,
                parent,
                translation: [offset(0), offset(1), offset(2)] as const,
                rotation: [0, 0, 0, 1] as const,
            };
        }),
    );
}
