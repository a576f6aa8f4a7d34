import { type IAnimationClip, type IAnimationTrack } from "../../format/avatarAsset.js";
import { SmplxJointParents } from "../../format/bodyModel.js";
import { type IMotion } from "../motion/motion.js";
import { MaxMotionFrames, MaxMotionNumbers } from "../motion/motionLimits.js";
import { RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, BodyPose } from "../pose/bodyPose.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { type IKeys, type KeyError, PointKeyError, ReduceKeys, RotationKeyError, Roughness } from "./reduceKeys.js";
import { RetargetError } from "./retargetError.js";
import { Retargeter } from "./retargeter.js";
import { type IRetargetOptions } from "./retargetOptions.js";

/** How far a clip may be from the motion it was made of; keys that stay within both are left out. */
export interface IKeyTolerance {
    /** Angle at any joint, radians (default: 0.05°). */
    readonly rotation?: number;
    /** Distance that one joint's keys may put any joint below it off, metres (default: 0.2 mm). */
    readonly distance?: number;
}

/** How a motion becomes a clip. */
export interface IRetargetMotionOptions extends IRetargetOptions {
    /** Name of the clip (default: the motion's). */
    readonly name?: string;
    /** Where the clip begins, seconds into the motion (default: 0). */
    readonly from?: number;
    /** Where the clip ends, seconds into the motion (default: its end). */
    readonly to?: number;
    /** Poses a second that are taken (default: the motion's own). */
    readonly frameRate?: number;
    /**
     * What reducing keys may cost; 0 keeps a key a frame (default: 0.05° and 0.2 mm, less where motion is slow and smooth, so
     * that clips stay as smooth as their source; state a tolerance for smaller files).
     */
    readonly tolerance?: IKeyTolerance | 0;
    /**
     * Corrects every pose after it was retargeted, in order of time: planting feet, for example.
     *
     * @param pose changed in place
     * @param seconds time since the clip's beginning
     * @param source the source's pose at that time
     */
    readonly adjust?: (pose: BodyPose, seconds: number, source: RigPose) => void;
    /** Told what was mended, a sentence each. */
    readonly onWarning?: (message: string) => void;
}

/** Twice this makes motion captured at 120 Hz visibly rougher: its jerk grows by 15 % in place of 5 %. */
const DefaultTolerance = { rotation: (0.05 * Math.PI) / 180, distance: 2e-4 } as const;
/**
 * Without a stated tolerance errors are at most this share of a track's roughness: lines that are further off have kinks that
 * outweigh what the motion itself does, three times over in slow idles.
 */
const KinkShare = 0.05;
/** … but never less than the tolerance divided by this: what shakes by less is still. */
const FinestShare = 1 / 30;
/** Most poses of a clip: what motion files may hold, of all joints and the pelvis' place. */
const MaxFrames = Math.min(MaxMotionFrames, Math.floor(MaxMotionNumbers / (BodyJointCount * 4 + 3)));

/**
 * Turns a motion into a clip of a body.
 *
 * @param motion the motion
 * @param profile which of its nodes is which joint, and how it rests
 * @param body the body, see `MeasureAvatarBody`
 * @returns tracks of all joints that the avatar has, and of the pelvis' position where it has legs; a joint that does not
 * move has one key, so that every clip states the whole pose
 * @throws {@link RetargetError} `invalid-range` when the motion has no such part
 *
 * @example
 * ```ts
 * const clip = RetargetMotion(motion, profile, MeasureAvatarBody(asset.joints), { rootMotion: "inPlace" });
 * ```
 */
export function RetargetMotion(
    motion: IMotion,
    profile: IRigProfile,
    body: IAvatarBody,
    options: IRetargetMotionOptions = {},
): IAnimationClip {
    const { from, times } = FrameTimes(motion, options);
    const retargeter = new Retargeter(motion.rig, profile, body, options);
    const source = new RigPose(motion.rig.length);
    const pose = new BodyPose();
    const moved = [...body.jointIndices.keys()].filter((joint) => body.jointIndices[joint]! >= 0);
    const rotations = moved.map(() => new Float32Array(times.length * 4));
    const pelvis = new Float32Array(times.length * 3);
    times.forEach((seconds, frame) => {
        motion.sample(from + seconds, source);
        retargeter.solve(source, pose);
        options.adjust?.(pose, seconds, source);
        moved.forEach((joint, i) => {
            SetRotation(rotations[i]!, frame, pose.rotations, joint);
        });
        for (let i = 0; i < 3; i++) {
            pelvis[frame * 3 + i] = pose.pelvis[i]! - body.origin[i]!;
        }
    });
    if (retargeter.brokenValueCount > 0) {
        options.onWarning?.(
            `"${motion.name}": ${retargeter.brokenValueCount} joint values are not numbers; the last sane ones were kept.`,
        );
    }
    const limits = Limits(body, options.tolerance);
    const tracks: IAnimationTrack[] = [];
    if (body.legLength > 0) {
        const keys = Reduce({ times, values: pelvis }, limits.distance, PointKeyError, options);
        tracks.push({ joint: body.jointIndices[0]!, path: "translation", ...keys });
    }
    moved.forEach((joint, i) => {
        const keys = Reduce({ times, values: rotations[i]! }, limits.rotations[joint]!, RotationKeyError, options);
        tracks.push({ joint: body.jointIndices[joint]!, path: "rotation", ...keys });
    });
    return { name: options.name ?? motion.name, tracks };
}

