import { RandomNumbers } from "./randomNumbers.js";
import { type ICheckpointTensor } from "./torchFile.js";

/** Features of the official networks by resolution. */
const OfficialWidths: Readonly<Record<number, number>> = {
    8: 512,
    16: 512,
    32: 512,
    64: 512,
    128: 256,
    256: 128,
    512: 64,
};
/** Resolutions of the encoder's stages, from the first one's input on. */
const EncoderSides = [256, 128, 64, 32, 16, 8] as const;
/** Resolution that each decoder level yields. */
const DecoderSides = [16, 32, 64, 128, 256, 512] as const;
const StyleWidth = 512;
const Fir = [1, 3, 3, 1];
/** Half, as the published filters hold it. */
const HaarTap = 0.49999997;
/** So that noise shows. */
const NoiseStrength = 0.05;
/** Share of the published initial weights that the last layers have: random colours, but not all over the place. */
const HeadGain = 0.08;
/** What the networks say on average, so that one sees a person: a skin tone, b g r, and solid Gaussians. */
const MeanColor = [0.46, 0.55, 0.74];
const MeanOther = [4.5, -0.1, -0.1, -0.1, 0, 0, 0, 0];

/** How large the networks are. */
export interface ICheckpointOptions {
    /** What the official widths are divided by, 1..64. */
    readonly divisor: number;
    /** Seed of the weights. */
    readonly seed: number;
}

/**
 * The state dictionary of an Animatable Gaussians body, with its official keys and initial values, untrained.
 *
 * @param options widths and seed
 * @returns tensors in the official order
 */
export function MakeBodyCheckpoint(options: ICheckpointOptions): ICheckpointTensor[] {
    const tensors: ICheckpointTensor[] = [];
    const add = (key: string, shape: readonly number[], fill: Fill): void => {
        const length = shape.reduce((product, size) => product * size, 1);
        // Each has a generator of its own: whoever needs shapes alone waits for no numbers.
        const seed = Math.imul(options.seed, 0x9e3779b1) + tensors.length;
        tensors.push({
            key,
            shape,
            read: () => (typeof fill === "function" ? fill(length, new RandomNumbers(seed)) : Float32Array.from(fill)),
        });
    };
    const network = { add, width: (side: number) => Math.max(2, OfficialWidths[side]! / options.divisor) };
    const style = Math.max(2, StyleWidth / options.divisor);
    AddNetwork("color_net", MeanColor, style, network);
    AddNetwork("position_net", [0, 0, 0], style, network);
    AddNetwork("other_net", MeanOther, style, network);
    const [first, second] = [network.width(512), network.width(256)];
    const uniform = (fanIn: number): Fill => {
        return (length, random) => new Float32Array(length).map(() => (2 * random.uniform() - 1) / Math.sqrt(fanIn));
    };
    add("viewdir_net.0.weight", [first, 1, 4, 4], uniform(16));
    add("viewdir_net.0.bias", [first], uniform(16));
    add("viewdir_net.2.weight", [second, first, 4, 4], uniform(16 * first));
    add("viewdir_net.2.bias", [second], uniform(16 * first));
    return tensors;
}

type Fill = readonly number[] | ((length: number, random: RandomNumbers) => Float32Array);

interface INetworkWriter {
    readonly add: (key: string, shape: readonly number[], fill: Fill) => void;
    readonly width: (side: number) => number;
}

const Zeros: Fill = (length) => new Float32Array(length);
const Ones: Fill = (length) => new Float32Array(length).fill(1);

function Normal(deviation: number): Fill {
    return (length, random) => random.normals(length, deviation);
}

/** Outer product of the filter with itself, its sum `gain`. */
function FirKernel(gain: number): number[] {
    return Fir.flatMap((a) => Fir.map((b) => (a * b * gain) / 64));
}

