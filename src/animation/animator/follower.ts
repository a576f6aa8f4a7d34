import { SlerpPacked } from "../../math/packedQuaternion.js";
import { type FootPoints } from "../adjust/footPoints.js";
import { BodyJointCount, BodyPose } from "../pose/bodyPose.js";
import { type IPoseSource } from "../pose/poseSource.js";
import { PelvisPosition } from "./avatarJoints.js";

/** A source that falls silent for longer than this is joined again by blending, seconds. */
const LongestSilence = 0.25;

/** Poses a body like a source of poses, blends into doing so, and holds the last pose while the source has none. */
export class Follower {
    /** What is followed. */
    public readonly source: IPoseSource;
    /** Feet of the source, for contacts; null takes those of the pose. */
    public readonly feet: FootPoints | null;
    /** [56] 1 where the source drives the joint; the last one is for the position of the pelvis. */
    public readonly drives = new Uint8Array(BodyJointCount + 1);

    private readonly _solved = new BodyPose();
    private readonly _shown = new BodyPose();
    private readonly _before = new BodyPose();
    private readonly _fade: number;
    private _level = 0;
    private _silence = 0;
    private _hasPose = false;

    /**
     * @param source what is followed
     * @param feet its feet, or null
     * @param before pose of the body until now
     * @param fade seconds until the body follows completely
     */
    public constructor(source: IPoseSource, feet: FootPoints | null, before: BodyPose, fade: number) {
        this.source = source;
        this.feet = feet;
        this._fade = fade;
        this._before.copyFrom(before);
        this._solved.copyFrom(before);
    }

    /**
     * Poses the body as the source says. Allocates nothing.
     *
     * @param pose how the body stands; receives the joints that the source drives, the others stay as they are
     * @param seconds time since the last call
     * @returns false when the source has ended, and nothing was changed
     */
    public solve(pose: BodyPose, seconds: number): boolean {
        const isThere = this.source.readPose(this._solved, seconds);
        if (this.source.isOver === true) {
            return false;
        }
        if (isThere) {
            this._rejoin(pose);
            this._level = this._level < 1 && this._fade > 0 ? Math.min(1, this._level + seconds / this._fade) : 1;
            this._show();
            this._learnDrives();
            this._hasPose = true;
            this._silence = 0;
        } else {
            this._silence += seconds;
        }
        if (this._hasPose) {
            this._writeTo(pose);
        }
        return true;
    }

    /** After a silence the blend begins anew: from the pose that was held, or that others have left meanwhile. */
    private _rejoin(pose: BodyPose): void {
        if (this._silence > LongestSilence) {
            this._before.copyFrom(this._hasPose ? this._shown : pose);
            this._level = 0;
        }
    }

    private _show(): void {
        const { _solved: solved, _before: before, _shown: shown } = this;
        const amount = this._level * this._level * (3 - 2 * this._level);
        if (amount >= 1) {
            shown.copyFrom(solved);
            return;
        }
        for (let at = 0; at < BodyJointCount * 4; at += 4) {
            SlerpPacked(before.rotations, at, solved.rotations, at, amount, shown.rotations, at);
        }
        for (let i = 0; i < 3; i++) {
            shown.pelvis[i] = before.pelvis[i]! + (solved.pelvis[i]! - before.pelvis[i]!) * amount;
        }
    }

    private _learnDrives(): void {
        const { drives } = this.source;
        for (let joint = 0; joint < BodyJointCount; joint++) {
            this.drives[joint] = drives === undefined || drives[joint] === 1 ? 1 : 0;
        }
        this.drives[PelvisPosition] = 1;
    }

    private _writeTo(pose: BodyPose): void {
        for (let joint = 0; joint < BodyJointCount; joint++) {
            if (this.drives[joint] === 1) {
                for (let at = joint * 4; at < joint * 4 + 4; at++) {
                    pose.rotations[at] = this._shown.rotations[at]!;
                }
            }
        }
        pose.pelvis.set(this._shown.pelvis);
    }
}