/** Without a stated tolerance, slow motion is kept more closely, so that it stays as smooth as its source. */
function Reduce(keys: IKeys, limit: number, errorOf: KeyError, { tolerance }: IRetargetMotionOptions): IKeys {
    const smooth =
        tolerance === undefined ? Math.min(limit, Math.max(FinestShare * limit, KinkShare * Roughness(keys))) : limit;
    return ReduceKeys(keys, smooth, errorOf, limit);
}

/** Times of the frames since the beginning of the clip; the end is always one of them. */
function FrameTimes(motion: IMotion, options: IRetargetMotionOptions): { from: number; times: Float32Array } {
    const { from = 0, to = motion.duration, frameRate = motion.frameRate } = options;
    // Half a frame of grace: durations that files state in rounded decimals.
    const grace = 0.5 / frameRate;
    const isRange = from >= 0 && to >= from && to <= motion.duration + grace;
    const steps = (to - from) * frameRate;
    if (isRange && steps >= MaxFrames) {
        throw new RetargetError(
            "invalid-range",
            `"${motion.name}" would have ${Math.ceil(steps)} frames from ${from} to ${to} s at ${frameRate} frames a second; ` +
                `up to ${MaxFrames} are made: shorten it by "from" and "to", or lower "frameRate". A stray key far behind the ` +
                "others makes a clip that long, too.",
        );
    }
    if (!isRange || !(frameRate > 0) || !Number.isFinite(steps)) {
        throw new RetargetError(
            "invalid-range",
            `"${motion.name}" lasts ${motion.duration} s: from ${from} to ${to} s at ${frameRate} frames a second cannot be ` +
                `taken from it. "from" and "to" must lie within it, "to" not before "from".`,
        );
    }
    // A last step of less than a hundredth of a frame is rounding, not a step.
    const whole = Math.floor(steps + 0.01);
    const hasRest = steps - whole > 0.01;
    const times = Float32Array.from({ length: whole + 1 + (hasRest ? 1 : 0) }, (_, i) =>
        i <= whole ? i / frameRate : to - from,
    );
    return { from, times };
}

/** Stores a rotation as the one of its two quaternions that continues the track. */
function SetRotation(track: Float32Array, frame: number, rotations: Float64Array, joint: number): void {
    const at = frame * 4;
    let dot = frame === 0 ? rotations[joint * 4 + 3]! : 0;
    for (let i = 0; i < 4 && frame > 0; i++) {
        dot += track[at - 4 + i]! * rotations[joint * 4 + i]!;
    }
    const sign = dot < 0 ? -1 : 1;
    for (let i = 0; i < 4; i++) {
        track[at + i] = sign * rotations[joint * 4 + i]!;
    }
}

/** The error allowed at each joint: an angle, but never more than what shifts the furthest joint below by the distance. */
function Limits(
    body: IAvatarBody,
    tolerance: IKeyTolerance | 0 = DefaultTolerance,
): { distance: number; rotations: readonly number[] } {
    const { rotation = DefaultTolerance.rotation, distance = DefaultTolerance.distance } =
        tolerance === 0 ? { rotation: 0, distance: 0 } : tolerance;
    const rest = body.restPositions;
    const reach = new Float64Array(BodyJointCount);
    for (let joint = BodyJointCount - 1; joint >= 0; joint--) {
        for (let above = SmplxJointParents[joint]!; above >= 0; above = SmplxJointParents[above]!) {
            const way = [0, 1, 2].map((i) => rest[joint * 3 + i]! - rest[above * 3 + i]!);
            reach[above] = Math.max(reach[above]!, Math.hypot(...way));
        }
    }
    return {
        distance,
        rotations: Array.from(reach, (length) => Math.min(rotation, distance / Math.max(length, 1e-3))),
    };
}
