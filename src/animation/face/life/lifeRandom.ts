/** Random numbers that a seed always gives in the same order (mulberry32), made without making objects. */
export class LifeRandom {
    private _state: number;

    /** @param seed which of many sequences; any number */
    public constructor(seed: number) {
        this._state = seed | 0;
    }

    /** The next number, in [0, 1). */
    public next(): number {
        this._state = (this._state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this._state ^ (this._state >>> 15), 1 | this._state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    }

    /** The next number, evenly spread in [least, most). */
    public between(least: number, most: number): number {
        return least + (most - least) * this.next();
    }

    /** The next number of a normal distribution of mean 0 and deviation 1 (Box and Muller). */
    public normal(): number {
        const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
        return radius * Math.cos(2 * Math.PI * this.next());
    }
}
