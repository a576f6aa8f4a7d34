import { SlerpPacked } from "../../math/packedQuaternion.js";
import { type FaceCalibration } from "../face/compose/faceCalibration.js";
import { FaceSmoother } from "../face/compose/faceSmoother.js";
import { FaceFrame } from "../face/faceFrame.js";
import { type IFaceSource } from "../face/faceSource.js";

/** A source that falls silent for longer than this is followed no longer until it speaks again, seconds. */
const LongestSilence = 0.5;

/** What is done to a face that is followed before the avatar wears it. */
export interface IFollowedFaceOptions {
    /** Seconds until the face follows completely. */
    readonly fade: number;
    /** Whether its tremble is taken out. */
    readonly smooth: boolean;
    /** The person that it is of, or null. */
    readonly calibration: FaceCalibration | null;
}

/** The face that an avatar follows: what it was last heard to do, and how far it is followed. Makes no objects in the frame. */
export class FollowedFace {
    /** The face: as it was last heard, on the way there from what was followed before. */
    public readonly face = new FaceFrame();
    /** Where it comes from, or null. */
    public source: IFaceSource | null = null;

    /** Whether it says how the head is turned. */
    public turnsHead = false;

    private readonly _frame = new FaceFrame();
    private readonly _heard = new FaceFrame();
    /** What was shown when the source was changed, and how far the way from it is, 0..1. */
    private readonly _before = new FaceFrame();
    private _change = 1;
    private readonly _smoother = new FaceSmoother();
    private _options: IFollowedFaceOptions = { fade: 0, smooth: false, calibration: null };
    private _fade = 0;
    private _way = 0;
    private _silence = Infinity;

    /** Whether it is followed, or was a moment ago. */
    public get isActive(): boolean {
        return this._way > 0 || this.source !== null;
    }

    /** How far it is followed: 0 not at all, 1 completely. */
    public get share(): number {
        return this._way * this._way * (3 - 2 * this._way);
    }

    /**
     * Begins to follow.
     *
     * @param source the face
     * @param options how
     */
    public follow(source: IFaceSource, options: IFollowedFaceOptions): void {
        this.source = source;
        const isShown = this._way > 0;
        this._before.copyFrom(this.face);
        this._change = isShown && options.fade > 0 ? 0 : 1;
        this.turnsHead = (isShown && this.turnsHead) || (source.turnsHead ?? false);
        this._options = options;
        this._fade = options.fade;
        this._silence = Infinity;
        this._smoother.reset();
    }

    /**
     * Stops following.
     *
     * @param fade seconds that it takes
     */
    public leave(fade: number): void {
        this.source = null;
        this._fade = fade;
    }

    /**
     * Listens.
     *
     * @param seconds time since the last call
     * @returns false when the source has ended: it is followed no longer
     */
    public update(seconds: number): boolean {
        const isThere = this.source?.isOver !== true;
        if (!isThere) {
            this.leave(this._fade);
        }
        this._silence += seconds;
        if (this.source) {
            this._frame.reset();
            if (
                this.source.readFace(this._frame, seconds) &&
                IsFinite(this._frame.weights) &&
                IsRotation(this._frame.head)
            ) {
                this._hear();
            }
        }
        this._mix(seconds);
        const goal = this.source && this._silence <= LongestSilence ? 1 : 0;
        const step = this._fade > 0 ? seconds / this._fade : 1;
        this._way = goal === 1 ? Math.min(1, this._way + step) : Math.max(0, this._way - step);
        return isThere;
    }

    private _hear(): void {
        const { calibration, smooth } = this._options;
        calibration?.apply(this._frame);
        if (smooth) {
            this._smoother.apply(this._frame, this._silence);
        }
        this._heard.copyFrom(this._frame);
        if (this.source?.turnsHead !== true) {
            this._heard.head.fill(0);
            this._heard.head[3] = 1;
        }
        this._silence = 0;
    }

    /** From what was followed before to what is followed now. */
    private _mix(seconds: number): void {
        const { face, _heard: heard, _before: before } = this;
        // Until the new source speaks, the old face stays.
        if (this.source && this._silence <= LongestSilence) {
            this._change = this._fade > 0 ? Math.min(1, this._change + seconds / this._fade) : 1;
        }
        const share = this._change * this._change * (3 - 2 * this._change);
        if (share === 1) {
            face.copyFrom(heard);
            this.turnsHead = this.source ? (this.source.turnsHead ?? false) : this.turnsHead;
            return;
        }
        for (let shape = 0; shape < face.weights.length; shape++) {
            face.weights[shape] = before.weights[shape]! + share * (heard.weights[shape]! - before.weights[shape]!);
        }
        SlerpPacked(before.head, 0, heard.head, 0, share, face.head, 0);
    }
}

/** Whether a quaternion has about the length that it must have. */
function IsRotation(head: Float64Array): boolean {
    let squares = 0;
    for (let i = 0; i < head.length; i++) {
        squares += head[i]! * head[i]!;
    }
    return Math.abs(squares - 1) < 0.02;
}

function IsFinite(values: Float32Array | Float64Array): boolean {
    for (let i = 0; i < values.length; i++) {
        if (!Number.isFinite(values[i])) {
            return false;
        }
    }
    return true;
}
