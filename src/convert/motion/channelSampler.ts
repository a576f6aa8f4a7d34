import { NormalizePacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { type ICharacterChannel } from "../bake/riggedCharacter.js";

/** Samples one channel of a clip by the glTF rules, clamped to its first and last key, into a packed array. */
export class ChannelSampler {
    /** Node that the channel moves. */
    public readonly node: number;
    /** What of it is moved. */
    public readonly path: ICharacterChannel["path"];
    private readonly _channel: ICharacterChannel;
    /** Numbers from one key to the next. */
    private readonly _stride: number;
    /** Where the value stands among the numbers of a key. */
    private readonly _valueAt: number;
    /** Key found last; the next time is most often near. */
    private _key = 0;

    /** @param channel at least one key, times ascending */
    public constructor(channel: ICharacterChannel) {
        const isSpline = channel.interpolation === "CUBICSPLINE";
        this.node = channel.node;
        this.path = channel.path;
        this._channel = channel;
        this._stride = channel.size * (isSpline ? 3 : 1);
        this._valueAt = isSpline ? channel.size : 0;
    }

    /**
     * Writes the value at a time. Makes no objects.
     *
     * @param clock [1] seconds on the clip's own clock; in an array, since engines box numbers that calls hand on
     * @param result receives `size` numbers
     * @param at where
     */
    public sample(clock: Float64Array, result: Float64Array, at: number): void {
        const { times, values, interpolation, path, size } = this._channel;
        const time = clock[0]!;
        const key = this._seek(clock);
        const span = key + 1 < times.length ? times[key + 1]! - times[key]! : 0;
        const amount = span > 0 ? Math.min(1, Math.max(0, (time - times[key]!) / span)) : 0;
        const from = key * this._stride + this._valueAt;
        const to = from + this._stride;
        if (interpolation === "STEP" || amount === 0) {
            for (let i = 0; i < size; i++) {
                result[at + i] = values[from + i]!;
            }
        } else if (interpolation === "CUBICSPLINE") {
            this._spline(from, amount, span, result, at);
        } else if (path === "rotation") {
            SlerpPacked(values, from, values, to, amount, result, at);
        } else {
            for (let i = 0; i < size; i++) {
                result[at + i] = values[from + i]! + (values[to + i]! - values[from + i]!) * amount;
            }
        }
        if (path === "rotation") {
            NormalizePacked(result, at);
        }
    }

    /** Last key at or before the time, or the first one. */
    private _seek(clock: Float64Array): number {
        const time = clock[0]!;
        const { times } = this._channel;
        if (times[this._key]! > time) {
            this._key = 0;
        }
        if (this._key + 1 < times.length && times[this._key + 1]! <= time) {
            let low = this._key + 1;
            let high = times.length;
            while (high - low > 1) {
                const middle = (low + high) >> 1;
                if (times[middle]! <= time) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            this._key = low;
        }
        return this._key;
    }

    /** Cubic Hermite spline between two keys, each in-tangent, value, out-tangent. */
    private _spline(from: number, t: number, span: number, result: Float64Array, at: number): void {
        const { values, size } = this._channel;
        const next = from + this._stride;
        const t2 = t * t;
        const t3 = t2 * t;
        for (let i = 0; i < size; i++) {
            result[at + i] =
                (2 * t3 - 3 * t2 + 1) * values[from + i]! +
                span * (t3 - 2 * t2 + t) * values[from + size + i]! +
                (3 * t2 - 2 * t3) * values[next + i]! +
                span * (t3 - t2) * values[next - size + i]!;
        }
    }
}
