import { type IAvatarBody } from "../pose/avatarBody.js";
import { type FollowSource, type IFollowOptions, type RigSource } from "./animatorOptions.js";
import { type DescribedRigs } from "./describedRigs.js";
import { LiveRig } from "./liveRig.js";
import { AnimatorError, type RigTarget } from "./rigNodes.js";
import { RigOf } from "./rigOfSource.js";
import { RigPoseSource } from "./rigPoseSource.js";

/**
 * Makes a live rig a source of poses.
 *
 * @param source the rig
 * @param own joints of the avatar that follows
 * @param body the same avatar, measured
 * @param described what is known of rigs
 * @param options how rotations carry over
 * @param onWarnings told what was assumed, with the name of the rig
 * @throws AnimatorError, RigError, RetargetError
 */
export function FollowRig(
    source: RigSource,
    own: readonly (RigTarget | null)[],
    body: IAvatarBody,
    described: DescribedRigs,
    options: IFollowOptions,
    onWarnings: (name: string, messages: readonly string[]) => void,
): RigPoseSource {
    const rig = new LiveRig(RigOf(source));
    if (rig.nodes.targets.some((target) => own.includes(target))) {
        throw new AnimatorError("no-rig", "An avatar cannot follow itself: pass the rig of somebody else.");
    }
    const profile = described.describeLive(rig, options.joints);
    onWarnings(rig.nodes.name, [...rig.warnings, ...profile.mapping.warnings]);
    return new RigPoseSource(rig, profile, body, options);
}

/**
 * Whether the same source is followed in the same way already. Allocates nothing.
 *
 * @param followed what is followed, or null
 * @param source what shall be
 * @param options and how
 */
export function IsSameRequest(
    followed: { readonly source: FollowSource; readonly options: IFollowOptions } | null,
    source: FollowSource,
    options: IFollowOptions,
): boolean {
    const now = followed?.options;
    return (
        now !== undefined &&
        followed!.source === source &&
        now.joints === options.joints &&
        now.rootMotion === options.rootMotion &&
        now.spine === options.spine &&
        now.horizontalScale === options.horizontalScale &&
        now.verticalScale === options.verticalScale &&
        now.grip === options.grip &&
        now.forearmTwist === options.forearmTwist
    );
}
