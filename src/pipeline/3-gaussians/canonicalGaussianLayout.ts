/**
 * One canonical Gaussian on the GPU, 64 bytes, canonical space, metres. The WGSL twin is
 * `shaders/include/canonicalGaussian.wgsl`; a test holds the two together.
 *
 * | word  | content                                                                       |
 * | ----- | ----------------------------------------------------------------------------- |
 * | 0–2   | mean x y z, f32                                                               |
 * | 3     | opacity 0..1, f32                                                             |
 * | 4–9   | covariance xx xy xz yy yz zz, m², f32 (half precision would lose small splats)|
 * | 10    | colour r g, two f16, sRGB display values                                      |
 * | 11    | colour b, f16; high half unused                                               |
 * | 12–13 | four joint indices, u16, low half first                                       |
 * | 14–15 | four skinning weights, unorm16, low half first; the four sum to 65,535 exactly|
 */
export const CanonicalGaussianLayout = {
    /** Bytes of one Gaussian. */
    stride: 64,
    /** Word of the mean. */
    position: 0,
    /** Word of the opacity. */
    opacity: 3,
    /** Word of the covariance. */
    covariance: 4,
    /** Word of the colour. */
    color: 10,
    /** Word of the joint indices. */
    joints: 12,
    /** Word of the skinning weights. */
    weights: 14,
} as const;

/**
 * One entry of the morph table, 32 bytes: how one expression channel moves one Gaussian, and turns and stretches the surface
 * around it. Entries are grouped by Gaussian; entries `offsets[i]` to `offsets[i + 1]` belong to Gaussian i, ordered by channel.
 *
 * | word | content                                                                        |
 * | ---- | ------------------------------------------------------------------------------ |
 * | 0–2  | offset δ at weight 1, x y z, metres, f32                                       |
 * | 3    | index of the expression channel, u16; high half: ∂δz/∂z, f16                   |
 * | 4–7  | gradient of the offset, f16, low half first: ∂δx/∂x, ∂δx/∂y, ∂δx/∂z, ∂δy/∂x, … |
 */
export const MorphEntryLayout = {
    /** Bytes of one entry. */
    stride: 32,
    /** Word of the offset. */
    delta: 0,
    /** Word of the channel. */
    channel: 3,
    /** Word of the gradient. */
    gradient: 4,
} as const;
