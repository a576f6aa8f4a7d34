import { FirDoublingWeights, FirWeights, InverseHaarRows } from "./filters.js";
import { FoldModulation, LeakyGain, LeakySlope, Scaled } from "./foldStyle.js";
import { type IGraphConstant, type IGraphValue, type NetworkGraph } from "./networkGraph.js";
import { type CheckedWeights } from "./networkWeights.js";

/**
 * Side of a picture from which on transposed convolutions are not used: ONNX Runtime's float16 ones for WebGPU compute wrong
 * positions there. Below, they are the faster way to double a picture.
 */
const MaxTransposedSize = 2048;

/** Names of a layer's tensors in the checkpoint. */
export interface ILayerKeys {
    /** Of the weights. */
    readonly weight: string;
    /** Of the biases. */
    readonly bias: string;
}

/** How a tensor of the checkpoint becomes a constant of the graph. */
interface IFolding {
    /** Its shape in the checkpoint. */
    readonly stored: readonly number[];
    /** Its shape in the graph (default: the same). */
    readonly shape?: readonly number[];
    /** From the numbers of one to those of the other. */
    readonly fold: (stored: Float32Array) => Float32Array;
}

/**
 * The layers of StyleUNets, as plain operations: style, equalised scales and the gain of the leaky ReLUs are multiplied into
 * weights, noise into a constant.
 */
export class StyleLayers {
    /** Graph they are added to. */
    public readonly graph: NetworkGraph;
    /** Tensors of the checkpoint. */
    public readonly weights: CheckedWeights;
    private readonly _prefix: string;
    private readonly _mapStyle: () => Float64Array;
    private _style: Float64Array | null = null;

    /**
     * @param graph to add to
     * @param weights tensors of the checkpoint
     * @param prefix beginning of the names of tensors in the graph
     * @param mapStyle makes the style that all layers share; called once, when numbers are first made
     */
    public constructor(graph: NetworkGraph, weights: CheckedWeights, prefix: string, mapStyle: () => Float64Array) {
        this.graph = graph;
        this.weights = weights;
        this._prefix = prefix;
        this._mapStyle = mapStyle;
    }

    /**
     * Full name of a tensor in the graph.
     *
     * @param name of the tensor in this network
     * @returns with the prefix
     */
    public name(name: string): string {
        return `${this._prefix}/${name}`;
    }

    /**
     * A convolution with equalised weights, and a leaky ReLU.
     *
     * @param name of the tensor it makes
     * @param keys of its tensors
     * @param x [1,C,H,W]
     * @param layout [outputs, size of the kernel], pixels between outputs, zeros around the picture
     * @returns [1,outputs,H',W']
     */
    public equalised(
        name: string,
        keys: ILayerKeys,
        x: IGraphValue,
        layout: { readonly outputs: number; readonly size: number; readonly stride?: number; readonly border?: number },
    ): IGraphValue {
        const { outputs, size, stride = 1, border = (size - 1) / 2 } = layout;
        const shape = [outputs, x.shape[1]!, size, size];
        const fold = (stored: Float32Array): Float32Array => Scaled(stored, EqualisedScale(shape));
        const weight = this.constant(keys.weight, keys.weight, { stored: shape, fold });
        const bias = this.activationBias(keys.bias, outputs);
        return this.leaky(name, this.graph.conv(this.name(`${name}/conv`), x, { weight, bias, stride, pads: Border(border) })); // prettier-ignore
    }

    /**
     * Halves a picture: low-pass filter, 3 × 3 convolution with stride 2, leaky ReLU.
     *
     * @param name of the tensor it makes
     * @param keys of its tensors
     * @param x [1,C,H,W]
     * @param outputs number of channels
     * @returns [1,outputs,H/2,W/2]
     */
    public halved(name: string, keys: ILayerKeys, x: IGraphValue, outputs: number): IGraphValue {
        const smooth = this.smooth(name, x, [2, 2], 1, null);
        return this.equalised(name, keys, smooth, { outputs, size: 3, stride: 2, border: 0 });
    }

    /**
     * The low-pass filter along rows, then along columns: half the work of both at once.
     *
     * @param name beginning of the names of the tensors it makes
     * @param x [1,C,H,W]
     * @param border zeros before and after, along both axes
     * @param gain factor
     * @param bias [C] added at the end; or null
     * @returns [1,C,H + before + after − 3,W + before + after − 3]
     */
    public smooth(
        name: string,
        x: IGraphValue,
        border: readonly [before: number, after: number],
        gain: number,
        bias: IGraphConstant | null,
    ): IGraphValue {
        const channels = x.shape[1]!;
        const [before, after] = border;
        const weights = (axis: "rows" | "columns"): IGraphConstant => FirWeights(channels, axis, Math.sqrt(gain));
        const rows = { weight: weights("rows"), bias: null, groups: channels, pads: [before, 0, after, 0] } as const;
        const columns = { weight: weights("columns"), bias, groups: channels, pads: [0, before, 0, after] } as const;
        const half = this.graph.conv(this.name(`${name}/fir_rows`), x, rows);
        return this.graph.conv(this.name(`${name}/fir`), half, columns);
    }

