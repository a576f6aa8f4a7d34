import { type IWeightTensor } from "../../src/convert/networks/networkWeights.js";
import { SeededRandom } from "./seededRandom.js";

/** Sizes of a made-up U-Net with two decoders. */
export interface ISampleStyleUnet {
    /** Beginning of the names of its tensors (default: none). */
    readonly prefix?: string;
    /** Channels of the encoder, from the finest picture to the coarsest (default: 4, 6, 8); one stage fewer. */
    readonly widths?: readonly number[];
    /** Channels of a side's picture (default: 3). */
    readonly outputs?: number;
    /** Side of the coarsest features (default: 4). */
    readonly middle?: number;
    /** Length of the style (default: 8). */
    readonly style?: number;
    /** Seed of its numbers (default: 1). */
    readonly seed?: number;
}

/**
 * Random weights of the published U-Net with two decoders at a small size, under the names that its checkpoints have, with a
 * view net.
 *
 * @param sample its sizes
 * @returns tensors by name
 */
export function SampleStyleUnet(sample: ISampleStyleUnet = {}): Map<string, IWeightTensor> {
    const { prefix = "", widths = [4, 6, 8], outputs = 3, middle = 4, style = 8, seed = 1 } = sample;
    const random = SeededRandom(seed);
    const weights = new Map<string, IWeightTensor>();
    const put = (name: string, shape: readonly number[], scale = 1, offset = 0, start = prefix): void => {
        const count = shape.reduce((product, size) => product * size, 1);
        const data = Float32Array.from(
            { length: count },
            () => offset + scale * (random() + random() + random() - 1.5),
        );
        weights.set(start + name, { shape, read: () => data });
    };
    const stages = widths.length - 1;
    put("style.1.weight", [style, style], 100);
    put("style.1.bias", [style]);
    put("style.2.weight", [style, style], 100);
    put("style.2.bias", [style]);
    put("conv_in.1.weight", [widths[0]!, 3, 3, 3]);
    put("conv_in.2.bias", [widths[0]!], 0.1);
    for (let stage = 0; stage < stages; stage++) {
        const [width, next] = [widths[stage]!, widths[stage + 1]!];
        put(`from_rgbs.${stage}.conv.0.weight`, [width, 3, 1, 1]);
        put(`from_rgbs.${stage}.conv.1.bias`, [width], 0.1);
        put(`cond_convs.${stage}.conv1.0.weight`, [width, width, 3, 3]);
        put(`cond_convs.${stage}.conv1.1.bias`, [width], 0.1);
        put(`cond_convs.${stage}.conv2.1.weight`, [next, width, 3, 3]);
        put(`cond_convs.${stage}.conv2.2.bias`, [next], 0.1);
    }
    const modulated = (key: string, to: number, from: number, size: number): void => {
        put(`${key}.conv.weight`, [1, to, from, size, size]);
        put(`${key}.conv.modulation.weight`, [from, style], 0.3);
        put(`${key}.conv.modulation.bias`, [from], 0.1, 1);
    };
    for (let level = 0; level <= stages; level++) {
        const encoder = widths[stages - level]!;
        const below = level === 0 ? 0 : encoder;
        const width = widths[Math.max(0, stages - level - 1)]!;
        put(`comb_convs.${stages - level}.0.weight`, [encoder, below + encoder, 3, 3]);
        put(`comb_convs.${stages - level}.1.bias`, [encoder], 0.1);
        for (const index of [2 * level, 2 * level + 1]) {
            const side = middle * 2 ** (level + 1);
            put(`noises.noise_${index}`, [1, 1, side, side]);
            for (const decoder of [1, 2]) {
                modulated(`convs${decoder}.${index}`, width, index % 2 === 0 ? encoder : width, 3);
                put(`convs${decoder}.${index}.noise.weight`, [1], 0.1);
                put(`convs${decoder}.${index}.activate.bias`, [width], 0.1);
            }
        }
        for (const decoder of [1, 2]) {
            modulated(`to_rgbs${decoder}.${level}`, 4 * outputs, width, 1);
            put(`to_rgbs${decoder}.${level}.bias`, [1, 4 * outputs, 1, 1], 0.1);
        }
    }
    put("0.weight", [3, 1, 4, 4], 0.3, 0, "viewdir_net.");
    put("0.bias", [3], 0.1, 0, "viewdir_net.");
    put("2.weight", [widths[0]!, 3, 4, 4], 0.3, 0, "viewdir_net.");
    put("2.bias", [widths[0]!], 0.1, 0, "viewdir_net.");
    return weights;
}
