import { type IFootMetrics } from "../adjust/footMetrics.js";
import { type IStatistics } from "./errorStatistics.js";

/** Parts of the body that errors are told apart by. */
export type BodyGroup = "torso" | "head" | "arms" | "hands" | "fingers" | "legs" | "feet";

/** All parts, from the trunk outwards. */
export const BodyGroups: readonly BodyGroup[] = ["torso", "head", "arms", "hands", "fingers", "legs", "feet"];

/**
 * How well a clip repeats the motion it was made of. Frames are compared at the same time: a pose is made of the source's pose
 * of that moment alone, so there is no lag to be measured.
 *
 * For positions both bodies are turned into canonical axes, scaled evenly so that their legs are 0.85 m long, and laid on
 * each other with the mid-points of their hip joints in every frame; nothing else is aligned.
 */
export interface IRetargetReport {
    /** Number of frames that were compared. */
    readonly frameCount: number;
    /**
     * Angle between the directions of bones of source and body, degrees, whatever their roll. Directions are where a segment
     * points that lies along the T-pose's when the T-pose is taken; those of limbs and fingers of sources that are not of
     * the SMPL family are the lines between their joints.
     */
    readonly directionDegrees: Readonly<Record<BodyGroup, IStatistics>>;
    /**
     * Angle between the rotations of source and body since the T-pose, roll included, degrees; the T-pose is that of the rig's
     * own calibration unless a reference was given, see `MeasureRetarget`.
     */
    readonly orientationDegrees: Readonly<Record<BodyGroup, IStatistics>>;
    /**
     * Distance between a joint of the source and the same joint of the body, millimetres (normalised MPJPE), over hips, knees,
     * ankles, toe joints, shoulders, elbows, wrists, neck and head. Holds differences of build: a source with broader
     * shoulders is that far off in any pose.
     */
    readonly jointMillimetres: IStatistics;
    /**
     * The same distance after every bone of the source, from the hips outwards, has been given the length of the body's and
     * kept its direction, millimetres. Differences of length are gone; what is left are directions: errors of limbs, and
     * what trunk and shoulders of two skeletons are like at rest.
     */
    readonly poseMillimetres: IStatistics;
    /** Mean squared distance of joints, as in `jointMillimetres`, over the squared height of the body (normalised MSE). */
    readonly meanSquaredError: number;
    /** Distance of hands and feet as seen from shoulders and hips, each limb scaled to length 1: a share of that length. */
    readonly endEffectorShare: IStatistics;
    /** Mean third difference of joint positions of the body over the source's: 1 is as smooth as the source. */
    readonly jerkRatio: number;
    /** By how much the largest turn of a joint from frame to frame exceeds the source's about the same time, degrees. */
    readonly discontinuityDegrees: number;
    /** How the body's feet stand while the source's do; ground at y = 0 of avatar space. */
    readonly feet: IFootMetrics;
    /**
     * Horizontal speed of the source's own feet over the same contacts, cm/s at the size of the body: what `feet.slideMean`
     * is to be compared with, as a source that slides makes a body that slides.
     */
    readonly sourceSlide: IStatistics;
}
