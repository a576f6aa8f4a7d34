/** Name of the root extension of an avatar file, and of the loader extension that reads it. */
export const AvatarExtensionName = "BGA_gaussian_avatar";

/** Name of the standard extension that marks a primitive of points as Gaussians. */
export const SplatExtensionName = "KHR_gaussian_splatting";

/** Name of the standard extension that allows morph deltas to be integers. */
export const QuantizationExtensionName = "KHR_mesh_quantization";
