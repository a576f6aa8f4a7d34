import { type DecodeImage } from "../convert/bake/riggedCharacter.js";

/**
 * Decodes PNG, JPEG and WebP in Node with `sharp`, which is loaded on first use.
 *
 * @throws when `sharp` is not installed or the bytes are no picture
 */
export const DecodeImageInNodeAsync: DecodeImage = async (bytes) => {
    const { default: sharp } = await import("sharp");
    const { data, info } = await sharp(bytes)
        .toColourspace("srgb")
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
    return {
        width: info.width,
        height: info.height,
        rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
};
