/** Updates that are remembered: two seconds at the highest rate that anyone sees. */
const Remembered = 256;

/** The rate is that of this long, milliseconds. */
const Window = 2000;

/** Measures how often maps change, and how old their pose is when they are shown. */
export class UpdateMeter {
    private readonly _times = new Float64Array(Remembered);
    private _count = 0;
    private _latency = 0;

    /** Updates a second over the last two seconds; 0 when there were less than two. */
    public get rate(): number {
        const start = performance.now() - Window;
        const remembered = Math.min(this._count, Remembered);
        let newest = 0;
        let oldest = 0;
        let found = 0;
        for (let back = 1; back <= remembered; back++) {
            const time = this._times[(this._count - back) % Remembered]!;
            if (time < start) {
                break;
            }
            newest = found === 0 ? time : newest;
            oldest = time;
            found++;
        }
        return newest > oldest ? ((found - 1) * 1000) / (newest - oldest) : 0;
    }

    /** Age of the last update's pose when it was shown, milliseconds; 0 before the first. */
    public get latency(): number {
        return this._latency;
    }

    /**
     * Counts an update.
     *
     * @param poseTime when its pose was read, milliseconds
     * @param now when it is shown, milliseconds
     */
    public count(poseTime: number, now: number): void {
        this._times[this._count % Remembered] = now;
        this._count++;
        this._latency = now - poseTime;
    }

    /** Forgets all updates. */
    public reset(): void {
        this._count = 0;
        this._latency = 0;
    }
}
