/** Repeatable random numbers (Mulberry32), uniform in 0..1 and standard normal (Box and Muller). */
export class RandomNumbers {
    private _state: number;
    private _spare: number | null = null;

    /** @param seed any 32-bit number */
    public constructor(seed: number) {
        this._state = seed >>> 0;
    }

    /** The next number, 0 ≤ x < 1. */
    public uniform(): number {
        this._state = (this._state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(this._state ^ (this._state >>> 15), this._state | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    /** The next number, mean 0, variance 1. */
    public normal(): number {
        if (this._spare !== null) {
            const spare = this._spare;
            this._spare = null;
            return spare;
        }
        const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
        const angle = 2 * Math.PI * this.uniform();
        this._spare = radius * Math.sin(angle);
        return radius * Math.cos(angle);
    }

    /**
     * An array of normal numbers.
     *
     * @param length how many
     * @param deviation their standard deviation
     */
    public normals(length: number, deviation: number): Float32Array {
        const values = new Float32Array(length);
        for (let i = 0; i < length; i++) {
            values[i] = deviation * this.normal();
        }
        return values;
    }
}
