/** A number that follows another as fast as it can without overshooting: a critically damped spring, solved exactly. */
export class Damped {
    /** Where it is. */
    public value = 0;

    private _speed = 0;
    private readonly _omega: number;

    /** @param frequency of the spring, Hz: after 0.75/frequency seconds 95 % of the way is done */
    public constructor(frequency: number) {
        this._omega = 2 * Math.PI * frequency;
    }

    /** Puts it somewhere at rest. */
    public reset(value = 0): void {
        this.value = value;
        this._speed = 0;
    }

    /** Lets it follow `target` for `dt` seconds; steps of any length are stable. */
    public advance(target: number, dt: number): void {
        const away = this.value - target;
        const rate = this._speed + this._omega * away;
        const fade = Math.exp(-this._omega * dt);
        this.value = target + (away + rate * dt) * fade;
        this._speed = (this._speed - this._omega * rate * dt) * fade;
    }
}
