import { PNG } from "pngjs";

/** A picture as the cameras of a capture take it. */
export interface ICapturedPicture {
    /** Width and height, pixels. */
    readonly size: number;
    /** [size,size,3] display colours multiplied by coverage, rows from the top. */
    readonly rgb: Uint8Array;
    /** [size,size] coverage. */
    readonly mask: Uint8Array;
}

/** Strength of PNG's compression, 0..9: beyond it files shrink by a hundredth and take twice as long. */
const DeflateLevel = 6;

/** Colour types of PNG. */
const ColorType = { grey: 0, rgb: 2 } as const;

/**
 * Averages squares of samples.
 *
 * @param samples [size·factor,size·factor,4] display colours multiplied by alpha
 * @param size side of the result, pixels
 * @param factor samples along each side of a pixel
 * @returns the picture; where a clear surface shone brighter than it covers, colours are cut to the coverage
 */
export function ShrinkPicture(samples: Uint8Array, size: number, factor: number): ICapturedPicture {
    const rgb = new Uint8Array(size * size * 3);
    const mask = new Uint8Array(size * size);
    const stride = size * factor * 4;
    const half = (factor * factor) >> 1;
    for (let pixel = 0; pixel < mask.length; pixel++) {
        let [red, green, blue, alpha] = [half, half, half, half];
        const corner = Math.floor(pixel / size) * factor * stride + (pixel % size) * factor * 4;
        for (let row = 0; row < factor; row++) {
            for (let at = corner + row * stride, end = at + factor * 4; at < end; at += 4) {
                red += samples[at]!;
                green += samples[at + 1]!;
                blue += samples[at + 2]!;
                alpha += samples[at + 3]!;
            }
        }
        const coverage = Math.floor(alpha / (factor * factor));
        if (coverage > 0) {
            mask[pixel] = coverage;
            rgb[pixel * 3] = Math.min(coverage, Math.floor(red / (factor * factor)));
            rgb[pixel * 3 + 1] = Math.min(coverage, Math.floor(green / (factor * factor)));
            rgb[pixel * 3 + 2] = Math.min(coverage, Math.floor(blue / (factor * factor)));
        }
    }
    return { size, rgb, mask };
}

/**
 * Packs a picture into the two files of a capture.
 *
 * @param picture the picture
 * @returns PNG files: colours of 8 bits over black, coverage of 8 bits
 */
export function EncodeCapturedPicture({ size, rgb, mask }: ICapturedPicture): { image: Uint8Array; mask: Uint8Array } {
    return { image: EncodePlane(rgb, size, ColorType.rgb), mask: EncodePlane(mask, size, ColorType.grey) };
}

function EncodePlane(
    data: Uint8Array,
    size: number,
    colorType: (typeof ColorType)[keyof typeof ColorType],
): Uint8Array {
    const png = new PNG({ width: size, height: size });
    png.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return PNG.sync.write(png, { colorType, inputColorType: colorType, bitDepth: 8, deflateLevel: DeflateLevel });
}
