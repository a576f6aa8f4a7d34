/** Name of the glTF extension that avatar files carry, and of the loader extension that reads them. */
export const AvatarExtensionName = "BGA_gaussian_avatar";
