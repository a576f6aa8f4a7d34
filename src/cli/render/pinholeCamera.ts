import { Camera } from "@babylonjs/core/Cameras/camera.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IPinhole } from "../../math/pinhole.js";
import { CliError } from "../cliError.js";

/** Near and far plane, metres: a fingertip before the lens, a stadium behind it. */
const Depth = { near: 0.02, far: 1000 } as const;

/** How far the rows of R may be from orthonormal; calibrations are stored with six digits or more. */
const RotationTolerance = 1e-3;

/** What the fields of a calibration must hold, at the end of a message. */
const FieldMeanings = {
    width: "a number, the width of the picture in pixels",
    height: "a number, the height of the picture in pixels",
    K: "9 numbers, row by row: fx, skew, cx, 0, fy, cy, 0, 0, 1 in pixels",
    R: "9 numbers, row by row: the rotation world → camera (x right, y down, z forward)",
    t: "3 numbers: the translation world → camera in metres (x right, y down, z forward)",
} as const;

/**
 * A Babylon camera with exactly the projection of a calibrated one, principal point and skew included, for right-handed
 * scenes whose world is the calibration's world. A world point X appears at K (R X + t), in the picture that spans
 * 0..width and 0..height: the middle of the first pixel is (0.5, 0.5).
 */
export class PinholeCamera extends Camera {
    private readonly _worldToCamera: Matrix;

    /**
     * @param name name of the camera
     * @param pinhole the calibration
     * @param scene a right-handed scene
     */
    public constructor(name: string, pinhole: IPinhole, scene: Scene) {
        super(name, Vector3.Zero(), scene);
        this._worldToCamera = ViewMatrix(pinhole);
        this.minZ = Depth.near;
        this.maxZ = Depth.far;
        this.freezeProjectionMatrix(ProjectionMatrix(pinhole));
    }

    /**
     * World → camera.
     *
     * @internal
     */
    public override _getViewMatrix(): Matrix {
        return this._worldToCamera;
    }

    /** @returns `"PinholeCamera"` */
    public override getClassName(): string {
        return "PinholeCamera";
    }
}

/** [R | t] with y and z turned round, since Babylon's right-handed camera looks along -z with y up. */
function ViewMatrix({ R: rotation, t }: IPinhole): Matrix {
    // Babylon multiplies row vectors from the left: its rows are the columns of [R | t].
    const columns = [0, 1, 2].flatMap((column) => [
        rotation[column]!,
        -rotation[3 + column]!,
        -rotation[6 + column]!,
        0,
    ]);
    return Matrix.FromArray([...columns, t[0]!, -t[1]!, -t[2]!, 1]);
}

/**
 * The picture spans -1..1 in clip space, y up, and depth 0..1. With d = -z, the distance along the view axis:
 * clip.x = 2/width (fx x - skew y) + (2 cx/width - 1) d, and so on.
 */
function ProjectionMatrix({ width, height, K: intrinsics }: IPinhole): Matrix {
    const [fx = 0, skew = 0, cx = 0, , fy = 0, cy = 0] = intrinsics;
    const { near, far } = Depth;
    const depthScale = far / (far - near);
    const rows = [
        [(2 * fx) / width, 0, 0, 0],
        [(-2 * skew) / width, (2 * fy) / height, 0, 0],
        [1 - (2 * cx) / width, (2 * cy) / height - 1, -depthScale, -1],
        [0, 0, -near * depthScale, 0],
    ];
    return Matrix.FromArray(rows.flat());
}

/**
 * Reads the calibration that `--camera-json` names.
 *
 * @param text JSON `{ width, height, K: [9], R: [9], t: [3] }`; K and R may be rows of three
 * @param fileName name of the file for messages
 * @returns the camera
 * @throws {@link CliError} `invalid-camera`
 */
export function ParsePinhole(text: string, fileName: string): IPinhole {
    let json: unknown;
    try {
        json = JSON.parse(text);
    } catch (cause) {
        throw new CliError("invalid-camera", `${fileName} is not JSON (${String(cause)}).`, { cause });
    }
    const numbers = (field: keyof typeof FieldMeanings, count: number): number[] => {
        const value: unknown = typeof json === "object" ? (json as Record<string, unknown> | null)?.[field] : undefined;
        const flat: unknown[] = Array.isArray(value) ? value.flat() : [value];
        if (flat.length !== count || !flat.every((entry) => Number.isFinite(entry))) {
            throw new CliError("invalid-camera", `${fileName}: "${field}" must be ${FieldMeanings[field]}.`);
        }
        return flat as number[];
    };
    const [width = 0] = numbers("width", 1);
    const [height = 0] = numbers("height", 1);
    const camera = { width, height, K: numbers("K", 9), R: numbers("R", 9), t: numbers("t", 3) };
    CheckPinhole(camera, fileName);
    return camera;
}

function CheckPinhole({ width, height, K: k, R: rotation }: IPinhole, fileName: string): void {
    const isSize = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= 8192);
    if (!isSize) {
        throw new CliError(
            "invalid-camera",
            `${fileName}: the size ${width} × ${height} must be whole pixels from 1 to 8192.`,
        );
    }
    const isIntrinsic = k[0]! > 0 && k[4]! > 0 && k[3] === 0 && k[6] === 0 && k[7] === 0 && k[8] === 1;
    if (!isIntrinsic) {
        throw new CliError(
            "invalid-camera",
            `${fileName}: "K" must be [fx, skew, cx, 0, fy, cy, 0, 0, 1] with fx and fy above 0.`,
        );
    }
    const row = (i: number): Vector3 => Vector3.FromArray(rotation, i * 3);
    const isOrthonormal = [0, 1, 2].every((i) =>
        [0, 1, 2].every((k) => Math.abs(Vector3.Dot(row(i), row(k)) - Number(i === k)) < RotationTolerance),
    );
    if (!isOrthonormal || Vector3.Dot(Vector3.Cross(row(0), row(1)), row(2)) < 0) {
        throw new CliError("invalid-camera", `${fileName}: "R" must be a rotation: orthonormal rows, determinant +1.`);
    }
}
