import { type IPerceptron, LayerInputs, SkipLayer } from "../../format/headModel.js";
import { LeakySlope } from "../../pipeline/constants.js";
import { MultiplyRows, PaddedWidth } from "./rowProducts.js";

/** Axes of a way. */
const Axes = 3;

/** One layer. All widths are padded; what is added is zero. */
interface ILayer {
    /** Width of the layer before that goes on; 0 for the first layer. */
    readonly before: number;
    /** Width of that and of the place, where it joins. */
    readonly inputs: number;
    readonly outputs: number;
    /** [outputs,inputs] */
    readonly forward: Float64Array;
    /** [before,outputs] the part of the layer before, turned over. */
    readonly backward: Float64Array;
    /** [K,outputs] the part of the code, turned over; null where it does not join. */
    readonly code: Float64Array | null;
    /** [outputs] as trained. */
    readonly plainBiases: Float64Array;
    /** [outputs] with what the code adds. */
    readonly biases: Float64Array;
    /** [B,inputs], [B,outputs] */
    readonly in: Float64Array;
    readonly out: Float64Array;
    /** [3B,outputs] */
    readonly gradient: Float64Array;
}

/**
 * How the ways that a deformation network gives points change with each number of the expression code. A way has three numbers and
 * a code has dozens, so slopes are passed backwards: three passes a point, whatever the length of the code. Points are taken
 * in batches, so that weights stay in the cache.
 */
export class DeformationSlopes {
    /** [B,P] encoded places of a batch, with a row of {@link placeStride} numbers each: to be filled in ahead of {@link run}. */
    public readonly places: Float64Array;
    /** Numbers from place to place. */
    public readonly placeStride: number;
    /** [B·3,K] slopes of x, y, z of each point after {@link run}, with rows of {@link slopeStride} numbers. */
    public readonly slopes: Float64Array;
    /** Numbers from slope row to slope row. */
    public readonly slopeStride: number;
    /** [B,3] ways after {@link run}, within ±1. */
    public readonly ways: Float64Array;

    private readonly _batch: number;
    private readonly _layers: readonly ILayer[];
    private readonly _part: Float64Array;

    /**
     * @param network encoded place and expression code → way, of which the hyperbolic tangent is taken
     * @param codeSize numbers of the code
     * @param batch points of a batch, an even number
     */
    public constructor({ widths, parameters }: IPerceptron, codeSize: number, batch: number) {
        const place = widths[0]! - codeSize;
        this._batch = batch;
        this.placeStride = PaddedWidth(place);
        this.slopeStride = PaddedWidth(codeSize);
        this.places = new Float64Array(batch * this.placeStride);
        this.slopes = new Float64Array(batch * Axes * this.slopeStride);
        this.ways = new Float64Array(batch * Axes);
        this._part = new Float64Array(this.slopes.length);
        let at = 0;
        this._layers = widths.slice(1).map((outputs, layer) => {
            const inputs = LayerInputs(widths, layer);
            const packed = PackLayer({ widths, layer, place, codeSize, batch }, parameters.subarray(at));
            at += outputs * (inputs + 1);
            return packed;
        });
    }

    /**
     * Says which expression slopes are asked for.
     *
     * @param code [K]
     */
    public setCode(code: ArrayLike<number>): void {
        for (const { plainBiases, biases, code: weights, outputs } of this._layers) {
            biases.set(plainBiases);
            for (let k = 0; weights && k < code.length; k++) {
                for (let output = 0; output < outputs; output++) {
                    biases[output]! += weights[k * outputs + output]! * code[k]!;
                }
            }
        }
    }

    /** Makes {@link ways} and {@link slopes} of {@link places}. */
    public run(): void {
        this._runForward();
        const last = this._layers.at(-1)!;
        last.gradient.fill(0);
        for (let row = 0; row < this._batch * Axes; row++) {
            const [point, axis] = [Math.floor(row / Axes), row % Axes];
            const way = Math.tanh(last.out[point * last.outputs + axis]!);
            this.ways[row] = way;
            last.gradient[row * last.outputs + axis] = 1 - way * way;
        }
        this.slopes.fill(0);
        this._runBackward();
    }

