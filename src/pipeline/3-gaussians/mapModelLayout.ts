import { type GaussianAttribute, GaussianAttributeWidths } from "../../format/mapModel.js";

/** First component of each attribute in a row of raw values. */
export const RawOffsets: Readonly<Record<GaussianAttribute, number>> = {
    position: 0,
    opacity: 3,
    scale: 4,
    rotation: 7,
    color: 11,
};

/** Numbers in a row of raw values: one row a Gaussian, f32, as the networks gave them. */
export const RawComponents = RawOffsets.color + GaussianAttributeWidths.color;

/**
 * What a map model says of all its Gaussians, 48 bytes. The WGSL twin is the struct `MapSettings` of
 * `shaders/include/mapSettings.wgsl`; a test holds the two together, as for all layouts of this file.
 *
 * | word | content                                                                |
 * | ---- | ---------------------------------------------------------------------- |
 * | 0    | number of Gaussians, u32                                               |
 * | 1    | side of a map W, texels, u32                                           |
 * | 2    | joints a Gaussian K, u32                                               |
 * | 3    | 1 where covariances are skinned by quaternions, else 0, u32            |
 * | 4    | 1 where colours are logits, else 0, u32                                |
 * | 5    | 1 where hands are fixed, else 0, u32                                   |
 * | 6–10 | gains of position, opacity, scale, rotation, colour, f32               |
 * | 11   | unused                                                                 |
 */
export const MapSettingsLayout = {
    /** Bytes. */
    size: 48,
    /** Word of the number of Gaussians. */
    gaussianCount: 0,
    /** Word of the side of a map. */
    mapSize: 1,
    /** Word of the joints a Gaussian. */
    influenceCount: 2,
    /** Word of the rule by which covariances are skinned. */
    skinsQuaternions: 3,
    /** Word of the meaning of colours. */
    hasLogitColors: 4,
    /** Word of whether hands are fixed. */
    hasFixedHands: 5,
    /** Word of the first gain. */
    gains: 6,
} as const;

/**
 * What a map model says of one Gaussian, 64 bytes: f32, but for the texel, u32, v·2W + u. The WGSL twin is the struct `MapTexel`.
 * Scales are logarithms and opacities logits, as networks change them.
 */
export const MapTexelLayout = {
    /** Bytes. */
    stride: 64,
    /** Word of the template point x y z. */
    position: 0,
    /** Word of the base opacity. */
    opacity: 3,
    /** Word of the base rotation x y z w. */
    rotation: 4,
    /** Word of the base scale x y z. */
    scale: 8,
    /** Word of the texel. */
    texel: 11,
    /** Word of the base colour r g b. */
    color: 12,
} as const;

/** A joint's share in a Gaussian, 8 bytes: joint u32, weight f32. K of them a Gaussian. The WGSL twin is `Influence`. */
export const InfluenceLayout = {
    /** Bytes. */
    stride: 8,
    /** Word of the joint. */
    joint: 0,
    /** Word of the weight. */
    weight: 1,
} as const;

/** A Gaussian of a hand that is fixed, 48 bytes, f32. The WGSL twin is the struct `FixedHand`. */
export const FixedHandLayout = {
    /** Bytes. */
    stride: 48,
    /** Word of the mean x y z, metres. */
    position: 0,
    /** Word of its share, 0..1. */
    share: 3,
    /** Word of the rotation x y z w. */
    rotation: 4,
    /** Word of the standard deviations x y z, metres. */
    scale: 8,
    /** Word of the opacity, 0..1. */
    opacity: 11,
} as const;

/**
 * Which channel of an output tensor is which component, 240 bytes. The WGSL twin is the struct `TensorPlan` of
 * `shaders/3-gaussians/gatherMaps.compute.wgsl`.
 */
export const TensorPlanLayout = {
    /** Bytes. */
    size: 16 + 16 * RawComponents,
    /** Word of the side of the tensor R, texels, u32. */
    side: 0,
    /** Word of the number of components, u32. */
    count: 1,
    /** Word of the first entry, four words each: component, channel for the front map, channel for the back map, unused; u32. */
    channels: 4,
} as const;

/** A Gaussian that networks made, 64 bytes, f32, canonical space. The WGSL twin is `shaders/include/decodedGaussian.wgsl`. */
export const DecodedGaussianLayout = {
    /** Bytes. */
    stride: 64,
    /** Word of the mean x y z, metres. */
    position: 0,
    /** Word of the opacity, 0..1. */
    opacity: 3,
    /** Word of the rotation x y z w. */
    rotation: 4,
    /** Word of the standard deviations x y z, metres. */
    scale: 8,
    /** Word of the colour r g b, display values. */
    color: 12,
} as const;
