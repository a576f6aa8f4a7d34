import { type IMotion } from "../motion/motion.js";
import { type RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type BodyAdjustments } from "./bodyAdjustments.js";
import { type IContactThresholds } from "./contactDetector.js";
import { ContactTrack } from "./contactTrack.js";
import { FootPointCount } from "./footPoints.js";

/** Corrects the poses of a clip that is being made, frame by frame in order of time; see `RetargetMotion`. */
export type AdjustPose = (pose: BodyPose, seconds: number, source: RigPose) => void;

/** How adjustments work on a clip. */
export interface IBakeAdjustOptions {
    /** Where the clip begins, seconds into the motion: as in `RetargetMotion` (default: 0). */
    readonly from?: number;
    /** When a foot of the source stands (default: as on a walking person). */
    readonly contacts?: IContactThresholds;
}

/**
 * Lets adjustments work on the poses of a clip that is being made. Contacts are detected from the source beforehand, so
 * feet turn flat before they land; a source whose standing feet float above its ground is set down on it.
 *
 * @param adjustments what is adjusted; raise the weights of its parts first
 * @param body the body that is posed
 * @param motion the motion that becomes a clip
 * @param profile which of its nodes is which joint, and how it rests
 * @returns the option `adjust` of `RetargetMotion`, for one clip
 *
 * @example
 * ```ts
 * const adjustments = new BodyAdjustments(body);
 * adjustments.feet.weight = 1;
 * const adjust = AdjustWhileBaking(adjustments, body, motion, profile);
 * const clip = RetargetMotion(motion, profile, body, { adjust });
 * ```
 */
export function AdjustWhileBaking(
    adjustments: BodyAdjustments,
    body: IAvatarBody,
    motion: IMotion,
    profile: IRigProfile,
    options: IBakeAdjustOptions = {},
): AdjustPose {
    const kinematics = new BodyKinematics(body.restPositions);
    const track = new ContactTrack(motion, profile, options.contacts);
    const contacts = new Float32Array(FootPointCount);
    const from = options.from ?? 0;
    let last = 0;
    adjustments.reset();
    return (pose, seconds) => {
        track.sample(from + seconds, contacts);
        pose.pelvis[1]! -= track.float * body.legLength * Math.min(1, adjustments.feet.weight);
        adjustments.applyWithContacts(pose, kinematics, seconds, seconds - last, contacts);
        last = seconds;
    };
}
