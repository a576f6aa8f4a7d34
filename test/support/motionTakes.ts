import { readFileSync } from "node:fs";
import { ReadBvh } from "../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../src/animation/motion/bvhMotion.js";
import { type IMotion } from "../../src/animation/motion/motion.js";
import { type IAvatarBody } from "../../src/animation/pose/avatarBody.js";
import { MeasureAvatarBody } from "../../src/animation/pose/measureAvatarBody.js";
import { CalibrateRig } from "../../src/animation/rig/calibrateRig.js";
import { GenericSkeleton } from "../../src/animation/rig/genericSkeleton.js";
import { MapRig } from "../../src/animation/rig/mapRig.js";
import { type IRigProfile } from "../../src/animation/rig/rigProfile.js";
import { type IAvatarJoint } from "../../src/format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import { SubtractVector3, type Vector3Tuple } from "../../src/math/vector3.js";

/** Folder of recorded motions; not part of the repository. */
export const MotionFolder = new URL("../../../shared/data/motion/", import.meta.url);

/** A recorded motion and what is known of its rig. */
export interface ITake {
    /** The motion. */
    readonly motion: IMotion;
    /** How its rig is understood. */
    readonly profile: IRigProfile;
}

/** Reads a recorded motion. */
export function ReadTake(file: string): ITake {
    return TakeOf(file, readFileSync(new URL(file, MotionFolder), "utf8"));
}

/** Understands the text of a BVH file. */
export function TakeOf(name: string, text: string): ITake {
    const motion = CreateBvhMotion(name, ReadBvh(text));
    const mapping = MapRig(motion.rig);
    return { motion, profile: { mapping, calibration: CalibrateRig(motion.rig, mapping) } };
}

/** SMPL-X joints at given rest positions. */
export function JointsAt(positions: readonly Vector3Tuple[]): IAvatarJoint[] {
    return SmplxJointNames.map((name, j) => {
        const parent = SmplxJointParents[j]!;
        const translation = parent < 0 ? positions[j]! : SubtractVector3(positions[j]!, positions[parent]!);
        return { name, smplx: name, parent, translation, rotation: [0, 0, 0, 1] };
    });
}

/** The generic adult. */
export const GenericBody: IAvatarBody = MeasureAvatarBody(JointsAt(GenericSkeleton));

/** The generic adult with long thighs and short shins, 1.2 : 1. */
export const LongThighBody: IAvatarBody = MeasureAvatarBody(
    JointsAt(
        GenericSkeleton.map(([x, y, z], j): Vector3Tuple => [x, SmplxJointNames[j]!.endsWith("knee") ? 0.434 : y, z]),
    ),
);
