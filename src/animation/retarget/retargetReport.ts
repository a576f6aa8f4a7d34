import { type IStatistics } from "./errorStatistics.js";

/** Parts of the body that errors are told apart by. */
export type BodyGroup = "torso" | "head" | "arms" | "hands" | "fingers" | "legs" | "feet";

/** All parts, from the trunk outwards. */
export const BodyGroups: readonly BodyGroup[] = ["torso", "head", "arms", "hands", "fingers", "legs", "feet"];

/**
 * How well a clip repeats the motion it was made of. Both bodies are compared in canonical axes, scaled to legs of 0.85 m and
 * with their hips in the same place.
 */
export interface IRetargetReport {
    /** Number of frames that were compared. */
    readonly frameCount: number;
    /** Angle between bones of source and body, degrees. */
    readonly directionDegrees: Readonly<Record<BodyGroup, IStatistics>>;
    /** Angle between the rotations of source and body since the T-pose, roll included, degrees. */
    readonly orientationDegrees: Readonly<Record<BodyGroup, IStatistics>>;
    /** Distance of joints of source and body (normalised MPJPE), millimetres. */
    readonly jointMillimetres: IStatistics;
    /** The same, the source having bones as long as the body's: what is left is pose, not build. */
    readonly poseMillimetres: IStatistics;
    /** Mean squared distance of joints over the squared height of the body (normalised MSE). */
    readonly meanSquaredError: number;
    /** Distance of hands and feet as seen from shoulders and hips, as a share of the limb's length. */
    readonly endEffectorShare: IStatistics;
    /** Mean third difference of joint positions of the body over the source's: 1 is as smooth as the source. */
    readonly jerkRatio: number;
    /** By how much the largest turn of a joint from frame to frame exceeds the source's about the same time, degrees. */
    readonly discontinuityDegrees: number;
}