    /**
     * Halves a picture with the low-pass filter alone.
     *
     * @param name of the tensor it makes
     * @param x [1,C,H,W] of few channels
     * @returns [1,C,H/2,W/2]
     */
    public shrunk(name: string, x: IGraphValue): IGraphValue {
        const channels = x.shape[1]!;
        const weight = FirWeights(channels, "both", 1);
        return this.graph.conv(this.name(name), x, {
            weight,
            bias: null,
            stride: 2,
            pads: Border(1),
            groups: channels,
        });
    }

    /**
     * A modulated 3 × 3 convolution with noise, bias and leaky ReLU.
     *
     * @param name of the tensor it makes
     * @param key beginning of the names of its tensors, for example `convs1.0`
     * @param noise name of its noise
     * @param x [1,C,H,W]
     * @param layout number of channels that come out, and whether the picture gets twice the side
     * @returns [1,outputs,H,W] or [1,outputs,2H,2W]
     */
    public styled(
        name: string,
        key: string,
        noise: string,
        x: IGraphValue,
        layout: { readonly outputs: number; readonly isDoubling: boolean },
    ): IGraphValue {
        const { outputs, isDoubling } = layout;
        const inputs = x.shape[1]!;
        this.weights.shape(`${key}.conv.weight`, [1, outputs, inputs, 3, 3]);
        const fold = (): Float32Array => Scaled(FoldModulation(this.weights, key, this._styleVector(), [outputs, inputs, 3], true), LeakyGain); // prettier-ignore
        const bias = this.activationBias(`${key}.activate.bias`, outputs);
        let made: IGraphValue;
        if (isDoubling) {
            made = this.doubled(name, x, outputs, { name: this.name(`${key}.up`), fold, bias });
        } else {
            const weight = { name: this.name(`${key}.conv`), shape: [outputs, inputs, 3, 3], make: fold };
            made = this.graph.conv(this.name(`${name}/conv`), x, { weight, bias, pads: Border(1) });
        }
        // The same picture in every channel.
        const picture = this.constant(`${key}.noise`, noise, {
            stored: [1, 1, made.shape[2]!, made.shape[3]!],
            fold: (stored) => Scaled(stored, this.weights.read(`${key}.noise.weight`, [1])[0]! * LeakyGain),
        });
        return this.leaky(name, this.graph.add(this.name(`${name}/noisy`), made, picture));
    }

    /**
     * A transposed 3 × 3 convolution with stride 2, or what makes the same pixels, and the low-pass filter with gain 4.
     *
     * @param name of the tensors it makes
     * @param x [1,C,H,W]
     * @param outputs number of channels
     * @param kernel name, numbers [outputs,C,3,3] and biases of the convolution
     * @param maxTransposedSize side of a picture from which on no transposed convolution is used
     * @returns [1,outputs,2H,2W]
     */
    public doubled(
        name: string,
        x: IGraphValue,
        outputs: number,
        kernel: { readonly name: string; readonly fold: () => Float32Array; readonly bias: IGraphConstant | null },
        maxTransposedSize = MaxTransposedSize,
    ): IGraphValue {
        const inputs = x.shape[1]!;
        if (2 * Math.max(x.shape[2]!, x.shape[3]!) < maxTransposedSize) {
            const make = (): Float32Array => Transposed(kernel.fold(), outputs, inputs);
            const weight = { name: kernel.name, shape: [inputs, outputs, 3, 3], make };
            const layout = { weight, bias: null, stride: 2 };
            const wide = this.graph.convTranspose(this.name(`${name}/transposed`), x, layout);
            return this.smooth(name, wide, [1, 1], 4, kernel.bias);
        }
        const make = (): Float32Array => PixelsOfBlocks(kernel.fold(), outputs, inputs);
        const weight = { name: kernel.name, shape: [4 * outputs, inputs, 2, 2], make };
        const blocks = this.graph.conv(this.name(`${name}/blocks`), x, { weight, bias: null, pads: Border(1) });
        // One pixel larger than the transposed convolution's; it is the zero that the filter needs there.
        return this.smooth(name, this.graph.depthToSpace(this.name(`${name}/wide`), blocks), [1, 0], 4, kernel.bias);
    }

