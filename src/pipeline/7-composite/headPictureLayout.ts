/**
 * A refined picture of a head, for a pass that draws, 96 bytes. The WGSL twin is the struct `HeadPicture` of
 * `shaders/include/headPicture.wgsl`; a test holds the two together.
 */
export const HeadPictureLayout = {
    /** Bytes. */
    stride: 96,
    /** Word of the matrix [16] normalised device coordinates → place in the picture, column by column. */
    fromDevice: 0,
    /** Word of the head's first posed Gaussian, u32. */
    firstPosed: 16,
    /** Word of the number of its Gaussians, u32; 0 behind the last picture. */
    gaussianCount: 17,
    /** Word of the layer of the array, u32. */
    layer: 18,
    /** Word of how much of the picture is seen, 0..1. */
    share: 19,
    /** Word of the part of the layer's sides that it fills. */
    extent: 20,
} as const;

/** Pictures that a pass draws at most, and that are kept in all. */
export const MaxHeadPictures = 8;
