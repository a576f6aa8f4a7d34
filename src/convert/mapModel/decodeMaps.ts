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
    /** [N,3] r g b, display values. */
    readonly colors: Float32Array;
}

/** What maps are decoded with. */
export interface IMapLayout {
    /** Side of a map, texels. */
    readonly mapSize: number;
    /** Side of the networks' outputs, pixels, which divides that of the maps: they are enlarged bilinearly (default: `mapSize`). */
    readonly outputSize?: number;
    /** [N] v·2W + u. */
    readonly texels: Uint32Array;
    /** [N,3] template points, metres. */
    readonly positions: Float32Array;
    /** Base values, gains, and where attributes are. */
    readonly decoding: Omit<IMapDecoding, "fixedHands">;
}

/**
 * Decodes maps: raw = base + gain · output, then the activation of each attribute.
 *
 * @param layout texels and base values
 * @param maps [C,R,R] outputs by the names of their tensors; attributes of others keep their base values
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
    const colors = raw("color", decoding.colors);
    return {
        positions: raw("position", layout.positions),
        opacities: raw("opacity", decoding.opacities).map(Sigmoid),
        scales: raw("scale", decoding.scales).map(Math.exp),
        rotations,
        colors: decoding.colorActivation === "sigmoid" ? colors.map(Sigmoid) : colors,
    };
}

function Sigmoid(value: number): number {
    return 1 / (1 + Math.exp(-value));
}

function RawValues(
    { mapSize, texels, outputSize = mapSize }: IMapLayout,
    { attribute, front, back }: IAttributeOutput,
    map: Float32Array,
    base: Float32Array,
    gain: number,
): Float32Array {
    const width = GaussianAttributeWidths[attribute];
    const values = base.slice();
    const pixels = outputSize * outputSize;
    texels.forEach((texel, row) => {
        const u = texel % (2 * mapSize);
        const channels = u < mapSize ? front : back;
        const [x, y] = [u % mapSize, Math.floor(texel / (2 * mapSize))].map((at) =>
            Neighbours(at, outputSize / mapSize, outputSize),
        ) as [INeighbours, INeighbours];
        for (let k = 0; k < width; k++) {
            const plane = channels[k]! * pixels;
            const row0 = plane + y.low * outputSize;
            const row1 = plane + y.high * outputSize;
            const value0 = map[row0 + x.low]! * (1 - x.share) + map[row0 + x.high]! * x.share;
            const value1 = map[row1 + x.low]! * (1 - x.share) + map[row1 + x.high]! * x.share;
            values[row * width + k]! += gain * (value0 * (1 - y.share) + value1 * y.share);
        }
    });
    return values;
}

/** The two pixels between which a texel lies along an axis, and the share of the second. */
interface INeighbours {
    readonly low: number;
    readonly high: number;
    readonly share: number;
}

/** Half-pixel centres; the border goes on outwards. */
function Neighbours(texel: number, ratio: number, size: number): INeighbours {
    const at = Math.max(0, (texel + 0.5) * ratio - 0.5);
    const low = Math.min(size - 1, Math.floor(at));
    return { low, high: Math.min(size - 1, low + 1), share: at - low };
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
