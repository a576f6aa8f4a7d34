import {
    type GaussianAttribute,
    GaussianAttributeWidths,
    type IAttributeOutput,
    type IMapDecoding,
} from "../../format/mapModel.js";

/** Canonical Gaussians as networks make them. */
export interface IDecodedGaussians {
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N] 0..1. */
    readonly opacities: Float32Array;
    /** [N,3] metres. */
    readonly scales: Float32Array;
    /** [N,4] unit quaternions xyzw. */
    readonly rotations: Float32Array;
    /** [N,3] r g b as the networks say. */
    readonly colors: Float32Array;
}

/** What maps are decoded with. */
export interface IMapLayout {
    /** Side of a map, texels; also that of the networks' outputs. */
    readonly mapSize: number;
    /** [N] v·2W + u. */
    readonly texels: Uint32Array;
    /** [N,3] template points, metres. */
    readonly positions: Float32Array;
    /** Base values, gains, and where attributes are. */
    readonly decoding: Omit<IMapDecoding, "fixedHands" | "colorActivation">;
}

/**
 * Decodes maps as the published method does: raw = base + gain · output, then the activation of each attribute.
 *
 * @param layout texels and base values
 * @param maps [C,W,W] outputs by the names of their tensors; attributes of others keep their base values
 * @returns the Gaussians
 */
export function DecodeMaps(layout: IMapLayout, maps: ReadonlyMap<string, Float32Array>): IDecodedGaussians {
    const { decoding } = layout;
    const raw = (attribute: GaussianAttribute, base: Float32Array): Float32Array => {
        const output = decoding.outputs.find((entry) => entry.attribute === attribute);
        const map = output && maps.get(output.tensor);
        return map ? RawValues(layout, output, map, base, decoding.gains[attribute]) : base.slice();
    };
    const rotations = raw("rotation", decoding.rotations);
    for (let at = 0; at < rotations.length; at += 4) {
        const length = Math.hypot(rotations[at]!, rotations[at + 1]!, rotations[at + 2]!, rotations[at + 3]!);
        for (let k = 0; k < 4; k++) {
            // A quaternion of no length turns nothing.
            rotations[at + k] = length > 1e-12 ? rotations[at + k]! / length : Number(k === 3);
        }
    }
    return {
        positions: raw("position", layout.positions),
        opacities: raw("opacity", decoding.opacities).map((value) => 1 / (1 + Math.exp(-value))),
        scales: raw("scale", decoding.scales).map(Math.exp),
        rotations,
        colors: raw("color", decoding.colors),
    };
}

function RawValues(
    { mapSize, texels }: IMapLayout,
    { attribute, front, back }: IAttributeOutput,
    map: Float32Array,
    base: Float32Array,
    gain: number,
): Float32Array {
    const width = GaussianAttributeWidths[attribute];
    const values = base.slice();
    texels.forEach((texel, row) => {
        const u = texel % (2 * mapSize);
        const channels = u < mapSize ? front : back;
        const pixel = Math.floor(texel / (2 * mapSize)) * mapSize + (u % mapSize);
        for (let k = 0; k < width; k++) {
            values[row * width + k]! += gain * map[channels[k]! * mapSize * mapSize + pixel]!;
        }
    });
    return values;
}

/**
 * Blends fixed hands over Gaussians, linearly and after the activations; colours stay.
 *
 * @param gaussians as the networks make them
 * @param hands the fixed ones
 * @param shares [N] share of the fixed ones
 * @returns the blend; rotations are not normalised
 */
export function BlendHands(
    gaussians: IDecodedGaussians,
    hands: Omit<IDecodedGaussians, "colors">,
    shares: Float32Array,
): IDecodedGaussians {
    const blend = (current: Float32Array, fixed: Float32Array): Float32Array => {
        const width = current.length / shares.length;
        return current.map((value, i) => value + shares[Math.floor(i / width)]! * (fixed[i]! - value));
    };
    return {
        positions: blend(gaussians.positions, hands.positions),
        opacities: blend(gaussians.opacities, hands.opacities),
        scales: blend(gaussians.scales, hands.scales),
        rotations: blend(gaussians.rotations, hands.rotations),
        colors: gaussians.colors,
    };
}
