/**
 * One Gaussian as a camera sees it, 32 bytes: an ellipse in normalised device coordinates. Splat i belongs to posed
 * Gaussian i; those that are culled hold stale numbers and are named by no sorted index. The WGSL twin is
 * `shaders/include/projectedSplat.wgsl`; a test holds the two together.
 *
 * | word | content                                                                                       |
 * | ---- | --------------------------------------------------------------------------------------------- |
 * | 0–2  | centre x y z in normalised device coordinates (x right, y up, −1..1; z as the depth buffer), f32|
 * | 3    | distance behind the near plane, metres, f32                                                   |
 * | 4    | longer axis x y: one standard deviation, normalised device coordinates, two f16               |
 * | 5    | shorter axis x y, likewise                                                                    |
 * | 6    | colour r g, two f16, sRGB display values                                                      |
 * | 7    | colour b, opacity, two f16                                                                    |
 */
export const ProjectedSplatLayout = {
    /** Bytes of one splat. */
    stride: 32,
    /** Word of the centre. */
    center: 0,
    /** Word of the distance. */
    distance: 3,
    /** Word of the two axes. */
    axes: 4,
    /** Word of colour and opacity. */
    color: 6,
} as const;