function AddNetwork(name: string, mean: readonly number[], style: number, writer: INetworkWriter): void {
    const { add, width } = writer;
    for (const layer of [1, 2]) {
        add(`${name}.style.${layer}.weight`, [style, style], Normal(100));
        add(`${name}.style.${layer}.bias`, [style], Zeros);
    }
    EncoderSides.forEach((side, index) => {
        const features = width(side);
        const inputs = index === EncoderSides.length - 1 ? features : 2 * features;
        add(`${name}.comb_convs.${index}.0.weight`, [features, inputs, 3, 3], Normal(1));
        add(`${name}.comb_convs.${index}.1.bias`, [features], Zeros);
    });
    const stages = EncoderSides.slice(0, -1);
    stages.forEach((side, index) => {
        add(`${name}.from_rgbs.${index}.downsample.kernel`, [4, 4], FirKernel(1));
        add(`${name}.from_rgbs.${index}.conv.0.weight`, [width(side), 3, 1, 1], Normal(1));
        add(`${name}.from_rgbs.${index}.conv.1.bias`, [width(side)], Zeros);
    });
    stages.forEach((side, index) => {
        const [features, next] = [width(side), width(EncoderSides[index + 1]!)];
        const key = `${name}.cond_convs.${index}`;
        add(`${key}.conv1.0.weight`, [features, features, 3, 3], Normal(1));
        add(`${key}.conv1.1.bias`, [features], Zeros);
        add(`${key}.conv2.0.kernel`, [4, 4], FirKernel(1));
        add(`${key}.conv2.1.weight`, [next, features, 3, 3], Normal(1));
        add(`${key}.conv2.2.bias`, [next], Zeros);
    });
    add(`${name}.conv_in.0.kernel`, [4, 4], FirKernel(1));
    add(`${name}.conv_in.1.weight`, [width(256), 3, 3, 3], Normal(1));
    add(`${name}.conv_in.2.bias`, [width(256)], Zeros);
    for (const decoder of [1, 2]) {
        AddDecoder(`${name}.convs${decoder}`, style, writer);
    }
    for (const decoder of [1, 2]) {
        AddHeads(`${name}.to_rgbs${decoder}`, mean, style, writer);
    }
    DecoderSides.forEach((side, level) => {
        add(`${name}.noises.noise_${2 * level}`, [1, 1, side, side], Normal(1));
        add(`${name}.noises.noise_${2 * level + 1}`, [1, 1, side, side], Normal(1));
    });
    AddHaar(`${name}.iwt`, 1, writer);
}

function AddDecoder(key: string, style: number, { add, width }: INetworkWriter): void {
    DecoderSides.forEach((side, level) => {
        const features = width(side);
        [width(side / 2), features].forEach((inputs, half) => {
            const layer = `${key}.${2 * level + half}`;
            add(`${layer}.conv.weight`, [1, features, inputs, 3, 3], Normal(1));
            if (half === 0) {
                add(`${layer}.conv.blur.kernel`, [4, 4], FirKernel(4));
            }
            AddModulation(layer, inputs, style, { add, width });
            add(`${layer}.noise.weight`, [1], [NoiseStrength]);
            add(`${layer}.activate.bias`, [features], Zeros);
        });
    });
}

function AddHeads(key: string, mean: readonly number[], style: number, writer: INetworkWriter): void {
    const { add, width } = writer;
    const outputs = 4 * mean.length;
    DecoderSides.forEach((side, level) => {
        const head = `${key}.${level}`;
        // The low band of a picture of one value is twice the value; all other bands are 0.
        const isLast = level === DecoderSides.length - 1;
        const bias = Array.from({ length: outputs }, (_, channel) => (isLast ? 2 * (mean[channel] ?? 0) : 0));
        add(`${head}.bias`, [1, outputs, 1, 1], bias);
        add(`${head}.upsample.kernel`, [4, 4], FirKernel(4));
        AddHaar(`${head}.iwt`, 1, writer);
        AddHaar(`${head}.dwt`, -1, writer);
        add(`${head}.conv.weight`, [1, outputs, width(side), 1, 1], Normal(HeadGain));
        AddModulation(head, width(side), style, writer);
    });
}

function AddModulation(layer: string, inputs: number, style: number, { add }: INetworkWriter): void {
    add(`${layer}.conv.modulation.weight`, [inputs, style], Normal(1));
    add(`${layer}.conv.modulation.bias`, [inputs], Ones);
}

/** The filters of the inverse transform, `sign` 1, or of the forward one, -1. */
function AddHaar(key: string, sign: 1 | -1, { add }: INetworkWriter): void {
    const [t, s] = [HaarTap, sign * HaarTap];
    add(`${key}.ll`, [2, 2], [t, t, t, t]);
    add(`${key}.lh`, [2, 2], [s, s, -s, -s]);
    add(`${key}.hl`, [2, 2], [s, -s, s, -s]);
    add(`${key}.hh`, [2, 2], [t, -t, -t, t]);
}
