import { type SmplxJointName } from "../../format/bodyModel.js";
import { type RestRig } from "../rig/restRig.js";
import { type RigPose } from "./rigPose.js";

/**
 * A recorded motion of a rig, whatever file it came from: the rig at rest, and its pose at any time. What
 * BVH files, SMPL files, glTF clips and Babylon's animation groups all become before they are retargeted.
 */
export interface IMotion {
    /** Name of the clip. */
    readonly name: string;
    /**
     * The rig at rest, standing on the motion's ground: its bind pose where there is one, never a frame of the motion by
     * accident.
     */
    readonly rig: RestRig;
    /** Nodes that the source itself names as human bones (VRM, SMPL files). */
    readonly humanoid?: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Nodes that have moving keys of their own, where the source may hold further skeletons. */
    readonly moving?: ReadonlySet<number>;
    /** What was assumed about the source or found amiss in it, a sentence each, for reports. */
    readonly warnings?: readonly string[];
    /** Seconds from the first to the last key; 0 for a single pose. */
    readonly duration: number;
    /** Keys a second that the source was recorded or is keyed with. */
    readonly frameRate: number;

    /**
     * Poses the rig and makes no objects. Same time, same pose, in any order of calls.
     *
     * @param seconds time since the first key; earlier and later times get the first and last pose
     * @param result receives world rotations and positions of all nodes
     */
    sample(seconds: number, result: RigPose): void;
}
