import { BodyPointCount, type BodyPoints } from "./bodyPoints.js";

/** How the filter weighs calm against lag. */
export interface IPointFilterOptions {
    /** Cutoff for a point at rest, Hz: lower is calmer (default: 1.2). */
    readonly minCutoff?: number;
    /** By how much the cutoff rises with speed, Hz for a metre a second: higher lags less (default: 0.5). */
    readonly beta?: number;
}

/** Cutoff of the measured speed itself, Hz, as the authors of the filter have it. */
const SpeedCutoff = 1;
/** Gaps longer than this, in seconds, begin anew. */
const LongestGap = 0.5;

/**
 * The One-Euro filter (Casiez, Roussel, Vogel 2012) on the points of a tracked body: what rests is held calm, what moves fast
 * follows without lag. Allocates nothing per frame.
 */
export class PointFilter {
    private readonly _minCutoff: number;
    private readonly _beta: number;
    private readonly _values = new Float64Array(BodyPointCount * 3);
    private readonly _speeds = new Float64Array(BodyPointCount * 3);
    private readonly _known = new Uint8Array(BodyPointCount);

    /** @param options calm and lag */
    public constructor(options: IPointFilterOptions = {}) {
        this._minCutoff = options.minCutoff ?? 1.2;
        this._beta = options.beta ?? 0.5;
    }

    /** Forgets all points. */
    public reset(): void {
        this._known.fill(0);
    }

    /**
     * Filters the points in place.
     *
     * @param points the points
     * @param dt seconds since the last call
     */
    public apply(points: BodyPoints, dt: number): void {
        const isContinued = dt > 0 && dt < LongestGap;
        const speedShare = isContinued ? Share(SpeedCutoff, dt) : 0;
        for (let point = 0; point < BodyPointCount; point++) {
            if (points.known[point] !== 1) {
                this._known[point] = 0;
                continue;
            }
            const isSeen = this._known[point] === 1 && isContinued;
            for (let at = point * 3; at < point * 3 + 3; at++) {
                const value = points.positions[at]!;
                if (!isSeen) {
                    this._values[at] = value;
                    this._speeds[at] = 0;
                    continue;
                }
                const speed = (value - this._values[at]!) / dt;
                this._speeds[at]! += speedShare * (speed - this._speeds[at]!);
                const cutoff = this._minCutoff + this._beta * Math.abs(this._speeds[at]!);
                this._values[at]! += Share(cutoff, dt) * (value - this._values[at]!);
                points.positions[at] = this._values[at]!;
            }
            this._known[point] = 1;
        }
    }
}

/** Weight of a new value in a first-order low-pass. */
function Share(cutoff: number, dt: number): number {
    const rate = 2 * Math.PI * cutoff * dt;
    return rate / (rate + 1);
}
