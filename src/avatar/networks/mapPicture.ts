import { type GaussianAttribute, GaussianAttributeWidths, type IMapModel } from "../../format/mapModel.js";
import { RawComponents, RawOffsets } from "../../pipeline/3-gaussians/mapModelLayout.js";
import { type IGaussianMap } from "./avatarNetworks.js";

/**
 * The pose map as an image.
 *
 * @param values [C, S, S] the map, with both sides C/2 channels each
 * @param model whose
 */
export function PictureOfPose(values: Float32Array, { conditioning }: IMapModel): IGaussianMap {
    const { size, side, channels } = conditioning;
    const sides = side === "both" ? 2 : 1;
    const components = channels.length * 3;
    const width = size * sides;
    const data = new Float32Array(width * size * components);
    for (let i = 0; i < values.length; i++) {
        const channel = Math.floor(i / (size * size));
        const u = (i % size) + Math.floor(channel / components) * size;
        const v = Math.floor(i / size) % size;
        data[(v * width + u) * components + (channel % components)] = values[i]!;
    }
    return { width, height: size, components, data };
}

/**
 * What the networks made of an attribute as an image: base + gain · output; for positions gain · output, the offset from the
 * template, which would drown in it.
 *
 * @param raw [N, 14] outputs of the networks, Gaussian by Gaussian
 * @param model whose
 * @param attribute which
 */
export function PictureOfAttribute(raw: Float32Array, model: IMapModel, attribute: GaussianAttribute): IGaussianMap {
    const { mapSize, texels, decoding } = model;
    const components = GaussianAttributeWidths[attribute];
    const gain = decoding.gains[attribute];
    const base = {
        position: null,
        opacity: decoding.opacities,
        scale: decoding.scales,
        rotation: decoding.rotations,
        color: decoding.colors,
    }[attribute];
    const data = new Float32Array(2 * mapSize * mapSize * components).fill(Number.NaN);
    texels.forEach((texel, gaussian) => {
        for (let c = 0; c < components; c++) {
            const output = raw[gaussian * RawComponents + RawOffsets[attribute] + c]!;
            data[texel * components + c] = (base?.[gaussian * components + c] ?? 0) + gain * output;
        }
    });
    return { width: 2 * mapSize, height: mapSize, components, data };
}
