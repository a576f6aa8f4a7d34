/** What becomes of the way that a source travels: all of it goes into the pose, or it stays where it is and walks on the spot. */
export type RootMotionMode = "full" | "inPlace";

/**
 * How spines of different length carry over when the numbers of bones differ: bending spreads along the length
 * (`interpolate`), or joints follow the bones that were found for them and no others (`oneToOne`). Spines of the same
 * number of bones always carry over one to one.
 */
export type SpineMode = "interpolate" | "oneToOne";

/** How poses of a rig become poses of a body. */
export interface IRetargetOptions {
    /** Where travel goes (default: `full`). */
    readonly rootMotion?: RootMotionMode;
    /** How spines of other lengths carry over (default: `interpolate`). */
    readonly spine?: SpineMode;
    /** Metres of horizontal travel for one unit of the source's (default: by the length of the legs). */
    readonly horizontalScale?: number;
    /** Metres of vertical movement for one unit of the source's (default: by the length of the legs). */
    readonly verticalScale?: number;
    /** How far fingers close that the source does not move: 0 relaxed .. 1 fist (default: 0). */
    readonly grip?: number;
    /**
     * Share of the turn of the hand about the forearm that moves into the elbow joint, 0..1, so that the skin of the wrist is
     * not wrung. The hand itself stays as it is. (default: 0.5 when the source has twist helpers in the forearm, else 0)
     */
    readonly forearmTwist?: number;
}
