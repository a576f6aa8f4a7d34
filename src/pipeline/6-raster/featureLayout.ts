/**
 * Which posed Gaussians have features, 16 bytes, u32. The WGSL twin is the struct `FeatureRange` of
 * `shaders/include/featureRange.wgsl`; a test holds the two together.
 */
export const FeatureRangeLayout = {
    /** Bytes. */
    size: 16,
    /** Word of the first of them. */
    firstPosed: 0,
    /** Word of how many there are. */
    count: 1,
    /** Word of the channels of each. */
    channels: 2,
    /** Word of the layers of the picture that is blended. */
    layers: 3,
} as const;

/** Channels of a layer: its fourth one is alpha, which the hardware blends by. */
export const ChannelsPerLayer = 3;

/** Layers that are drawn at once: four of half floats are the 32 bytes a pixel that every WebGPU device has. */
export const LayersPerPass = 4;
