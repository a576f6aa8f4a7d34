import { ArkitCount } from "../vocabulary/arkit.js";
import { type IExpressionSpace } from "./expressionSpace.js";

/** What a channel must improve to be used at all, so that a face is made of few: 0.02 of a shape. */
const LeastUse = 2e-4;
/** Steps a channel, after which a solution is taken as it is. */
const StepsPerChannel = 6;
/** Improvements below this do not show. */
const LeastGain = 1e-7;

/**
 * Makes faces of channels that are several shapes at once: visemes, whole expressions. They overlap, so each by itself would add
 * up to far too much; weights from 0 to 1 are found that come closest together. The channel that explains most goes first: a
 * face that is one channel becomes that one alone.
 */
export class CompoundSolver {
    private readonly _channels: Int32Array;
    private readonly _shapes: readonly Float32Array[];
    /** [n,n] products of what the channels are. */
    private readonly _products: Float64Array;
    /** [52] 1 where no channel of its own shows a shape. */
    private readonly _isLeft = new Float64Array(ArkitCount);
    private readonly _rest = new Float64Array(ArkitCount);
    private readonly _slopes: Float64Array;
    private readonly _weights: Float64Array;

    /** @param space whose compounds */
    public constructor({ compounds = [], fromArkit, channels }: IExpressionSpace) {
        const count = channels.length;
        this._channels = Int32Array.from(compounds, ({ channel }) => channel);
        this._shapes = compounds.map(({ shapes }) => shapes);
        this._products = Float64Array.from({ length: compounds.length ** 2 }, (_, i) =>
            Dot(this._shapes[Math.floor(i / compounds.length)]!, this._shapes[i % compounds.length]!),
        );
        this._slopes = new Float64Array(compounds.length);
        this._weights = new Float64Array(compounds.length);
        for (let shape = 0; shape < ArkitCount; shape++) {
            const row = fromArkit.subarray(shape * count, (shape + 1) * count);
            this._isLeft[shape] = row.every((weight) => weight === 0) ? 1 : 0;
        }
    }

    /**
     * Sets the channels that are several shapes. Makes no objects.
     *
     * @param face [52] weights of the shapes; what is no number counts as 0
     * @param code [D] receives the weights of these channels
     */
    public solve(face: ArrayLike<number>, code: Float32Array): void {
        const count = this._channels.length;
        for (let shape = 0; count > 0 && shape < ArkitCount; shape++) {
            const weight = face[shape]!;
            this._rest[shape] = Number.isFinite(weight) ? weight * this._isLeft[shape]! : 0;
        }
        for (let i = 0; i < count; i++) {
            this._slopes[i] = Dot(this._shapes[i]!, this._rest);
            this._weights[i] = 0;
        }
        for (let step = 0; step < StepsPerChannel * count && this._improve(); step++) {
            // Until nothing improves.
        }
        for (let i = 0; i < count; i++) {
            code[this._channels[i]!] = this._weights[i]!;
        }
    }

    /** Changes the weight that improves the face most; false when none does. */
    private _improve(): boolean {
        const { _slopes: slopes, _weights: weights, _products: products } = this;
        const count = slopes.length;
        let best = -1;
        let change = 0;
        let gain = LeastGain;
        for (let i = 0; i < count; i++) {
            const square = products[i * count + i]!;
            if (square > 0) {
                const next = Math.min(1, Math.max(0, weights[i]! + slopes[i]! / square));
                const way = next - weights[i]!;
                const own = way * (slopes[i]! - 0.5 * way * square);
                if (own > gain && (own > LeastUse || weights[i]! > 0)) {
                    best = i;
                    change = way;
                    gain = own;
                }
            }
        }
        if (best >= 0) {
            weights[best]! += change;
            for (let i = 0; i < count; i++) {
                slopes[i]! -= change * products[best * count + i]!;
            }
        }
        return best >= 0;
    }
}

function Dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
        sum += a[i]! * b[i]!;
    }
    return sum;
}
