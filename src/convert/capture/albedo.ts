import { type ISubjectPart } from "./captureSubject.js";

/** A picture of albedo. */
export interface IAlbedo {
    /** Width in texels. */
    readonly width: number;
    /** Height in texels. */
    readonly height: number;
    /** [height,width,4] sRGB colour and linear alpha, rows from the top. */
    readonly rgba: Uint8Array;
}

/** Alpha from which a texel's colour is its own, 8 bits. */
const OwnAlpha = 128;

/**
 * What a part looks like in even white light: its texture times its factor. Clear texels get the colour of solid ones near
 * by: pictures of hair are black where it is not, and smaller versions of them would carry that black into its edges.
 *
 * @param part a part of a subject
 * @returns the picture, one texel for a part without texture
 */
export function AlbedoOf({ texture, baseColor, alpha }: ISubjectPart): IAlbedo {
    const { width, height, rgba } = texture ?? { width: 1, height: 1, rgba: Uint8Array.of(255, 255, 255, 255) };
    // A copy, since clear texels are filled in; pictures are large, and most are shown as they are.
    const scaled = new Uint8Array(rgba);
    baseColor.forEach((factor, channel) => {
        const values = Uint8Array.from({ length: 256 }, (_, value) => Scale(value, factor, channel < 3));
        for (let i = channel; factor !== 1 && i < scaled.length; i += 4) {
            scaled[i] = values[scaled[i]!]!;
        }
    });
    if (alpha !== "opaque") {
        BleedColors(scaled, width, height);
    }
    return { width, height, rgba: scaled };
}

/** A channel times a linear factor. */
function Scale(value: number, factor: number, isColor: boolean): number {
    const share = value / 255;
    if (!isColor) {
        return Math.round(255 * Math.min(1, share * factor));
    }
    const linear = Math.min(1, factor * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
    return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055));
}

/** Gives clear texels the colour of solid ones near by. */
function BleedColors(rgba: Uint8Array, width: number, height: number): void {
    let known = Uint8Array.from({ length: width * height }, (_, i) => Number(rgba[i * 4 + 3]! >= OwnAlpha));
    // Each round looks twice as far, so that few rounds fill everything.
    for (let step = 1; step < Math.max(width, height); step *= 2) {
        const next = known.slice();
        for (let i = 0; i < known.length; i++) {
            if (known[i] === 0 && CopyNear(rgba, known, width, height, i, step)) {
                next[i] = 1;
            }
        }
        known = next;
    }
}

/** Mean colour of the known texels that lie `step` away in eight directions. */
function CopyNear(
    rgba: Uint8Array,
    known: Uint8Array,
    width: number,
    height: number,
    texel: number,
    step: number,
): boolean {
    const x = texel % width;
    const y = (texel - x) / width;
    let count = 0;
    let [red, green, blue] = [0, 0, 0];
    for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
            const [u, v] = [x + dx * step, y + dy * step];
            const near = v * width + u;
            if (u >= 0 && v >= 0 && u < width && v < height && known[near] === 1) {
                red += rgba[near * 4]!;
                green += rgba[near * 4 + 1]!;
                blue += rgba[near * 4 + 2]!;
                count++;
            }
        }
    }
    if (count > 0) {
        rgba.set([red / count, green / count, blue / count], texel * 4);
    }
    return count > 0;
}
