import { type GaussianAttribute, GaussianAttributeWidths, type IMapModel } from "../../src/format/mapModel.js";

/** A Gaussian that networks made, canonical space. */
export interface IDecodedGaussian {
    /** Metres. */
    readonly position: readonly number[];
    /** 0..1. */
    readonly opacity: number;
    /** x y z w. */
    readonly rotation: readonly number[];
    /** Standard deviations, metres. */
    readonly scale: readonly number[];
    /** r g b. */
    readonly color: readonly number[];
}

/** An output of a network. */
export interface ITensor {
    /** Side of its planes. */
    readonly side: number;
    /** [channels, side, side]. */
    readonly data: ArrayLike<number>;
}

/** Outputs by name. */
export type Tensors = ReadonlyMap<string, ITensor>;

/**
 * Every Gaussian of a model from the outputs of its networks. Attributes without an output keep their base values; where a number
 * is not finite, nothing is seen.
 */
export function DecodeGaussians(model: IMapModel, tensors: Tensors): IDecodedGaussian[] {
    return Array.from(model.texels, (texel, index) => {
        const raw = (attribute: GaussianAttribute): number[] => RawValues(model, tensors, texel, attribute);
        const decoded = Decode(model, index, raw);
        const attributes = Object.keys(GaussianAttributeWidths) as GaussianAttribute[];
        const numbers = [attributes.map(raw), Object.values(decoded)].flat(3) as number[];
        const position = Row(model.positions, index, 3);
        const nothing = { position, opacity: 0, rotation: [0, 0, 0, 1], scale: [0, 0, 0], color: [0, 0, 0] };
        return numbers.every(Number.isFinite) ? decoded : nothing;
    });
}

function Decode(model: IMapModel, index: number, raw: (attribute: GaussianAttribute) => number[]): IDecodedGaussian {
    const { gains, colorActivation, fixedHands: hands, ...base } = model.decoding;
    const value = (attribute: GaussianAttribute, values: Float32Array): number[] =>
        raw(attribute).map(
            (one, k) => Row(values, index, GaussianAttributeWidths[attribute])[k]! + gains[attribute] * one,
        );
    const rotation = value("rotation", base.rotations);
    const length = Math.hypot(...rotation);
    const color = value("color", base.colors);
    const decoded = {
        position: value("position", model.positions),
        opacity: Sigmoid(value("opacity", base.opacities)[0]!),
        rotation: rotation.map((one) => one / length), // NaN for a quaternion of length 0
        scale: value("scale", base.scales).map(Math.exp),
        color: colorActivation === "sigmoid" ? color.map(Sigmoid) : color,
    };
    if (!hands) {
        return decoded;
    }
    const share = hands.shares[index]!;
    const mix = (own: readonly number[], fixed: readonly number[]): number[] =>
        own.map((one, k) => (1 - share) * one + share * fixed[k]!);
    return {
        position: mix(decoded.position, Row(hands.positions, index, 3)),
        opacity: mix([decoded.opacity], Row(hands.opacities, index, 1))[0]!,
        rotation: mix(decoded.rotation, Row(hands.rotations, index, 4)),
        scale: mix(decoded.scale, Row(hands.scales, index, 3)),
        color: decoded.color,
    };
}

/** What the tensors hold of an attribute at a texel, enlarged bilinearly with half-pixel centres. */
function RawValues(model: IMapModel, tensors: Tensors, texel: number, attribute: GaussianAttribute): number[] {
    const output = model.decoding.outputs.find((one) => one.attribute === attribute);
    const tensor = output && tensors.get(output.tensor);
    if (!tensor) {
        return new Array<number>(GaussianAttributeWidths[attribute]).fill(0);
    }
    const column = texel % (2 * model.mapSize);
    const row = Math.floor(texel / (2 * model.mapSize));
    const isBack = column >= model.mapSize;
    const at = (place: number): { low: number; high: number; share: number } => {
        const position = Math.min(Math.max(((place + 0.5) * tensor.side) / model.mapSize - 0.5, 0), tensor.side - 1);
        const low = Math.floor(position);
        return { low, high: Math.min(low + 1, tensor.side - 1), share: position - low };
    };
    const [u, v] = [at(column - (isBack ? model.mapSize : 0)), at(row)];
    return (isBack ? output.back : output.front).map((channel) => {
        const pixel = (y: number, x: number): number => tensor.data[(channel * tensor.side + y) * tensor.side + x]!;
        const upper = Mix(pixel(v.low, u.low), pixel(v.low, u.high), u.share);
        const lower = Mix(pixel(v.high, u.low), pixel(v.high, u.high), u.share);
        return Mix(upper, lower, v.share);
    });
}

/** Nothing of `b` comes in where its share is 0, not even NaN. */
function Mix(a: number, b: number, share: number): number {
    return share === 0 ? a : (1 - share) * a + share * b;
}

function Sigmoid(value: number): number {
    return 1 / (1 + Math.exp(-value));
}

function Row(values: Float32Array, index: number, width: number): number[] {
    return [...values.subarray(index * width, (index + 1) * width)];
}
