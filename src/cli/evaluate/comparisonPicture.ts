import { EncodePng } from "../render/pngFile.js";
import { type IPicture } from "./pictureMetrics.js";

/** Differences are shown this much stronger. */
const Amplification = 4;

/**
 * Puts pictures side by side: what should be, the avatar, the baseline if there is one, and four times the difference of the
 * first two.
 *
 * @param truth what should be
 * @param avatar the avatar
 * @param baseline the baseline, or null
 * @returns a PNG file
 */
export function EncodeComparison(truth: IPicture, avatar: IPicture, baseline: IPicture | null): Uint8Array {
    const difference = truth.rgb.map((value, i) => Math.min(255, Amplification * Math.abs(value - avatar.rgb[i]!)));
    return EncodeRow([truth, avatar, ...(baseline ? [baseline] : []), { ...truth, rgb: difference }]);
}

/**
 * Puts pictures of one size side by side.
 *
 * @param pictures at least one
 * @returns a PNG file
 */
export function EncodeRow(pictures: readonly IPicture[]): Uint8Array {
    const { width, height } = pictures[0]!;
    const rgba = new Uint8Array(width * pictures.length * height * 4).fill(255);
    pictures.forEach(({ rgb }, index) => {
        for (let pixel = 0; pixel < width * height; pixel++) {
            const at = (Math.floor(pixel / width) * pictures.length + index) * width + (pixel % width);
            rgba.set(rgb.subarray(pixel * 3, pixel * 3 + 3), at * 4);
        }
    });
    return EncodePng(width * pictures.length, height, rgba);
}
