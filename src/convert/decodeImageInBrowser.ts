import { type DecodeImage } from "./bake/riggedCharacter.js";

/**
 * Decodes PNG, JPEG and WebP with the browser's own decoders, without premultiplying and without colour conversion.
 *
 * @throws DOMException when the bytes are no picture
 */
export const DecodeImageInBrowserAsync: DecodeImage = async (bytes, mimeType) => {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mimeType });
    const bitmap = await createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) {
        throw new Error("This browser has no 2D canvas to decode pictures with.");
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, rgba: context.getImageData(0, 0, width, height).data };
};
