// Which posed Gaussians have features. Word by word: src/pipeline/6-raster/featureLayout.ts.
struct FeatureRange {
    firstPosed: u32,
    count: u32,
    channels: u32,
    layers: u32,
}
