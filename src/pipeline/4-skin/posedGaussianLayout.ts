/**
 * One posed Gaussian, 48 bytes, world space, metres. All instances of a frame lie one behind the other in one buffer. The
 * WGSL twin is `shaders/include/posedGaussian.wgsl`; a test holds the two together.
 *
 * | word  | content                                      |
 * | ----- | -------------------------------------------- |
 * | 0–2   | mean x y z, f32                              |
 * | 3     | opacity 0..1, times that of the instance, f32|
 * | 4–9   | covariance xx xy xz yy yz zz, m², f32        |
 * | 10    | colour r g, two f16, sRGB display values     |
 * | 11    | colour b, f16; high half u16: 1 antialiased  |
 */
export const PosedGaussianLayout = {
    /** Bytes of one Gaussian. */
    stride: 48,
    /** Word of the mean. */
    position: 0,
    /** Word of the opacity. */
    opacity: 3,
    /** Word of the covariance. */
    covariance: 4,
    /** Word of the colour. */
    color: 10,
} as const;
