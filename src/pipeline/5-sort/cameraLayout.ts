/**
 * What the projection needs to know of a camera: a uniform block of 112 bytes. The WGSL twin is the struct `Camera` of
 * `shaders/5-sort/projectGaussians.compute.wgsl`; a test holds the two together.
 *
 * | word  | content                                                                                   |
 * | ----- | ----------------------------------------------------------------------------------------- |
 * | 0–15  | world → clip, columns of the column-vector matrix                                         |
 * | 16–19 | near plane: dot with (world point, 1) is the distance behind it, metres                   |
 * | 20–21 | viewport, pixels                                                                          |
 * | 22–23 | where the view axis meets the image, normalised device coordinates; 0 when orthographic   |
 * | 24    | number of posed Gaussians, u32                                                            |
 * | 25–27 | unused                                                                                    |
 */
export const CameraLayout = {
    /** Bytes in all. */
    size: 112,
    /** Word of the matrix. */
    worldToClip: 0,
    /** Word of the near plane. */
    nearPlane: 16,
    /** Word of the viewport. */
    viewport: 20,
    /** Word of the principal point. */
    principalPoint: 22,
    /** Word of the number of posed Gaussians. */
    gaussianCount: 24,
} as const;

/**
 * Writes a camera as {@link CameraLayout} says, all but the number of Gaussians.
 *
 * Matrices are Babylon's: row-vector convention, `m[row * 4 + column]`, which is the memory of the column-major
 * column-vector matrix. Depth in the image is 0..1. Handedness needs no switch: the near plane is where clip z is 0 (or
 * clip z = clip w with reverse depth), and that plane's own normal points into the scene whichever way the camera's z runs.
 *
 * @param view world → camera
 * @param projection camera → clip, perspective or orthographic, off-centre or not
 * @param width width of the viewport, pixels
 * @param height height of the viewport, pixels
 * @param reverseDepth whether the near plane has depth 1
 * @param result receives the words
 */
export function WriteCamera(
    view: ArrayLike<number>,
    projection: ArrayLike<number>,
    width: number,
    height: number,
    reverseDepth: boolean,
    result: Float32Array,
): void {
    for (let column = 0; column < 4; column++) {
        for (let row = 0; row < 4; row++) {
            let sum = 0;
            for (let inner = 0; inner < 4; inner++) {
                sum += (view[column * 4 + inner] ?? 0) * (projection[inner * 4 + row] ?? 0);
            }
            result[CameraLayout.worldToClip + column * 4 + row] = sum;
        }
    }
    WriteNearPlane(result, reverseDepth);
    result[CameraLayout.viewport] = width;
    result[CameraLayout.viewport + 1] = height;
    const slope = projection[11] ?? 0;
    result[CameraLayout.principalPoint] = slope === 0 ? 0 : (projection[8] ?? 0) / slope;
    result[CameraLayout.principalPoint + 1] = slope === 0 ? 0 : (projection[9] ?? 0) / slope;
}

function WriteNearPlane(camera: Float32Array, reverseDepth: boolean): void {
    const plane = CameraLayout.nearPlane;
    for (let column = 0; column < 4; column++) {
        const z = camera[column * 4 + 2] ?? 0;
        const w = camera[column * 4 + 3] ?? 0;
        camera[plane + column] = reverseDepth ? w - z : z;
    }
    const length = Math.hypot(camera[plane] ?? 0, camera[plane + 1] ?? 0, camera[plane + 2] ?? 0);
    for (let column = 0; column < 4; column++) {
        camera[plane + column] = (camera[plane + column] ?? 0) / length;
    }
}
