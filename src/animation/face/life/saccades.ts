import { LifeRandom } from "./lifeRandom.js";

const Degrees = Math.PI / 180;
/** Seconds that a jump takes: a part of its own and one for every degree (Bahill, Clark and Stark: the main sequence). */
const JumpTime = 0.025;
const JumpTimePerRadian = 0.002 / Degrees;
/** Seconds for which eyes stay with a point, and between two small jumps while they do. */
const FixationTime = [0.3, 2] as const;
const SmallJumpPause = [0.25, 0.8] as const;
const LeastPause = 0.15;
/** How far points of interest are from where the person looks, deviation of yaw and pitch; and the most of each. */
const PointSpread = [2.2 * Degrees, 1.4 * Degrees] as const;
const PointLimit = [6 * Degrees, 4 * Degrees] as const;
/** Length of small jumps, and how far from its point an eye may wander before they lead back. */
const SmallJump = [0.2 * Degrees, 0.5 * Degrees] as const;
const WanderLimit = 0.5 * Degrees;

/** Eyes that are never still: they jump between points around where the person looks, and a little at each. */
export class Saccades {
    /** Yaw (to the person's left) and pitch (up) of the eyes, radians from where the person looks. */
    public readonly angles = new Float64Array(2);

    private readonly _random: LifeRandom;
    private readonly _point = new Float64Array(2);
    private readonly _from = new Float64Array(2);
    private readonly _to = new Float64Array(2);
    /** Seconds until the eyes go to another point, and until they jump at all. */
    private _fixation: number;
    private _pause: number;
    private _jump = 0;
    private _age = 0;

    /** @param seed which of many persons */
    public constructor(seed: number) {
        this._random = new LifeRandom(seed);
        this._fixation = this._random.between(...FixationTime);
        this._pause = this._untilJump();
    }

    /** Lets `seconds` (≥ 0) pass. */
    public step(seconds: number): void {
        let left = seconds;
        for (;;) {
            const rest = this._jump - this._age;
            const pause = Math.min(this._pause, this._fixation);
            const wait = rest + pause;
            if (wait > left) {
                break;
            }
            left -= wait;
            this._rest(pause);
            this._begin();
        }
        const rest = this._jump - this._age;
        if (left > rest) {
            this._rest(left - rest);
            this._age = this._jump;
        } else {
            this._age += left;
        }
        this._place();
    }

    /** Time with the eyes at rest. */
    private _rest(seconds: number): void {
        this._fixation -= seconds;
        this._pause -= seconds;
    }

    private _begin(): void {
        const random = this._random;
        this._from.set(this._to);
        if (this._fixation <= this._pause) {
            for (let axis = 0; axis < 2; axis++) {
                const limit = PointLimit[axis]!;
                this._point[axis] = Math.min(limit, Math.max(-limit, PointSpread[axis]! * random.normal()));
            }
            this._to.set(this._point);
            this._fixation = random.between(...FixationTime);
        } else {
            this._jumpALittle();
        }
        this._pause = this._untilJump();
        const yaw = this._to[0]! - this._from[0]!;
        const pitch = this._to[1]! - this._from[1]!;
        this._jump = JumpTime + JumpTimePerRadian * Math.sqrt(yaw * yaw + pitch * pitch);
        this._age = 0;
    }

    /** Seconds until the next small jump; there is none where a large one would follow at once. */
    private _untilJump(): number {
        const pause = this._random.between(...SmallJumpPause);
        return pause > this._fixation - LeastPause ? this._fixation : pause;
    }

    private _jumpALittle(): void {
        const yaw = this._point[0]! - this._from[0]!;
        const pitch = this._point[1]! - this._from[1]!;
        const isFar = yaw * yaw + pitch * pitch > (WanderLimit / 2) ** 2;
        const direction = isFar ? Math.atan2(pitch, yaw) : this._random.between(0, 2 * Math.PI);
        const length = this._random.between(...SmallJump);
        this._to[0] = this._from[0]! + length * Math.cos(direction);
        this._to[1] = this._from[1]! + length * Math.sin(direction);
    }

    private _place(): void {
        const x = this._jump > 0 ? this._age / this._jump : 1;
        // The course of least jerk.
        const share = x * x * x * (x * (6 * x - 15) + 10);
        for (let axis = 0; axis < 2; axis++) {
            this.angles[axis] = this._from[axis]! + (this._to[axis]! - this._from[axis]!) * share;
        }
    }
}
