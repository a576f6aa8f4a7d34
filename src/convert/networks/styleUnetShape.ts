import { NetworkBuildError } from "./networkBuildError.js";
import { type CheckedWeights } from "./networkWeights.js";

/** What the tensors of a checkpoint say about the network: sizes in pixels, numbers of channels. */
export interface IStyleUnetShape {
    /** Channels of the pose map. */
    readonly inputChannels: number;
    /** Side of the pose map: {@link middleSize} · 2^(stages + 1). */
    readonly inputSize: number;
    /** Side of the smallest features. */
    readonly middleSize: number;
    /** [stages + 1] channels of the encoder's features, from the finest to the coarsest. */
    readonly encoderWidths: readonly number[];
    /** [stages + 1] channels of each decoder level, from the coarsest to the finest. */
    readonly decoderWidths: readonly number[];
    /** [stages + 1] channels of what a decoder level's up-convolution reads. */
    readonly combWidths: readonly number[];
    /** Channels of the picture of each side. */
    readonly outputChannels: number;
    /** Side of that picture: twice that of the pose map. */
    readonly outputSize: number;
}

/** Stages that an encoder can have: beyond, its pictures would not fit a graphics card. The published one has five. */
const MaxStages = 8;

/**
 * Reads the sizes of a StyleUNet with two decoders off its tensors, and checks that they fit each other.
 *
 * @param weights of the network
 * @returns its sizes
 * @throws {@link NetworkBuildError} where a tensor is missing or does not fit the others
 */
export function StyleUnetShape(weights: CheckedWeights): IStyleUnetShape {
    const [first, inputChannels] = weights.shape("conv_in.1.weight", [null, null, 3, 3]) as [number, number];
    const encoderWidths = [first];
    // Either tensor says that there is a stage, so that the message names the one that is missing.
    for (
        let stage = 0;
        weights.has(`cond_convs.${stage}.conv2.1.weight`) || weights.has(`comb_convs.${stage + 1}.0.weight`);
        stage++
    ) {
        const [width] = weights.shape(`cond_convs.${stage}.conv2.1.weight`, [null, encoderWidths[stage]!, 3, 3]);
        encoderWidths.push(width!);
    }
    const stages = encoderWidths.length - 1;
    const [, , middle] = weights.shape("noises.noise_0", [1, 1, null, null]);
    if (stages < 1 || stages > MaxStages || middle! < 2 || middle! % 2 !== 0) {
        throw new NetworkBuildError(
            "wrong-shape",
            `The network has ${stages} encoder stages and noise of side ${middle!} at its coarsest level; 1 to ${MaxStages} stages and an even side can be built.`,
        );
    }
    const decoderWidths: number[] = [];
    const combWidths: number[] = [];
    for (let level = 0; level <= stages; level++) {
        const below = level === 0 ? 0 : decoderWidths[level - 1]!;
        const encoder = encoderWidths[stages - level]!;
        const [comb] = weights.shape(`comb_convs.${stages - level}.0.weight`, [null, below + encoder, 3, 3]);
        const [, width] = weights.shape(`convs1.${2 * level}.conv.weight`, [1, null, comb!, 3, 3]);
        combWidths.push(comb!);
        decoderWidths.push(width!);
    }
    const [, bands] = weights.shape("to_rgbs1.0.conv.weight", [1, null, decoderWidths[0]!, 1, 1]);
    if (bands! % 4 !== 0) {
        throw new NetworkBuildError(
            "wrong-shape",
            `Tensor "to_rgbs1.0.conv.weight" makes ${bands!} channels; they are four bands of a picture, so four must divide them.`,
        );
    }
    const middleSize = middle! / 2;
    const inputSize = middleSize * 2 ** (stages + 1);
    const outputChannels = bands! / 4;
    return {
        inputChannels,
        inputSize,
        middleSize,
        encoderWidths,
        decoderWidths,
        combWidths,
        outputChannels,
        outputSize: 2 * inputSize,
    };
}
