import { type Matrix, Apply, At, Block, FromBabylon, Multiply, Transpose } from "./matrix.js";
import { type IGaussian } from "./skinGaussian.js";
import { FieldOfViewLimit, LowPass, MipLowPass, SmallestAlpha } from "./splatRules.js";

/** A camera as `SplatView.setCamera` takes it. */
export interface ICamera {
    /** World → camera, Babylon's memory. */
    readonly view: ArrayLike<number>;
    /** Camera → clip, Babylon's memory. */
    readonly projection: ArrayLike<number>;
    /** Pixels. */
    readonly width: number;
    /** Pixels. */
    readonly height: number;
    /** Whether the near plane has depth 1. */
    readonly reverseDepth: boolean;
}

/** A Gaussian in a camera's image. */
export interface ISplat {
    /** Centre in normalised device coordinates, z as the depth buffer. */
    readonly center: readonly number[];
    /** Distance behind the near plane, metres. */
    readonly distance: number;
    /** Covariance xx xy yy, square pixels, low-pass included; x to the right, y up. */
    readonly covariance: readonly [number, number, number];
    /** 0..1. */
    readonly opacity: number;
    /** r g b. */
    readonly color: readonly number[];
}

/**
 * EWA splatting (Zwicker et al. 2001) as the published rasteriser does it, in camera space: t = V·μ, Σ' = J·W·Σ·Wᵀ·Jᵀ + 0.3·I
 * with the slope J of the projection at t. Antialiased Gaussians get 0.1·I, and opacity falls as their area grows: the area
 * of an ellipse is π times the product of its axes.
 *
 * @returns the splat, or null when the camera does not see it
 */
export function ProjectGaussian(gaussian: IGaussian, camera: ICamera, antialiased = false): ISplat | null {
    const view = FromBabylon(camera.view);
    const projection = FromBabylon(camera.projection);
    const t = Apply(view, [...gaussian.position, 1]);
    const clip = Apply(projection, t);
    const w = clip[3] ?? NaN;
    const center = clip.slice(0, 3).map((value) => value / w);
    const distance = DistanceBehindNearPlane(projection, t[2] ?? NaN, camera.reverseDepth);
    const slope = Slope(projection, t, camera);
    const toImage = Multiply(slope, Block(view, 3));
    const image = Multiply(Multiply(toImage, gaussian.covariance), Transpose(toImage));
    const lowPass = antialiased ? MipLowPass : LowPass;
    const covariance = [At(image, 0, 0) + lowPass, At(image, 0, 1), At(image, 1, 1) + lowPass] as const;
    const narrow = AxesProduct(At(image, 0, 0), At(image, 0, 1), At(image, 1, 1));
    const opacity = gaussian.opacity * (antialiased ? narrow / AxesProduct(...covariance) : 1);
    const splat = { center, distance, covariance, opacity, color: gaussian.color };
    return IsVisible(splat, camera) ? splat : null;
}

/** Product of the half axes of the ellipse of a covariance xx xy yy; its eigenvalues are their squares. */
function AxesProduct(xx: number, xy: number, yy: number): number {
    const [mean, spread] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
    return Math.sqrt((mean + spread) * Math.max(0, mean - spread));
}

/** Slope of pixel coordinates (y up) at the camera-space point t: two rows of three. */
function Slope(projection: Matrix, t: readonly number[], { width, height }: ICamera): Matrix {
    const focalX = (At(projection, 0, 0) * width) / 2;
    const focalY = (At(projection, 1, 1) * height) / 2;
    const isOrthographic = At(projection, 3, 3) === 1;
    if (isOrthographic) {
        return [
            [focalX, 0, 0],
            [0, focalY, 0],
        ];
    }
    // tan(fov/2), so that a point on the border of a centred image has exactly this tx/tz.
    const tanX = Math.abs(1 / At(projection, 0, 0));
    const tanY = Math.abs(1 / At(projection, 1, 1));
    const [x = NaN, y = NaN, z = NaN] = t;
    const limit = (value: number, tan: number): number =>
        Math.min(FieldOfViewLimit * tan, Math.max(-FieldOfViewLimit * tan, value));
    // Cameras that look along −z have w = −z; the sign goes with the focal lengths.
    const forward = Math.sign(At(projection, 3, 2));
    const depth = forward * z;
    return [
        [focalX / depth, 0, (-focalX * limit(x / z, tanX)) / depth],
        [0, focalY / depth, (-focalY * limit(y / z, tanY)) / depth],
    ];
}

/** The near plane is where the depth buffer is 0 (1 with reverse depth); from there it is the way along the view axis. */
function DistanceBehindNearPlane(projection: Matrix, z: number, reverseDepth: boolean): number {
    const [depthScale, depthOffset] = [At(projection, 2, 2), At(projection, 2, 3)];
    const [wScale, wOffset] = [At(projection, 3, 2), At(projection, 3, 3)];
    const isOrthographic = wScale === 0;
    // Solve depthScale·z + depthOffset = near·(wScale·z + wOffset).
    const near = Number(reverseDepth);
    const nearZ = (near * wOffset - depthOffset) / (depthScale - near * wScale);
    const orthographicForward = reverseDepth ? -Math.sign(depthScale) : Math.sign(depthScale);
    return (isOrthographic ? orthographicForward : Math.sign(wScale)) * (z - nearZ);
}

function IsVisible({ center, distance, covariance, opacity }: ISplat, { width, height }: ICamera): boolean {
    const [x = NaN, y = NaN, z = NaN] = center;
    if (![x, y, z, distance, opacity, ...covariance].every(Number.isFinite)) {
        return false;
    }
    // Opacity·exp(−r²/2) = 1/255 on the border of what is drawn.
    const radius = Math.sqrt(2 * Math.log(opacity / SmallestAlpha));
    const extentX = (radius * Math.sqrt(covariance[0]) * 2) / width;
    const extentY = (radius * Math.sqrt(covariance[2]) * 2) / height;
    const isInFrustum = Math.abs(x) <= 1 + extentX && Math.abs(y) <= 1 + extentY && z >= 0 && z <= 1;
    return opacity >= SmallestAlpha && distance >= 0 && isInFrustum;
}
