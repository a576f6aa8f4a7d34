import { LifeRandom } from "./lifeRandom.js";

/**
 * Seconds from the beginning of a blink to that of the next, log-normal: e^(μ + σ²/2) = 3.6 on average, people at rest
 * blink 15 to 20 times a minute.
 */
const IntervalSpread = 0.5;
const IntervalMiddle = Math.log(3.6) - IntervalSpread ** 2 / 2;
const LeastInterval = 0.8;
const MostInterval = 12;
/** Share of blinks that are followed by a second one, and the seconds of open eyes between: two frames at 15 a second. */
const DoubleShare = 0.125;
const DoublePause = [0.14, 0.26] as const;
/** Seconds in which lids close, stay shut and open. */
const CloseTime = [0.06, 0.08] as const;
const ShutTime = [0.02, 0.06] as const;
const OpenTime = [0.12, 0.18] as const;
/** How far the lids close. */
const Amplitude = [0.85, 1] as const;
/** Lids open fast and arrive slowly: time is warped by this power. */
const OpenEase = 1.5;

/** Decides when to blink and how: moments are drawn ahead, so that frames of any length see the same blinks. */
export class Blinker {
    /** How far the lids are closed, 0..1. */
    public amount = 0;

    private readonly _random: LifeRandom;
    /** Seconds until the next blink of a person who blinks at the rate of 1. */
    private _wait: number;
    private _isBlinking = false;
    private _isSecond = false;
    /** Seconds since the last blink began. */
    private _age = LeastInterval;
    private _close = 0;
    private _shut = 0;
    private _open = 0;
    private _amplitude = 0;

    /** @param seed which of many persons */
    public constructor(seed: number) {
        this._random = new LifeRandom(seed);
        // A person who comes into being is somewhere between two blinks.
        this._wait = this._interval() * this._random.next();
    }

    /** Blinks now, unless lids are still moving. */
    public blink(): void {
        if (!this._isBlinking) {
            this._begin();
        }
    }

    /** Blinks now, unless there was a blink a moment ago. */
    public blinkIfRested(): void {
        if (this._age >= LeastInterval) {
            this.blink();
        }
    }

    /**
     * Lets time pass.
     *
     * @param seconds how much; ≥ 0
     * @param rate how often blinks come by themselves: 1 a calm person, 0 never
     */
    public step(seconds: number, rate: number): void {
        let left = seconds;
        this.amount = 0;
        for (;;) {
            if (this._isBlinking) {
                left = this._goOn(left, rate);
                if (this._isBlinking) {
                    this.amount = Math.max(this.amount, this._curve());
                    return;
                }
            } else {
                // The second of two comes when it comes: it belongs to the first.
                const pace = this._isSecond && rate > 0 ? 1 : rate;
                const wait = pace > 0 ? this._wait / pace : Infinity;
                if (wait > left) {
                    this._wait -= left * pace;
                    this._age += left;
                    return;
                }
                left -= wait;
                this._begin();
            }
        }
    }

    /** Goes on with the blink of the moment; returns what is left of the time after it. */
    private _goOn(seconds: number, rate: number): number {
        const before = this._age;
        const time = Math.min(seconds, this._duration() - before);
        this._age += time;
        if (before < this._close && this._age > this._close + this._shut) {
            // Shut eyes fell between two frames: without this, they would only ever be seen half closed.
            this.amount = this._amplitude;
        }
        if (time < seconds) {
            this._end(rate);
        }
        return seconds - time;
    }

    private _curve(): number {
        const closing = Math.min(1, this._age / this._close);
        const opening = Math.min(1, Math.max(0, (this._age - this._close - this._shut) / this._open));
        return this._amplitude * Smooth(closing) * Smooth((1 - opening) ** OpenEase);
    }

    private _duration(): number {
        return this._close + this._shut + this._open;
    }

    private _begin(): void {
        const random = this._random;
        this._isBlinking = true;
        this._age = 0;
        this._close = random.between(...CloseTime);
        this._shut = random.between(...ShutTime);
        this._open = random.between(...OpenTime);
        this._amplitude = random.between(...Amplitude);
    }

    private _end(rate: number): void {
        this._isBlinking = false;
        this._isSecond = !this._isSecond && this._random.next() < DoubleShare;
        this._wait = this._isSecond
            ? this._random.between(...DoublePause)
            : Math.max(0, this._interval() - this._duration() * rate);
    }

    private _interval(): number {
        const seconds = Math.exp(IntervalMiddle + IntervalSpread * this._random.normal());
        return Math.min(MostInterval, Math.max(LeastInterval, seconds));
    }
}

function Smooth(x: number): number {
    return x * x * (3 - 2 * x);
}