    private _runForward(): void {
        const { _layers: layers, _batch: batch, placeStride } = this;
        layers.forEach((layer, index) => {
            const previous = layers[index - 1];
            for (let point = 0; point < batch; point++) {
                const to = point * layer.inputs;
                if (previous) {
                    layer.in.set(previous.out.subarray(point * layer.before, (point + 1) * layer.before), to);
                }
                if (layer.code) {
                    const from = point * placeStride;
                    layer.in.set(this.places.subarray(from, from + placeStride), to + layer.before);
                }
            }
            MultiplyRows(layer.in, layer.forward, layer.out, batch, layer.outputs, layer.inputs);
            const isLast = index === layers.length - 1;
            for (let i = 0; i < layer.out.length; i++) {
                const sum = layer.out[i]! + layer.biases[i % layer.outputs]!;
                layer.out[i] = sum < 0 && !isLast ? sum * LeakySlope : sum;
            }
        });
    }

    private _runBackward(): void {
        const rows = this._batch * Axes;
        for (let index = this._layers.length - 1; index >= 0; index--) {
            const { gradient, code, backward, before, outputs } = this._layers[index]!;
            if (code) {
                MultiplyRows(gradient, code, this._part, rows, this.slopeStride, outputs);
                for (let i = 0; i < this.slopes.length; i++) {
                    this.slopes[i]! += this._part[i]!;
                }
            }
            const previous = this._layers[index - 1];
            if (previous) {
                MultiplyRows(gradient, backward, previous.gradient, rows, before, outputs);
                for (let row = 0; row < rows; row++) {
                    const point = Math.floor(row / Axes) * before;
                    for (let i = 0; i < before; i++) {
                        if (previous.out[point + i]! < 0) {
                            previous.gradient[row * before + i]! *= LeakySlope;
                        }
                    }
                }
            }
        }
    }
}

interface ILayerPlace {
    readonly widths: readonly number[];
    readonly layer: number;
    readonly place: number;
    readonly codeSize: number;
    readonly batch: number;
}

/** Takes a layer apart: what comes from the layer before, from the place, and from the code. */
function PackLayer({ widths, layer, place, codeSize, batch }: ILayerPlace, parameters: ArrayLike<number>): ILayer {
    const isFirst = layer === 0;
    const hasCode = isFirst || layer === SkipLayer(widths);
    const [running, made] = [isFirst ? 0 : widths[layer]!, widths[layer + 1]!];
    const stored = LayerInputs(widths, layer);
    const [before, outputs] = [PaddedWidth(running), PaddedWidth(made)];
    const inputs = before + (hasCode ? PaddedWidth(place) : 0);
    const forward = new Float64Array(outputs * inputs);
    const backward = new Float64Array(before * outputs);
    const code = hasCode ? new Float64Array(PaddedWidth(codeSize) * outputs) : null;
    const plainBiases = new Float64Array(outputs);
    for (let output = 0; output < made; output++) {
        plainBiases[output] = parameters[made * stored + output]!;
        for (let i = 0; i < stored; i++) {
            const value = parameters[output * stored + i]!;
            if (i < running) {
                forward[output * inputs + i] = value;
                backward[i * outputs + output] = value;
            } else if (i < running + place) {
                forward[output * inputs + before + i - running] = value;
            } else {
                code![(i - running - place) * outputs + output] = value;
            }
        }
    }
    return {
        before,
        inputs,
        outputs,
        forward,
        backward,
        code,
        plainBiases,
        biases: plainBiases.slice(),
        in: new Float64Array(batch * inputs),
        out: new Float64Array(batch * outputs),
        gradient: new Float64Array(batch * Axes * outputs),
    };
}
