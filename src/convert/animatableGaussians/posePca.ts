import { type IPoseProjection } from "../../format/mapModel.js";
import { type IPositionMap } from "./readPositionMap.js";
import { SymmetricEigenvectors } from "./symmetricMatrix.js";

/** Pixels of the first training map with points this far from the origin, metres, are projected. */
const LeastNorm = 1e-6;

/** A variance below this share of the largest is rounding, not motion. */
const LeastVariance = 1e-12;

/** A linear model of the pose maps, as the published code stores it. */
export interface IPoseComponents {
    /** [M,3] mean, metres. */
    readonly mean: Float32Array;
    /** [P,M,3] orthonormal rows. */
    readonly components: Float32Array;
    /** [P] variance along each row, m². */
    readonly variances: Float32Array;
}

/**
 * The pixels that are projected: those that hold a point in the first map of the training.
 *
 * @param map front and back pose map side by side
 * @returns [M] pixels of the front map, v·S + u, ascending
 */
export function ProjectedPixels({ width, height, values }: IPositionMap): Uint32Array {
    const pixels: number[] = [];
    for (let pixel = 0; pixel < height * height; pixel++) {
        const at = (Math.floor(pixel / height) * width + (pixel % height)) * 3;
        if (Math.hypot(values[at]!, values[at + 1]!, values[at + 2]!) > LeastNorm) {
            pixels.push(pixel);
        }
    }
    return Uint32Array.from(pixels);
}

/**
 * What a pose map holds in some pixels of its front half.
 *
 * @param map front and back side by side
 * @param pixels v·S + u
 * @returns [M,3] metres
 */
export function MaskedPoints({ width, height, values }: IPositionMap, pixels: Uint32Array): Float32Array {
    const points = new Float32Array(pixels.length * 3);
    pixels.forEach((pixel, i) => {
        const at = (Math.floor(pixel / height) * width + (pixel % height)) * 3;
        points.set(values.subarray(at, at + 3), i * 3);
    });
    return points;
}

/**
 * Fits a linear model by principal components. The rows are far longer than there are of them, so the eigenvectors are those of
 * the products of rows with each other.
 *
 * @param rows samples of the same length
 * @param count most components
 * @returns mean, components by falling variance, variances with one degree of freedom less than samples
 */
export function FitComponents(rows: readonly Float32Array[], count: number): IPoseComponents {
    const length = rows[0]!.length;
    const n = rows.length;
    const mean = new Float64Array(length);
    for (const row of rows) {
        row.forEach((value, i) => (mean[i]! += value / n));
    }
    const centred = rows.map((row) => row.map((value, i) => value - mean[i]!));
    const gram = new Float64Array(n * n);
    centred.forEach((a, i) => {
        for (let k = 0; k <= i; k++) {
            const product = Dot(a, centred[k]!);
            gram[i * n + k] = product;
            gram[k * n + i] = product;
        }
    });
    const { values, vectors } = SymmetricEigenvectors(gram, n);
    const kept = Math.min(count, n - 1, values.filter((value) => value > LeastVariance * values[0]!).length);
    const components = new Float32Array(kept * length);
    for (let k = 0; k < kept; k++) {
        const component = components.subarray(k * length, (k + 1) * length);
        const sum = new Float64Array(length);
        centred.forEach((row, i) => {
            const share = vectors[k * n + i]! / Math.sqrt(values[k]!);
            row.forEach((value, at) => (sum[at]! += share * value));
        });
        component.set(sum);
    }
    const variances = Float32Array.from(values.subarray(0, kept), (value) => value / (n - 1));
    return { mean: Float32Array.from(mean), components, variances };
}

/**
 * The projection of an avatar.
 *
 * @param pixels that are projected
 * @param model linear model of their points
 * @param count components to use
 * @param sigma how many standard deviations a pose may be off along each
 * @returns the projection
 */
export function MakeProjection(
    pixels: Uint32Array,
    { mean, components, variances }: IPoseComponents,
    count: number,
    sigma: number,
): IPoseProjection {
    const kept = Math.min(count, variances.length);
    return {
        pixels,
        mean,
        components: components.slice(0, kept * mean.length),
        limits: variances.slice(0, kept).map((variance) => sigma * Math.sqrt(Math.max(0, variance))),
    };
}

function Dot(a: Float32Array, b: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
        sum += a[i]! * b[i]!;
    }
    return sum;
}
