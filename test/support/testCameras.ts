import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type ICamera } from "../reference/projectGaussian.js";

/** How a test camera differs from the plain one: left-handed, perspective, 0.8 rad, depth from 0.1 m (0) to 20 m (1). */
export interface ITestCameraOptions {
    /** Where it stands (default: 0.4, 0.3, −3). */
    readonly position?: readonly [number, number, number];
    /** (default: false) */
    readonly rightHanded?: boolean;
    /** (default: false) */
    readonly orthographic?: boolean;
    /** (default: false) */
    readonly reverseDepth?: boolean;
    /** Moves the principal point, normalised device coordinates (default: 0, 0). */
    readonly offCenter?: readonly [number, number];
    /** Vertical opening angle, radians (default: 0.8). */
    readonly fov?: number;
    /** Pixels (default: 160). */
    readonly width?: number;
    /** Pixels (default: 120). */
    readonly height?: number;
}

/**
 * A camera that looks at the origin, with matrices as Babylon's own functions make them.
 *
 * @param options what is special about it
 */
export function TestCamera(options: ITestCameraOptions = {}): ICamera {
    const { position = [0.4, 0.3, -3], rightHanded = false, reverseDepth = false, width = 160, height = 120 } = options;
    const eye = Vector3.FromArray([...position]);
    const view = (rightHanded ? Matrix.LookAtRH : Matrix.LookAtLH)(eye, Vector3.Zero(), Vector3.Up());
    const projection = Matrix.Identity();
    // Babylon's reverse depth is the same matrix with near and far exchanged.
    const [near, far] = reverseDepth ? [20, 0.1] : [0.1, 20];
    if (options.orthographic) {
        const make = rightHanded ? Matrix.OrthoOffCenterRHToRef : Matrix.OrthoOffCenterLHToRef;
        make(-1.2, 1.2, -0.9, 0.9, near, far, projection, true);
    } else {
        const make = rightHanded ? Matrix.PerspectiveFovRHToRef : Matrix.PerspectiveFovLHToRef;
        make(options.fov ?? 0.8, width / height, near, far, projection, true, true);
    }
    const [offsetX, offsetY] = options.offCenter ?? [0, 0];
    projection.addAtIndex(8, offsetX * (projection.m[11] ?? 0));
    projection.addAtIndex(9, offsetY * (projection.m[11] ?? 0));
    return { view: view.asArray(), projection: projection.asArray(), width, height, reverseDepth };
}
