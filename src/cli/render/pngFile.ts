import { PNG } from "pngjs";

/**
 * Undoes the multiplication of colours by alpha that a canvas holds, as PNG stores them.
 *
 * @param pixels RGBA, 8 bits a channel, colours multiplied by alpha; changed in place
 * @returns the same array, colours as they are
 */
export function Unpremultiply(pixels: Uint8Array): Uint8Array {
    for (let i = 0; i < pixels.length; i += 4) {
        const alpha = pixels[i + 3]!;
        if (alpha > 0 && alpha < 255) {
            for (let channel = i; channel < i + 3; channel++) {
                pixels[channel] = Math.min(255, Math.round((pixels[channel]! * 255) / alpha));
            }
        }
    }
    return pixels;
}

/**
 * Packs a picture into a PNG file.
 *
 * @param width pixels
 * @param height pixels
 * @param pixels RGBA, 8 bits a channel, rows from the top, colours not multiplied by alpha
 * @returns the file
 */
export function EncodePng(width: number, height: number, pixels: Uint8Array): Uint8Array {
    const png = new PNG({ width, height });
    png.data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    return PNG.sync.write(png);
}
