/*
 * Numbers of the published rasteriser (Kerbl et al. 2023), typed a second time on purpose: the doubles must not follow a slip
 * in `src/pipeline/constants.ts`.
 */

/** Variance added to both diagonal entries of a projected covariance, square pixels. */
export const LowPass = 0.3;

/** The same for antialiased people (2D Mip filter, Yu et al. 2024). */
export const MipLowPass = 0.1;

/** Multiple of tan(fov/2) beyond which the slope of the projection is held. */
export const FieldOfViewLimit = 1.3;

/** Largest alpha of one splat at one pixel. */
export const LargestAlpha = 0.99;

/** Smallest alpha that is drawn. */
export const SmallestAlpha = 1 / 255;
