/**
 * Ceilings on what a file may ask for, checked before anything is allocated. They bound memory, not taste: each is
 * several times what the largest known avatar needs.
 */

/** Gaussians in one avatar. The official full-size body has about 250,000. */
export const MaxGaussians = 4_000_000;

/** Joints in one skin. SMPL-X has 55; joint numbers are stored in 16 bits on the GPU. */
export const MaxJoints = 1024;

/** Expression channels. ARKit has 52, with visemes 67; SMPL-X expression spaces reach 300. */
export const MaxMorphTargets = 1024;

/** Keys in one animation track: an hour at 60 Hz is 216,000. */
export const MaxKeys = 1_000_000;

/** Clips in one file. */
export const MaxAnimations = 4096;
