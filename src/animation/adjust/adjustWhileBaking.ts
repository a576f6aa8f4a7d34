import { type IMotion } from "../motion/motion.js";
import { RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyKinematics } from "../pose/bodyKinematics.js";
import { BodyPose } from "../pose/bodyPose.js";
import { Retargeter } from "../retarget/retargeter.js";
import { type IRetargetOptions } from "../retarget/retargetOptions.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type BodyAdjustments } from "./bodyAdjustments.js";
import { type IContactThresholds } from "./contactDetector.js";
import { ContactTrack } from "./contactTrack.js";
import { FootPointCount } from "./footPoints.js";
import { SmoothCover } from "./smoothCover.js";

/** Corrects the poses of a clip that is being made, frame by frame in order of time; see `RetargetMotion`. */
export type AdjustPose = (pose: BodyPose, seconds: number, source: RigPose) => void;

/** Part of a motion and way of retargeting: give the same to `RetargetMotion`. */
export interface IBakeAdjustOptions extends IRetargetOptions {
    /** Where the clip begins, seconds into the motion (default: 0). */
    readonly from?: number;
    /** Where the clip ends, seconds into the motion (default: its end). */
    readonly to?: number;
    /** When a foot of the source stands (default: as on a walking person). */
    readonly contacts?: IContactThresholds;
}

/** The pelvis begins to come down this long before a leg needs it, seconds. */
const LoweringAhead = 0.07;

/**
 * Lets adjustments work on the poses of a clip that is being made. Contacts are detected from the source beforehand, so
 * feet turn flat before they land and the pelvis comes down in time; a source whose standing feet float above its ground is
 * set down on it. The motion is run through once ahead.
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
    const track = new ContactTrack(motion, profile, options.contacts);
    const run = new BakeRun(adjustments, body, track, options.from ?? 0);
    const needs = adjustments.feet.weight > 0 ? NeededLowerings(run, adjustments, body, motion, profile, options) : [0];
    const plan = SmoothCover(needs, Math.max(1, Math.round(LoweringAhead * motion.frameRate)));
    run.begin();
    return (pose, seconds) => {
        const frame = Math.min(plan.length - 1, Math.max(0, Math.round(seconds * motion.frameRate)));
        run.adjust(pose, seconds, plan[frame]!);
    };
}

/** One run through a clip. */
class BakeRun {
    private readonly _adjustments: BodyAdjustments;
    private readonly _track: ContactTrack;
    private readonly _kinematics: BodyKinematics;
    private readonly _contacts = new Float32Array(FootPointCount);
    private readonly _legLength: number;
    private readonly _from: number;
    private _last = 0;

    public constructor(adjustments: BodyAdjustments, body: IAvatarBody, track: ContactTrack, from: number) {
        this._adjustments = adjustments;
        this._track = track;
        this._kinematics = new BodyKinematics(body.restPositions);
        this._legLength = body.legLength;
        this._from = from;
    }

    public begin(): void {
        this._adjustments.reset();
        this._last = 0;
    }

    public adjust(pose: BodyPose, seconds: number, plannedLowering: number | null): void {
        const { feet } = this._adjustments;
        this._track.sample(this._from + seconds, this._contacts);
        pose.pelvis[1]! -= this._track.float * this._legLength * Math.min(1, feet.weight);
        feet.plannedLowering = plannedLowering;
        this._adjustments.applyWithContacts(pose, this._kinematics, seconds, seconds - this._last, this._contacts);
        feet.plannedLowering = null;
        this._last = seconds;
    }
}

/** How far the pelvis has to come down in each frame of the clip. */
function NeededLowerings(
    run: BakeRun,
    adjustments: BodyAdjustments,
    body: IAvatarBody,
    motion: IMotion,
    profile: IRigProfile,
    options: IBakeAdjustOptions,
): Float64Array {
    const { from = 0, to = motion.duration } = options;
    const retargeter = new Retargeter(motion.rig, profile, body, options);
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    const needs = new Float64Array(Math.max(1, Math.round((to - from) * motion.frameRate) + 1));
    run.begin();
    for (let frame = 0; frame < needs.length; frame++) {
        motion.sample(from + frame / motion.frameRate, source);
        retargeter.solve(source, pose);
        run.adjust(pose, frame / motion.frameRate, null);
        needs[frame] = adjustments.feet.neededLowering;
    }
    return needs;
}
