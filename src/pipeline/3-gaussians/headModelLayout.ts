import { MaxPerceptronLayers } from "../../format/headModel.js";

/**
 * A perceptron and the points that it is run for, 160 bytes, u32. The WGSL twin is the struct `Perceptron` of
 * `shaders/3-gaussians/runPerceptron.compute.wgsl`; a test holds the two together, as for all layouts of this file.
 */
export const PerceptronLayout = {
    /** Bytes. */
    size: 32 + 16 * MaxPerceptronLayers,
    /** Word of the number of points. */
    pointCount: 0,
    /** Word of the first of them. */
    firstPoint: 1,
    /** Word of the numbers that a point puts in. */
    inputWidth: 2,
    /** Word of the number of layers. */
    layerCount: 3,
    /** Word of the index of the first bias. */
    firstBias: 4,
    /** Word of the numbers in a row of outputs. */
    outputStride: 5,
    /** Word of where in a row the outputs begin. */
    outputOffset: 6,
    /** Word of whether the hyperbolic tangent is taken of them. */
    hasTanh: 7,
    /** Word of the first layer, four words each: inputs, outputs, index of the first weight, 1 where the input joins. */
    layers: 8,
} as const;

/** What a head says of all its Gaussians, 48 bytes: u32, from the gains on f32. The WGSL twin is the struct `HeadSettings`. */
export const HeadSettingsLayout = {
    /** Bytes. */
    size: 48,
    /** Word of the number of Gaussians. */
    gaussianCount: 0,
    /** Word of the number of Gaussians that expressions move: the first ones. */
    expressionCount: 1,
    /** Word of the first Gaussian that poses move. */
    firstOfPose: 2,
    /** Word of the numbers in a row of outputs. */
    rowWidth: 3,
    /** Word of the channels of a Gaussian. */
    channels: 4,
    /** Word of the gain of positions. */
    positionGain: 5,
    /** Word of the gain of attributes. */
    attributeGain: 6,
    /** Word of the metres of a unit. */
    unit: 7,
    /** Word of the origin x y z, metres. */
    origin: 8,
    /** Word of the channels of a Gaussian that networks of its picture need: all of them, or 0. */
    featureChannels: 11,
} as const;

/** What a head says of one Gaussian, 48 bytes, f32. The WGSL twin is the struct `HeadPoint`. */
export const HeadPointLayout = {
    /** Bytes. */
    stride: 48,
    /** Word of the undeformed point x y z. */
    position: 0,
    /** Word of the base opacity, a logit. */
    opacity: 3,
    /** Word of the base rotation x y z w. */
    rotation: 4,
    /** Word of the base scale x y z, logarithms. */
    scale: 8,
    /** Word of the share of the expression. */
    share: 11,
} as const;
