import { type DecodeImage, type IDecodedImage } from "./bake/riggedCharacter.js";

/**
 * Decodes PNG, JPEG and WebP with the browser's own decoders, without conversion of colours. Browsers keep pictures
 * premultiplied by alpha: colours of nearly transparent texels come back coarser, which alpha-weighted averages bear.
 * `ImageDecoder` leaves pictures as they are stored; a canvas, where there is none, turns photographs upright.
 *
 * @throws DOMException when the bytes are no picture
 */
export const DecodeImageInBrowserAsync: DecodeImage = async (bytes, mimeType) => {
    const data = bytes as Uint8Array<ArrayBuffer>;
    if (typeof ImageDecoder !== "undefined" && (await ImageDecoder.isTypeSupported(mimeType))) {
        return await DecodeWithCodecAsync(data, mimeType);
    }
    return await DecodeWithCanvasAsync(data, mimeType);
};

async function DecodeWithCodecAsync(data: Uint8Array<ArrayBuffer>, type: string): Promise<IDecodedImage> {
    const decoder = new ImageDecoder({ data, type, colorSpaceConversion: "none" });
    try {
        const { image } = await decoder.decode();
        try {
            const { width, height } = image.visibleRect ?? { width: image.codedWidth, height: image.codedHeight };
            const rgba = new Uint8Array(width * height * 4);
            await image.copyTo(rgba, { format: "RGBA", layout: [{ offset: 0, stride: width * 4 }] });
            return { width, height, rgba };
        } finally {
            image.close();
        }
    } finally {
        decoder.close();
    }
}

async function DecodeWithCanvasAsync(data: Uint8Array<ArrayBuffer>, type: string): Promise<IDecodedImage> {
    const bitmap = await createImageBitmap(new Blob([data], { type }), {
        premultiplyAlpha: "none",
        colorSpaceConversion: "none",
    });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) {
        bitmap.close();
        throw new Error("This browser has no 2D canvas to decode pictures with.");
    }
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return { width, height, rgba: context.getImageData(0, 0, width, height).data };
}
