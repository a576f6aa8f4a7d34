/**
 * A difference that dies away: when a value has to change over from one course to another, the difference between the two
 * at that moment, with its speed, is added to the new course and fades along a cubic to nothing. Value and speed stay
 * continuous (inertialisation).
 */
export class Decay {
    /** [N] what is left of the difference. */
    public readonly offset: Float64Array;

    private readonly _start: Float64Array;
    private readonly _speed: Float64Array;
    private _time = 0;
    private _duration = 0;

    /** @param size how many numbers fade together */
    public constructor(size: number) {
        this.offset = new Float64Array(size);
        this._start = new Float64Array(size);
        this._speed = new Float64Array(size);
    }

    /** Share of the difference that is left, speed apart: 1 at the beginning, 0 when nothing fades. */
    public get rest(): number {
        const s = this._duration > 0 ? Math.min(1, this._time / this._duration) : 1;
        return (1 - s) * (1 - s) * (1 + 2 * s);
    }

    /** Nothing is left. */
    public reset(): void {
        this.offset.fill(0);
        this._duration = 0;
        this._time = 0;
    }

    /**
     * Sets one of the numbers that {@link begin} lets fade.
     *
     * @param index which
     * @param difference what is left now
     * @param speed how fast it changes, per second
     * @param mostSpeed speeds beyond this are taken for glitches and cut
     */
    public capture(index: number, difference: number, speed: number, mostSpeed: number): void {
        this._start[index] = difference;
        this._speed[index] = Math.min(mostSpeed, Math.max(-mostSpeed, speed));
    }

    /** Begins to fade what was captured, over `duration` seconds. */
    public begin(duration: number): void {
        this._time = 0;
        this._duration = duration;
    }

    /** Goes on by `dt` seconds. */
    public advance(dt: number): void {
        this._time += dt;
        const s = this._duration > 0 ? Math.min(1, this._time / this._duration) : 1;
        const value = this.rest;
        const slope = s * (1 - s) * (1 - s) * this._duration;
        for (let i = 0; i < this.offset.length; i++) {
            this.offset[i] = this._start[i]! * value + this._speed[i]! * slope;
        }
        if (s >= 1) {
            this.reset();
        }
    }
}
