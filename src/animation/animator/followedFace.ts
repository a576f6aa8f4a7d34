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
    /** The face as it was last heard. */
    public readonly face = new FaceFrame();
    /** Where it comes from, or null. */
    public source: IFaceSource | null = null;

    /** Whether it says how the head is turned. */
    public turnsHead = false;

    private readonly _frame = new FaceFrame();
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
        this.turnsHead = source.turnsHead ?? false;
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
                IsFinite(this._frame.head)
            ) {
                this._hear(seconds);
            }
        }
        const goal = this.source && this._silence <= LongestSilence ? 1 : 0;
        const step = this._fade > 0 ? seconds / this._fade : 1;
        this._way = goal === 1 ? Math.min(1, this._way + step) : Math.max(0, this._way - step);
        return isThere;
    }

    private _hear(seconds: number): void {
        const { calibration, smooth } = this._options;
        calibration?.apply(this._frame);
        if (smooth) {
            this._smoother.apply(this._frame, this._silence > LongestSilence ? Infinity : seconds);
        }
        this.face.copyFrom(this._frame);
        this._silence = 0;
    }
}

function IsFinite(values: Float32Array | Float64Array): boolean {
    for (let i = 0; i < values.length; i++) {
        if (!Number.isFinite(values[i])) {
            return false;
        }
    }
    return true;
}
