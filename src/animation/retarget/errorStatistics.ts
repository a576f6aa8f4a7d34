/** Mean, 95th percentile and largest of many values. */
export interface IStatistics {
    /** Mean. */
    readonly mean: number;
    /** Value that 95 % do not exceed, to a thousandth of the largest expected value. */
    readonly p95: number;
    /** Largest. */
    readonly max: number;
    /** Number of values; the others are 0 when there are none. */
    readonly count: number;
}

const Bins = 4096;

/** Gathers values ≥ 0 in constant memory, however long a clip is. */
export class ErrorStatistics {
    private readonly _bins = new Uint32Array(Bins);
    private readonly _range: number;
    private _sum = 0;
    private _max = 0;
    private _count = 0;

    /** @param range largest expected value; values above count as it for the percentile */
    public constructor(range: number) {
        this._range = range;
    }

    /** Takes a value; what is not a number is left out. */
    public add(value: number): void {
        if (Number.isFinite(value)) {
            // Small values are told apart more finely than large ones: the bins follow the square root.
            const share = Math.sqrt(Math.min(1, value / this._range));
            this._bins[Math.min(Bins - 1, Math.floor(share * Bins))]!++;
            this._sum += value;
            this._max = Math.max(this._max, value);
            this._count++;
        }
    }

    /** What was gathered. */
    public read(): IStatistics {
        let below = 0;
        let bin = 0;
        while (bin < Bins - 1 && (below += this._bins[bin]!) < 0.95 * this._count) {
            bin++;
        }
        return {
            mean: this._count > 0 ? this._sum / this._count : 0,
            p95: this._count > 0 ? Math.min(this._max, this._range * ((bin + 1) / Bins) ** 2) : 0,
            max: this._max,
            count: this._count,
        };
    }
}
