import { FootPointCount, type FootPoints } from "./footPoints.js";

/** Thresholds of contact, as on a person whose legs are 0.85 m long. */
export interface IContactThresholds {
    /** A point touches down when slower than this, m/s (default: 0.15). */
    readonly landSpeed?: number;
    /** … and lower than this above its rest height, metres (default: 0.05). */
    readonly landHeight?: number;
    /** A point lifts off when faster than this, m/s (default: 0.3). */
    readonly liftSpeed?: number;
    /** … or higher than this above its rest height, metres (default: 0.08). */
    readonly liftHeight?: number;
    /** Shortest contact, seconds (default: 0.08). */
    readonly minimumHold?: number;
}

/** Leg length that the thresholds are stated for, metres. */
export const ReferenceLeg = 0.85;

/** A step of time beyond this is a jump to another place of the clip, not motion, seconds. */
export const LongestStep = 0.25;

/**
 * Tells from the motion of ankles and toe joints which of them stand on the ground. Judge the *source* of a retargeted
 * motion: it is cleaner than what comes out. Hysteresis in speed and height keeps contacts from flickering.
 */
export class ContactDetector {
    /** [4] 1 where the left ankle, left toe joint, right ankle, right toe joint stands. */
    public readonly contacts = new Uint8Array(FootPointCount);

    private readonly _thresholds: Required<IContactThresholds>;
    private readonly _held = new Float64Array(FootPointCount);
    private readonly _last = new Float64Array(FootPointCount * 3);
    private _hasLast = false;

    /** @param thresholds when a point stands (default: as on a walking person) */
    public constructor(thresholds: IContactThresholds = {}) {
        this._thresholds = {
            landSpeed: 0.15,
            landHeight: 0.05,
            liftSpeed: 0.3,
            liftHeight: 0.08,
            minimumHold: 0.08,
            ...thresholds,
        };
    }

    /** Forgets the motion so far: call after a jump in time. */
    public reset(): void {
        this._hasLast = false;
        this.contacts.fill(0);
        this._held.fill(0);
    }

    /**
     * Judges the next moment. Right after a reset nothing stands, because nothing is known of speeds. A step of no
     * time changes nothing; a step backwards or longer than {@link LongestStep} is a reset.
     *
     * @param feet where the points are now
     * @param dt seconds since the last call
     * @param forced [4] contacts stated by a clip's markers or by the user: 1 stands, 0 does not, anything else is detected
     */
    public update(feet: FootPoints, dt: number, forced: ArrayLike<number> | null = null): void {
        if (!(dt >= 0) || dt > LongestStep) {
            this.reset();
        }
        if (this._hasLast && dt === 0) {
            return;
        }
        const scale = ReferenceLeg / Math.max(feet.legLength, 1e-6);
        for (let point = 0; point < FootPointCount; point++) {
            const height = (feet.positions[point * 3 + 1]! - feet.restHeights[point]!) * scale;
            const speed = this._hasLast ? (this._distance(feet, point) * scale) / dt : Infinity;
            const stated = forced?.[point];
            const stands = stated === 1 || stated === 0 ? stated : this._judge(point, speed, height);
            this._held[point] = stands === this.contacts[point] ? this._held[point]! + Math.max(dt, 0) : 0;
            this.contacts[point] = stands;
        }
        this._last.set(feet.positions);
        this._hasLast = true;
    }

    /**
     * Tells that the ground moved under the points since the last call, in their space: speeds are those against the
     * ground. See `FootPlanter.moveGround`.
     *
     * @param x distance along x
     * @param y distance upwards
     * @param z distance along z
     * @param yaw radians about the vertical axis through the origin, ahead of the shift
     */
    public moveGround(x: number, y: number, z: number, yaw: number): void {
        const last = this._last;
        const cos = Math.cos(yaw);
        const sin = Math.sin(yaw);
        for (let at = 0; at < last.length; at += 3) {
            const px = last[at]!;
            const pz = last[at + 2]!;
            last[at] = cos * px + sin * pz + x;
            last[at + 1]! += y;
            last[at + 2] = cos * pz - sin * px + z;
        }
    }

    private _judge(point: number, speed: number, height: number): number {
        const { landSpeed, landHeight, liftSpeed, liftHeight, minimumHold } = this._thresholds;
        if (this.contacts[point] === 1) {
            const lifts = speed > liftSpeed || height > liftHeight;
            // The hold outlasts a hitch of the source, not a foot that is well on its way.
            const isAway = speed > 3 * liftSpeed || height > 2 * liftHeight;
            return lifts && (isAway || this._held[point]! >= minimumHold) ? 0 : 1;
        }
        // Comparisons with NaN are false: a broken point stands nowhere.
        return speed < landSpeed && height < landHeight ? 1 : 0;
    }

    private _distance({ positions }: FootPoints, point: number): number {
        const x = positions[point * 3]! - this._last[point * 3]!;
        const y = positions[point * 3 + 1]! - this._last[point * 3 + 1]!;
        const z = positions[point * 3 + 2]! - this._last[point * 3 + 2]!;
        return Math.sqrt(x * x + y * y + z * z);
    }
}