    /**
     * A modulated 1 × 1 convolution that makes a picture, as pixels of 2 × 2 blocks instead of Haar bands; added to it, the
     * doubled picture of the level before.
     *
     * @param name of the tensor it makes
     * @param key beginning of the names of its tensors, for example `to_rgbs1.0`
     * @param x [1,C,H,W]
     * @param channels of the picture, o
     * @param before [1,4o,H/2,W/2] pixels of blocks; null at the first level
     * @returns [1,4o,H,W] pixels of blocks of a picture of 2H × 2W
     */
    public head(name: string, key: string, x: IGraphValue, channels: number, before: IGraphValue | null): IGraphValue {
        const [inputs, bands] = [x.shape[1]!, 4 * channels];
        this.weights.shape(`${key}.conv.weight`, [1, bands, inputs, 1, 1]);
        const make = (): Float32Array =>
            InverseHaarRows(
                FoldModulation(this.weights, key, this._styleVector(), [bands, inputs, 1], false),
                channels,
            );
        const weight = { name: this.name(`${key}.conv`), shape: [bands, inputs, 1, 1], make };
        const bias = this.constant(`${key}.bias`, `${key}.bias`, {
            stored: [1, bands, 1, 1],
            shape: [bands],
            fold: (stored) => InverseHaarRows(stored, channels),
        });
        const head = this.graph.conv(this.name(name), x, { weight, bias });
        if (before === null) {
            return head;
        }
        // The heads' pictures are summed in float32: nothing after this would hide the rounding.
        const image = this.graph.depthToSpace(this.name(`${name}/before`), before, true);
        const taps = FirDoublingWeights(channels);
        const doubling = { weight: taps, bias: null, pads: Border(1), groups: channels, isWide: true };
        const doubled = this.graph.conv(this.name(`${name}/doubled`), image, doubling);
        return this.graph.add(this.name(`${name}/picture`), doubled, head, true);
    }

    /**
     * The leaky ReLU; its gain is in the weights before it.
     *
     * @param name of the tensor it makes
     * @param x any tensor
     * @returns as large as x
     */
    public leaky(name: string, x: IGraphValue): IGraphValue {
        return this.graph.leakyRelu(this.name(name), x, LeakySlope);
    }

    /**
     * Biases in front of a leaky ReLU.
     *
     * @param key of the tensor
     * @param channels how many
     * @returns [channels]
     */
    public activationBias(key: string, channels: number): IGraphConstant {
        return this.constant(key, key, { stored: [channels], fold: (stored) => Scaled(stored, LeakyGain) });
    }

    /**
     * A constant made of a tensor of the checkpoint, whose shape is checked now and whose numbers are read later.
     *
     * @param name of the constant
     * @param key of the tensor
     * @param folding shapes, and how numbers are changed
     * @returns the constant
     */
    public constant(name: string, key: string, folding: IFolding): IGraphConstant {
        const { stored, shape = stored, fold } = folding;
        this.weights.shape(key, stored);
        return { name: this.name(name), shape, make: () => fold(this.weights.read(key, stored)) };
    }

    private _styleVector(): Float64Array {
        this._style ??= this._mapStyle();
        return this._style;
    }
}

/**
 * What equalised weights are multiplied by, with the gain of the leaky ReLU behind them.
 *
 * @param shape of the weights
 * @returns the factor
 */
export function EqualisedScale(shape: readonly number[]): number {
    const [, inputs, height, width] = shape as [number, number, number, number];
    return LeakyGain / Math.sqrt(inputs * height * width);
}

/**
 * The same number of zeros on all sides.
 *
 * @param size how many
 * @returns pads of a convolution
 */
export function Border(size: number): [number, number, number, number] {
    return [size, size, size, size];
}

/** [outputs, inputs, 3, 3] → [inputs, outputs, 3, 3], as transposed convolutions have it. */
function Transposed(weights: Float32Array, outputs: number, inputs: number): Float32Array {
    const result = new Float32Array(weights.length);
    for (let output = 0; output < outputs; output++) {
        for (let input = 0; input < inputs; input++) {
            const from = (output * inputs + input) * 9;
            result.set(weights.subarray(from, from + 9), (input * outputs + output) * 9);
        }
    }
    return result;
}

/**
 * [outputs, inputs, 3, 3] of a transposed convolution with stride 2 → [4·outputs, inputs, 2, 2] of a convolution that makes the
 * 2 × 2 pixels of each block: pixel 0 of an axis gets taps 2 and 0 of the pixels before and at it, pixel 1 tap 1 of the latter.
 */
function PixelsOfBlocks(weights: Float32Array, outputs: number, inputs: number): Float32Array {
    const taps = [[2, 0], [null, 1]] as const; // prettier-ignore
    return Float32Array.from({ length: 16 * outputs * inputs }, (_, index) => {
        const [column, row, input] = [index & 1, (index >> 1) & 1, Math.floor(index / 4) % inputs];
        const [part, output] = [Math.floor(index / 4 / inputs) & 3, Math.floor(index / 16 / inputs)];
        const [y, x] = [taps[(part >> 1) as 0 | 1][row as 0 | 1], taps[(part & 1) as 0 | 1][column as 0 | 1]];
        return y === null || x === null ? 0 : weights[(output * inputs + input) * 9 + y * 3 + x]!;
    });
}
