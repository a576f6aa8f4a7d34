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

/** Length of the name of an avatar, joint, channel or clip, characters. Names are compared and shown. */
export const MaxNameLength = 256;

/** Clips in one file. */
export const MaxAnimations = 4096;

/** Size of the JSON part of a file, bytes. A person with a hundred clips needs about one megabyte. */
export const MaxJsonBytes = 32 * 1024 * 1024;

/** Nesting of the JSON part. Standard glTF needs about a dozen; extensions of others may add some. */
export const MaxJsonDepth = 128;

/** Length of any top-level array of the glTF document (nodes, accessors, …). */
export const MaxGltfItems = 262_144;

/**
 * Memory that reading may take, as a multiple of the bytes of the file: 8-bit components become 32-bit floats (4), with
 * room for what is read and then thinned out. Many accessors over the same bytes cannot go beyond it.
 */
export const MaxExpansion = 8;

/** Memory that reading may take whatever the size of the file, bytes. */
export const MinReadBudget = 1024 * 1024;

/** Side files of one `.gltf`. An avatar has a buffer and a few networks; exporters that split have one a clip. */
export const MaxSideFiles = 1024;

/** Side files that are fetched at the same time; browsers open about six connections to a host. */
export const MaxParallelLoads = 4;

/**
 * Side of a Gaussian map, texels. The official one is 1,024. The numbers of 2 · 2,048² texels are exact in 32-bit floats, which is
 * how accessors are read.
 */
export const MaxMapSize = 2048;

/** Joints a Gaussian of a map model. The published body's diffused weights touch 55, of which few matter. */
export const MaxInfluences = 64;

/** Networks of a file. The published body has three, cut into a dozen slices each when a frame is short. */
export const MaxNetworks = 64;

/** Inputs, and outputs, of a network. */
export const MaxTensors = 64;

/** Channels of a network's output that attributes are taken from; the official ones have 16. */
export const MaxTensorChannels = 4096;

/** Numbers in a tensor of a network; the largest official ones, between slices of a head's refiner, have 64 · 1,024², just this. */
export const MaxTensorElements = 67_108_864;

/** Size of a network, bytes: that of an ONNX file, which cannot reach 2 GiB. */
export const MaxNetworkBytes = 2_147_483_647;

/** Components of a pose projection. The official one has 20. */
export const MaxProjectionComponents = 256;

/**
 * Channels of a Gaussian that are drawn for the networks of a head. Published ones have 32; with the distance 36 fill twelve layers of
 * three.
 */
export const MaxFeatureChannels = 35;

/** Side of a refined picture, pixels. Published ones have 2,048. */
export const MaxPictureSide = 4096;

/** Frequencies of the positional encoding of a head. Published ones have four. */
export const MaxHeadOctaves = 16;
