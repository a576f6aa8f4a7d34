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
import { LevelMotion } from "./levelMotion.js";
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

/** The pelvis comes down by what legs cannot reach this long before they need it, seconds. */
const LoweringAhead = 0.06;

/**
 * Lets adjustments work on the poses of a clip that is being made. Contacts are detected from the source beforehand, so
 * feet turn flat before they land. A source whose standing feet float above its ground, or sink into it, is set on it, and
 * standing legs stay as bent as the source has them. The motion is run through twice ahead.
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
    const shifts = adjustments.feet.weight > 0 ? PlanShifts(run, adjustments, body, motion, profile, options) : null;
    run.begin();
    return (pose, seconds) => run.adjust(pose, seconds, shifts ? ValueAt(shifts, seconds * motion.frameRate) : null);
}

/** One run through a clip. */
class BakeRun {
    private readonly _adjustments: BodyAdjustments;
    private readonly _track: ContactTrack;
    private readonly _kinematics: BodyKinematics;
    private readonly _contacts = new Float32Array(FootPointCount);
    private readonly _from: number;
    private _last = 0;

    public constructor(adjustments: BodyAdjustments, body: IAvatarBody, track: ContactTrack, from: number) {
        this._adjustments = adjustments;
        this._track = track;
        this._kinematics = new BodyKinematics(body.restPositions);
        this._from = from;
    }

    public begin(): void {
        this._adjustments.reset();
        this._last = 0;
    }

    /** Whether the motion is cut between the last frame and this one. */
    public isCut(seconds: number): boolean {
        return this._track.isCut(this._from + this._last, this._from + seconds);
    }

    public adjust(pose: BodyPose, seconds: number, shift: number | null): void {
        const { feet } = this._adjustments;
        if (this.isCut(seconds)) {
            this._adjustments.reset();
        }
        this._track.sample(this._from + seconds, this._contacts);
        feet.plannedShift = shift;
        this._adjustments.applyWithContacts(pose, this._kinematics, seconds, seconds - this._last, this._contacts);
        feet.plannedShift = null;
        this._last = seconds;
    }
}

/** How far the motion is moved up in each frame of the clip. */
function PlanShifts(
    run: BakeRun,
    adjustments: BodyAdjustments,
    body: IAvatarBody,
    motion: IMotion,
    profile: IRigProfile,
    options: IBakeAdjustOptions,
): Float64Array {
    const { from = 0, to = motion.duration } = options;
    const { frameRate } = motion;
    const retargeter = new Retargeter(motion.rig, profile, body, options);
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    const frames = Math.max(1, Math.round((to - from) * frameRate) + 1);
    const cuts = new Uint8Array(frames);
    const legs = new Float64Array(frames * 6);
    run.begin();
    for (let frame = 0; frame < frames; frame++) {
        motion.sample(from + frame / frameRate, source);
        retargeter.solve(source, pose);
        cuts[frame] = run.isCut(frame / frameRate) ? 1 : 0;
        run.adjust(pose, frame / frameRate, 0);
        legs.set(adjustments.feet.demands, frame * 6);
    }
    const shifts = LevelMotion({ legs, cuts, frameRate });
    const over = shifts.map((shift, frame) => {
        const most = [0, 3].map((at) => (legs[frame * 6 + at + 2]! > 0 ? legs[frame * 6 + at + 1]! : Infinity));
        return Math.max(0, shift - Math.min(...most));
    });
    const lowering = SmoothCover(over, Math.max(1, Math.round(LoweringAhead * frameRate)));
    return shifts.map((shift, frame) => shift - lowering[frame]!);
}

/** Value between two samples. */
function ValueAt(values: Float64Array, at: number): number {
    const index = Math.min(values.length - 1, Math.max(0, at));
    const before = Math.floor(index + 1e-6);
    const after = Math.min(values.length - 1, before + 1);
    return values[before]! + (values[after]! - values[before]!) * Math.max(0, index - before);
}
