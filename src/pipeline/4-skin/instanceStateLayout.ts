/**
 * What changes every frame for one instance: a header of 80 bytes, then 16-byte rows. Written whole, once a frame. The WGSL
 * twin is the struct `InstanceState` of `shaders/include/skinning.wgsl`; a test holds the two together.
 *
 * | word      | content                                                                              |
 * | --------- | ------------------------------------------------------------------------------------ |
 * | 0         | number of Gaussians, u32                                                             |
 * | 1         | index of the instance's first posed Gaussian, u32                                    |
 * | 2         | number of joints J, u32                                                              |
 * | 3         | number of expression channels, u32; 0 when all weights are 0, which skips the morphs |
 * | 4         | opacity of the instance 0..1, f32                                                    |
 * | 5         | 1 for an antialiased person, else 0, u32                                             |
 * | 6         | row in which the presence of the joints begins, u32; 0 when all of them are there     |
 * | 7         | unused                                                                               |
 * | 8–19      | rows of the 3×4 matrix avatar → world                                                |
 * | 20 …      | [J,12] skinning matrices, rows of 3×4 matrices, canonical → world                    |
 * | 20 + 12J … | [M] weights of the expression channels, padded to full rows of four                  |
 * | behind    | [J] presence of the joints 0..1, padded to full rows of four                         |
 */
export const InstanceStateLayout = {
    /** Word of the number of Gaussians. */
    gaussianCount: 0,
    /** Word of the first posed Gaussian. */
    firstPosed: 1,
    /** Word of the number of joints. */
    jointCount: 2,
    /** Word of the number of expression channels. */
    morphTargetCount: 3,
    /** Word of the opacity. */
    opacity: 4,
    /** Word that tells whether the person is antialiased. */
    antialiased: 5,
    /** Word of the row in which the presence of the joints begins. */
    presenceRow: 6,
    /** Word of the matrix avatar → world. */
    world: 8,
    /** Word where the rows begin. */
    data: 20,
    /** Words of one skinning matrix. */
    matrixWords: 12,
} as const;
