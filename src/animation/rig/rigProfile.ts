import { type IRigCalibration } from "./calibrateRig.js";
import { type IRigMapping } from "./mapRig.js";

/**
 * All that retargeting needs to know of a rig: which node is which joint, and how the rig's rest pose differs from the
 * canonical T-pose. Made once a rig.
 */
export interface IRigProfile {
    /** Which node plays which joint. */
    readonly mapping: IRigMapping;
    /** How the rig rests. */
    readonly calibration: IRigCalibration;
}
