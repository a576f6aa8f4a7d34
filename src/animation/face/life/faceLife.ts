import { type FaceFrame } from "../faceFrame.js";
import { Blinker } from "./blinker.js";
import { AddMicroExpressions } from "./microExpressions.js";
import { Saccades } from "./saccades.js";

/** A face lives at most this much in a step, seconds: what a hidden page missed is not made up for. */
const LongestStep = 0.25;
/** Gazes that move further are accompanied by a blink, radians. */
const BlinkShift = (15 * Math.PI) / 180;

/**
 * Blinks, jumps of the eyes and small stirrings: what a face does that does nothing. The same seed and the same times give
 * the same life.
 *
 * @example
 * ```ts
 * const life = new FaceLife();
 * life.weight = 1;
 * life.step(1 / 60);
 * life.addTo(frame);
 * const [left, right] = life.blinks; // 0 open … 1 shut
 * ```
 */
export class FaceLife {
    /** How much of it is done: 0 none, 1 all; between, eyes close half. For fewer blinks, set {@link blinking}. */
    public weight = 0;
    /** How often blinks come: 1 a calm person, 0 never, 2 twice as often; 3 at most. */
    public blinking = 1;
    /** How far eyes jump about: 1 a calm person, 0 not at all. */
    public saccades = 1;
    /** How much brows, cheeks and lips stir: 1 a calm person, 0 not at all. */
    public micro = 1;
    /** [2] how far the left and the right eye are closed, 0..1. */
    public readonly blinks = new Float64Array(2);
    /** [2] yaw (to the person's left) and pitch (up) of both eyes, radians from where the person looks. */
    public readonly gaze = new Float64Array(2);

    private _seed: number;
    private _seconds = 0;
    private _blinker: Blinker;
    private _saccades: Saccades;

    /** @param seed which of many lives; any whole number */
    public constructor(seed = 1) {
        this._seed = seed;
        this._blinker = new Blinker(seed);
        this._saccades = new Saccades(~seed);
    }

    /** Which of many lives; any whole number. Another one begins anew. */
    public get seed(): number {
        return this._seed;
    }

    /** See the getter. */
    public set seed(seed: number) {
        if (seed !== this._seed) {
            this._seed = seed;
            this._seconds = 0;
            this._blinker = new Blinker(seed);
            this._saccades = new Saccades(~seed);
        }
    }

    /** Blinks now, also where {@link blinking} is 0. */
    public blink(): void {
        this._blinker.blink();
    }

    /**
     * Tells that the gaze goes elsewhere: eyes blink on the way to what is far from where they looked.
     *
     * @param radians how far
     */
    public tellGazeShift(radians: number): void {
        if (Math.abs(radians) > BlinkShift && this.blinking > 0) {
            this._blinker.blinkIfRested();
        }
    }

    /**
     * Lets time pass, once a frame.
     *
     * @param seconds since the last call; time beyond a quarter of a second is left out
     */
    public step(seconds: number): void {
        const time = Amount(seconds, LongestStep);
        const weight = Amount(this.weight, 1);
        this._seconds += time;
        this._blinker.step(time, Amount(this.blinking, 3));
        this._saccades.step(time);
        this.blinks.fill(weight * this._blinker.amount);
        const jumps = weight * Amount(this.saccades, 3);
        this.gaze[0] = jumps * this._saccades.angles[0]!;
        this.gaze[1] = jumps * this._saccades.angles[1]!;
    }

    /** Adds what stirs in brows, cheeks and lips; neither blinks nor gaze. */
    public addTo(frame: FaceFrame): void {
        const amount = Amount(this.weight, 1) * Amount(this.micro, 3);
        if (amount > 0) {
            AddMicroExpressions(frame.weights, this._seed, this._seconds, amount);
        }
    }
}

/** A number between 0 and `most`; 0 for what is none. */
function Amount(value: number, most: number): number {
    return value > 0 ? Math.min(value, most) : 0;
}
