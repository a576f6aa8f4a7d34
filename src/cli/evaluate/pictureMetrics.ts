/**
 * Figures of merit of pictures, by exactly the definitions of the trainer (training/gaussian_avatar_training/metrics.py and
 * similarity.py), so that figures of both can stand in one table.
 */

/** A picture of display values. */
export interface IPicture {
    /** Pixels. */
    readonly width: number;
    /** Pixels. */
    readonly height: number;
    /** [height, width, 3] red, green, blue, 0..255, rows from the top. */
    readonly rgb: Uint8Array;
}

/** A rectangle of pixels. */
export interface IBox {
    /** First column. */
    readonly x: number;
    /** First row. */
    readonly y: number;
    /** Columns. */
    readonly width: number;
    /** Rows. */
    readonly height: number;
}

/** Pixels around the person that figures of a crop count, so that what does not belong there is seen. */
export const CropMargin = 8;

/** Coverage above which a pixel of a mask counts: half of 255. */
const MaskThreshold = 127.5;

/** Side of the window of SSIM, its deviation in pixels, and what keeps its quotients finite (Wang et al. 2004). */
const Window = 11;
const Deviation = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

const WindowWeights = ((): Float64Array => {
    const weights = Float64Array.from({ length: Window }, (_, i) =>
        Math.exp(-((i - (Window >> 1)) ** 2) / (2 * Deviation ** 2)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
})();

/**
 * Peak signal to noise ratio: 10·log₁₀(1 / mean of (x − y)²) of values 0..1, over all channels.
 *
 * @param picture a picture
 * @param truth what it should be, of the same size
 * @param mask [height, width] coverage 0..255: only pixels above one half count (default: all do)
 * @returns decibels; infinity for equal pictures, NaN where nothing counts
 */
export function Psnr(picture: IPicture, truth: IPicture, mask?: Uint8Array): number {
    RequireSameSize(picture, truth);
    let [sum, count] = [0, 0];
    for (let pixel = 0; pixel < truth.width * truth.height; pixel++) {
        if (mask && mask[pixel]! < MaskThreshold) {
            continue;
        }
        count += 3;
        for (let i = pixel * 3; i < pixel * 3 + 3; i++) {
            sum += (picture.rgb[i]! - truth.rgb[i]!) ** 2;
        }
    }
    return -10 * Math.log10(sum / count / 255 ** 2);
}

/**
 * Structural similarity (Wang et al. 2004): the plain mean, over all channels and all windows of 11 × 11 pixels that lie
 * wholly in the picture, with a Gaussian window of deviation 1.5 and no correction for the number of samples.
 *
 * @param picture a picture
 * @param truth what it should be, of the same size, at least 11 × 11 pixels
 * @returns -1..1; 1 for equal pictures
 * @throws RangeError when sizes differ or are too small
 */
export function Ssim(picture: IPicture, truth: IPicture): number {
    RequireSameSize(picture, truth);
    const { width, height } = truth;
    if (Math.min(width, height) < Window) {
        throw new RangeError(`SSIM needs ${Window} × ${Window} pixels, not ${width} × ${height}.`);
    }
    let sum = 0;
    for (let channel = 0; channel < 3; channel++) {
        const plane = ({ rgb }: IPicture): Float64Array =>
            Float64Array.from({ length: width * height }, (_, i) => rgb[i * 3 + channel]! / 255);
        const [x, y] = [plane(picture), plane(truth)];
        const blurred = (values: Float64Array): Float64Array => Blur(values, width, height);
        const [meanX, meanY] = [blurred(x), blurred(y)];
        const [squareX, squareY] = [blurred(x.map((value) => value ** 2)), blurred(y.map((value) => value ** 2))];
        const product = blurred(x.map((value, i) => value * y[i]!));
        for (let i = 0; i < meanX.length; i++) {
            const [mx, my] = [meanX[i]!, meanY[i]!];
            const same = (2 * mx * my + C1) * (2 * (product[i]! - mx * my) + C2);
            const whole = (mx * mx + my * my + C1) * (squareX[i]! - mx * mx + squareY[i]! - my * my + C2);
            sum += same / whole;
        }
    }
    return sum / (3 * (width - Window + 1) * (height - Window + 1));
}

/**
 * The smallest rectangle around a mask, widened on all sides and cut at the border; at least 11 pixels each way where the
 * picture has them, so that SSIM exists.
 *
 * @param mask [height, width] coverage 0..255; what is above one half counts
 * @param width of the mask, pixels
 * @param height of the mask, pixels
 * @param margin pixels on all sides
 * @returns the rectangle; null when the mask is empty
 */
export function CropBox(mask: Uint8Array, width: number, height: number, margin: number = CropMargin): IBox | null {
    let [left, right, top, bottom] = [width, -1, height, -1];
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            if (mask[y * width + x]! > MaskThreshold) {
                left = Math.min(left, x);
                right = Math.max(right, x);
                top = Math.min(top, y);
                bottom = y;
            }
        }
    }
    if (right < 0) {
        return null;
    }
    const [x, columns] = Stretch(left, right, margin, width);
    const [y, rows] = Stretch(top, bottom, margin, height);
    return { x, y, width: columns, height: rows };
}

/**
 * A part of a picture or of a mask.
 *
 * @param values [height, width, channels] bytes
 * @param width of the whole, pixels
 * @param channels bytes of a pixel
 * @param box the part
 * @returns [box.height, box.width, channels] bytes
 */
export function Crop(values: Uint8Array, width: number, channels: number, box: IBox): Uint8Array {
    const result = new Uint8Array(box.width * box.height * channels);
    for (let row = 0; row < box.height; row++) {
        const start = ((box.y + row) * width + box.x) * channels;
        result.set(values.subarray(start, start + box.width * channels), row * box.width * channels);
    }
    return result;
}

/** First pixel and number of pixels. */
function Stretch(first: number, last: number, margin: number, size: number): readonly [number, number] {
    const end = Math.min(size, last + 1 + margin);
    const begin = Math.max(0, Math.min(Math.max(0, first - margin), end - Window));
    return [begin, Math.max(end, Math.min(size, begin + Window)) - begin];
}

/** Means of a plane weighted by the window, where the window lies wholly in it: rows first, then columns. */
function Blur(values: Float64Array, width: number, height: number): Float64Array {
    const [columns, rows] = [width - Window + 1, height - Window + 1];
    const across = new Float64Array(columns * height);
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < columns; x++) {
            let sum = 0;
            for (let k = 0; k < Window; k++) {
                sum += WindowWeights[k]! * values[y * width + x + k]!;
            }
            across[y * columns + x] = sum;
        }
    }
    const result = new Float64Array(columns * rows);
    for (let i = 0; i < result.length; i++) {
        let sum = 0;
        for (let k = 0; k < Window; k++) {
            sum += WindowWeights[k]! * across[i + k * columns]!;
        }
        result[i] = sum;
    }
    return result;
}

function RequireSameSize(picture: IPicture, truth: IPicture): void {
    if (picture.width !== truth.width || picture.height !== truth.height) {
        throw new RangeError(
            `Pictures of one size are compared, not ${picture.width} × ${picture.height} and ${truth.width} × ${truth.height}.`,
        );
    }
}
