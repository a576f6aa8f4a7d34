import { SmplxJointParents } from "../../format/bodyModel.js";
import { IdentityPacked, InverseMultiplyPacked, MultiplyPacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { type RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, type BodyPose } from "../pose/bodyPose.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { ForearmTwist, ForearmTwistOf } from "./forearmTwist.js";
import { HipTravel } from "./hipTravel.js";
import { DriveJoints, type IJointDrives } from "./jointDrives.js";
import { CheckRetargetOptions } from "./checkRetargetOptions.js";
import { type IRetargetOptions } from "./retargetOptions.js";

/** Squared length of a rotation below which it says nothing. */
const LeastSquaredLength = 1e-12;

/**
 * Turns poses of one rig into poses of one body, frame by frame, and allocates nothing while doing so.
 *
 * What carries over are world rotations relative to the calibrated rest pose: joint = C·W·B with
 * B = (C·W°)⁻¹·Q⁻¹·K, where W° and W are the node's rotations at rest and now, C turns the rig's axes to canonical ones, and
 * Q and K bring the rest poses of rig and body into the canonical T-pose. So it does not matter how either of them rests,
 * nor what lies between two mapped bones.
 *
 * @example
 * ```ts
 * const retargeter = new Retargeter(rig, profile, MeasureAvatarBody(asset.joints));
 * motion.sample(seconds, rigPose);
 * retargeter.solve(rigPose, bodyPose);
 * ```
 */
export class Retargeter {
    private readonly _drives: IJointDrives;
    private readonly _heading: Float64Array;
    private readonly _travel: HipTravel | null;
    private readonly _twists: readonly ForearmTwist[];
    private readonly _restPelvis: Float64Array;
    /** [55,4] world rotations in the rest space of the rig, before C. */
    private readonly _world = new Float64Array(BodyJointCount * 4);
    private readonly _other = new Float64Array(4);
    /** [55,4] local rotations and position of the last frame, ahead of twist sharing. */
    private readonly _last = new Float64Array(BodyJointCount * 4);
    private readonly _lastPelvis = new Float64Array(3);
    private _brokenValueCount = 0;

    /**
     * @param rig the source at rest
     * @param profile which of its nodes is which joint, and how it rests; all required joints must be mapped
     * @param body the body that is posed
     * @throws RetargetError `invalid-option` when no body could be posed with the options
     */
    public constructor(rig: RestRig, profile: IRigProfile, body: IAvatarBody, options: IRetargetOptions = {}) {
        CheckRetargetOptions(options);
        this._drives = DriveJoints(rig, profile, body, options);
        this._heading = Float64Array.from(profile.calibration.heading);
        this._travel = body.legLength > 0 ? new HipTravel(rig, profile, body, options) : null;
        const share = options.forearmTwist ?? ForearmTwistOf(rig, profile.mapping);
        this._twists = share > 0 ? (["left", "right"] as const).map((side) => new ForearmTwist(body, side, share)) : [];
        this._restPelvis = body.restPositions.slice(0, 3);
        this.reset();
    }

    /** Metres of horizontal travel for one unit of the source's; 0 when the body has no legs and stays where it is. */
    public get scale(): number {
        return this._travel?.horizontalScale ?? 0;
    }

    /** Rotations and positions so far that were no numbers or zero, in whose place the last sane ones were kept. */
    public get brokenValueCount(): number {
        return this._brokenValueCount;
    }

    /**
     * Forgets the frames before: call it where time jumps. Otherwise signs of quaternions and the turn of the forearms
     * continue those of the last frame.
     */
    public reset(): void {
        for (let joint = 0; joint < BodyJointCount; joint++) {
            IdentityPacked(this._last, joint * 4);
        }
        this._lastPelvis.set(this._restPelvis);
        for (let i = 0; i < this._twists.length; i++) {
            this._twists[i]!.reset();
        }
    }

    /**
     * Poses the body.
     *
     * @param source the rig now
     * @param result receives the pose of all 55 joints; joints that the source does not move get a relaxed rest pose
     */
    public solve(source: RigPose, result: BodyPose): void {
        const last = this._last;
        for (let joint = 0; joint < BodyJointCount; joint++) {
            if (!this._turn(source.rotations, joint, result.rotations)) {
                this._keep(joint, result.rotations);
            }
            const at = joint * 4;
            for (let i = 0; i < 4; i++) {
                last[at + i] = result.rotations[at + i]!;
            }
        }
        if (this._travel && !this._travel.solve(source, result)) {
            this._brokenValueCount++;
            result.pelvis.set(this._lastPelvis);
        } else if (!this._travel) {
            result.pelvis.set(this._restPelvis);
        }
        this._lastPelvis.set(result.pelvis);
        for (let i = 0; i < this._twists.length; i++) {
            this._twists[i]!.apply(result.rotations);
        }
    }

    /** World and local rotation of one joint; false when the source's is broken. */
    private _turn(nodes: Float64Array, joint: number, result: Float64Array): boolean {
        const drives = this._drives;
        const world = this._world;
        const at = joint * 4;
        const first = drives.first[joint]!;
        if (first < 0) {
            for (let i = 0; i < 4; i++) {
                result[at + i] = drives.still[at + i]!;
            }
            this._place(joint, result);
            return true;
        }
        MultiplyPacked(nodes, first * 4, drives.firstBase, at, world, at);
        const second = drives.second[joint]!;
        if (second >= 0) {
            MultiplyPacked(nodes, second * 4, drives.secondBase, at, this._other, 0);
            // Before they are mixed: what is no number would come out as a rotation that looks sane.
            if (!MakeUnit(world, at) || !MakeUnit(this._other, 0)) {
                return false;
            }
            SlerpPacked(world, at, this._other, 0, drives.amount[joint]!, world, at);
        }
        if (!MakeUnit(world, at)) {
            return false;
        }
        const parent = SmplxJointParents[joint]! * 4;
        if (parent < 0) {
            MultiplyPacked(this._heading, 0, world, at, result, at);
        } else {
            InverseMultiplyPacked(world, parent, world, at, result, at);
        }
        this._continueSign(at, result);
        return true;
    }

    private _continueSign(at: number, result: Float64Array): void {
        const last = this._last;
        const dot =
            result[at]! * last[at]! +
            result[at + 1]! * last[at + 1]! +
            result[at + 2]! * last[at + 2]! +
            result[at + 3]! * last[at + 3]!;
        if (dot < 0) {
            for (let i = 0; i < 4; i++) {
                result[at + i] = -result[at + i]!;
            }
        }
    }

    /** The last sane local rotation in place of a broken one. */
    private _keep(joint: number, result: Float64Array): void {
        this._brokenValueCount++;
        for (let i = joint * 4; i < joint * 4 + 4; i++) {
            result[i] = this._last[i]!;
        }
        this._place(joint, result);
    }

    /** World rotation from the local one. */
    private _place(joint: number, result: Float64Array): void {
        const at = joint * 4;
        const parent = SmplxJointParents[joint]! * 4;
        if (parent < 0) {
            InverseMultiplyPacked(this._heading, 0, result, at, this._world, at);
        } else {
            MultiplyPacked(this._world, parent, result, at, this._world, at);
        }
    }
}

/** Normalises a rotation; false when it is none. */
function MakeUnit(rotations: Float64Array, at: number): boolean {
    const squared = rotations[at]! ** 2 + rotations[at + 1]! ** 2 + rotations[at + 2]! ** 2 + rotations[at + 3]! ** 2;
    if (!(squared > LeastSquaredLength && squared < Infinity)) {
        return false;
    }
    const factor = 1 / Math.sqrt(squared);
    for (let i = at; i < at + 4; i++) {
        rotations[i]! *= factor;
    }
    return true;
}
