import { type RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type BodyAdjustments } from "./bodyAdjustments.js";
import { SourceFeet } from "./sourceFeet.js";

/** Corrects the poses of a clip that is being made, frame by frame in order of time; see `RetargetMotion`. */
export type AdjustPose = (pose: BodyPose, seconds: number, source: RigPose) => void;

/**
 * Lets adjustments work on the poses of a clip that is being made. Contacts are detected from the source.
 *
 * @param adjustments what is adjusted; raise the weights of its parts first
 * @param body the body that is posed
 * @param rig the source at rest
 * @param profile which of its nodes is which joint, and how it rests
 * @returns the option `adjust` of `RetargetMotion`, for one clip
 *
 * @example
 * ```ts
 * const adjustments = new BodyAdjustments(body);
 * adjustments.feet.weight = 1;
 * const adjust = AdjustWhileBaking(adjustments, body, motion.rig, profile);
 * const clip = RetargetMotion(motion, profile, body, { adjust });
 * ```
 */
export function AdjustWhileBaking(
    adjustments: BodyAdjustments,
    body: IAvatarBody,
    rig: RestRig,
    profile: IRigProfile,
): AdjustPose {
    const kinematics = new BodyKinematics(body.restPositions);
    const feet = new SourceFeet(rig, profile);
    let last = 0;
    adjustments.reset();
    return (pose, seconds, source) => {
        feet.update(source);
        adjustments.apply(pose, kinematics, seconds, seconds - last, feet);
        last = seconds;
    };
}
