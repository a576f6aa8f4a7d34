import { type ISplat } from "./projectGaussian.js";
import { LargestAlpha, SmallestAlpha } from "./splatRules.js";

/** How to rasterise. */
export interface IRasteriseOptions {
    /** Pixels. */
    readonly width: number;
    /** Pixels. */
    readonly height: number;
    /**
     * The published kernel ends a pixel before the splat that would take its transmittance below this (1e-4); hardware
     * blending draws everything (0).
     */
    readonly transmittanceMin: number;
    /**
     * The published kernel draws a splat in those 16-pixel tiles only which the square of half side ⌈3σ⌉ touches; 0 draws it
     * wherever its alpha is at least 1/255.
     */
    readonly tileSize: number;
    /** [H,W] depth buffer of opaque things in front of which splats are drawn (default: none). */
    readonly depth?: Float64Array;
}

/**
 * Blends splats on the CPU, front to back.
 *
 * @param splats far to near
 * @param options size and rules
 * @returns [H,W,4] premultiplied r g b and alpha, rows from the top
 */
export function RasteriseSplats(splats: readonly ISplat[], options: IRasteriseOptions): Float64Array {
    const { width, height, transmittanceMin } = options;
    const image = new Float64Array(width * height * 4);
    const ended = new Uint8Array(width * height);
    for (const splat of [...splats].reverse()) {
        const [inverseXx, inverseXy, inverseYy] = Invert(splat.covariance);
        // Pixel centres stand at whole numbers.
        const x = (((splat.center[0] ?? NaN) + 1) * width - 1) / 2;
        const y = ((1 - (splat.center[1] ?? NaN)) * height - 1) / 2;
        const area = Area(splat, x, y, options);
        for (let row = area.top; row < area.bottom; row++) {
            for (let column = area.left; column < area.right; column++) {
                const pixel = row * width + column;
                const dx = column - x;
                const dy = y - row;
                const power = -0.5 * (inverseXx * dx * dx + 2 * inverseXy * dx * dy + inverseYy * dy * dy);
                const alpha = Math.min(LargestAlpha, splat.opacity * Math.exp(power));
                const transmittance = 1 - (image[pixel * 4 + 3] ?? 0);
                // A quad has the depth of its centre all over.
                const isHidden = (splat.center[2] ?? NaN) > (options.depth?.[pixel] ?? Infinity);
                if (alpha < SmallestAlpha || isHidden || ended[pixel]) {
                    continue;
                }
                if (transmittance * (1 - alpha) < transmittanceMin) {
                    ended[pixel] = 1;
                    continue;
                }
                for (let channel = 0; channel < 4; channel++) {
                    const value = channel < 3 ? (splat.color[channel] ?? NaN) : 1;
                    image[pixel * 4 + channel]! += value * alpha * transmittance;
                }
            }
        }
    }
    return image;
}

/** Radius of the published kernel: three standard deviations of the longer axis, rounded up to pixels. */
export function PublishedRadius([xx, xy, yy]: ISplat["covariance"]): number {
    const mean = (xx + yy) / 2;
    const largest = mean + Math.sqrt(Math.max(0.1, mean * mean - (xx * yy - xy * xy)));
    return Math.ceil(3 * Math.sqrt(largest));
}

/** Inverse of a covariance xx xy yy. */
export function Invert([xx, xy, yy]: ISplat["covariance"]): [number, number, number] {
    const determinant = xx * yy - xy * xy;
    return [yy / determinant, -xy / determinant, xx / determinant];
}

interface IArea {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
}

/** The pixels to look at; ends are not part of it. */
function Area(splat: ISplat, x: number, y: number, { width, height, tileSize }: IRasteriseOptions): IArea {
    const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    if (tileSize > 0) {
        const radius = PublishedRadius(splat.covariance);
        // Rounding towards zero, as an integer cast does.
        const first = (value: number): number => Math.trunc((value - radius) / tileSize) * tileSize;
        const end = (value: number): number => Math.trunc((value + radius + tileSize - 1) / tileSize) * tileSize;
        return {
            left: clamp(first(x), width),
            right: clamp(end(x), width),
            top: clamp(first(y), height),
            bottom: clamp(end(y), height),
        };
    }
    const radius = Math.sqrt(2 * Math.log(splat.opacity / SmallestAlpha));
    const extentX = radius * Math.sqrt(splat.covariance[0]);
    const extentY = radius * Math.sqrt(splat.covariance[2]);
    return {
        left: clamp(Math.floor(x - extentX), width),
        right: clamp(Math.ceil(x + extentX) + 1, width),
        top: clamp(Math.floor(y - extentY), height),
        bottom: clamp(Math.ceil(y + extentY) + 1, height),
    };
}
