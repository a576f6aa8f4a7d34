import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PNG } from "pngjs";

/**
 * Peak signal-to-noise ratio of two 8-bit pictures, over all channels.
 *
 * @param a bytes
 * @param b as many bytes
 * @returns decibels; infinite when they are equal
 */
export function Psnr(a: ArrayLike<number>, b: ArrayLike<number>): number {
    let squares = 0;
    for (let i = 0; i < a.length; i++) {
        squares += (a[i]! - b[i]!) ** 2;
    }
    return 10 * Math.log10((255 * 255 * a.length) / squares);
}

/**
 * Writes a picture to `test/output`, which git ignores, to be looked at.
 *
 * @param name file name without ending
 * @param pixels RGBA, 8 bits a channel, rows from the top
 * @param width in pixels
 */
export function KeepPicture(name: string, pixels: Uint8Array, width: number): void {
    const png = new PNG({ width, height: pixels.length / 4 / width });
    png.data = Buffer.from(pixels);
    const file = new URL(`../output/${name}.png`, import.meta.url).pathname;
    mkdirSync(dirname(file), { recursive: true });
    // No filter: finding the best one takes longer than drawing the picture.
    writeFileSync(file, PNG.sync.write(png, { filterType: 0 }));
}
