import { WriteNpy, WriteNpz, type INpyValue } from "../../animation/motion/writeNpz.js";
import { HalfBits } from "../../math/halfFloat.js";
import { type IPinhole } from "../../math/pinhole.js";
import { ToRotationVectorPacked } from "../../math/packedRotation.js";
import { type CameraRig } from "./cameraRig.js";
import { type ICaptureSubject } from "./captureSubject.js";

/** The subject at one moment of a capture. */
export interface ICaptureMoment {
    /** [55,4] local joint rotations xyzw, the root's included. */
    readonly rotations: ArrayLike<number>;
    /** [3] metres from where the root is at rest. */
    readonly translation: ArrayLike<number>;
    /** [E] weights of the expression channels. */
    readonly expressions: ArrayLike<number>;
}

/** Joints of an array of the body model's parameters, first and one past the last. */
const PoseArrays = {
    global_orient: [0, 1],
    body_pose: [1, 22],
    jaw_pose: [22, 23],
    leye_pose: [23, 24],
    reye_pose: [24, 25],
    left_hand_pose: [25, 40],
    right_hand_pose: [40, 55],
} as const;

/** Shape and expression coefficients of the body model, which a capture of another body does not have: zeros. */
const Coefficients = 10;

/** Name of the array of bytes that holds JSON. */
const MetaName = "meta";

/**
 * `calibration.json`: the cameras that stand, in the layout of THuman4.0.
 *
 * @param rig the studio's cameras
 * @returns the file
 */
export function WriteCalibration(rig: CameraRig): Uint8Array {
    const standing = rig.cameras.flatMap(({ name, target }, i) => {
        const pinhole = target === "body" ? rig.pinhole(i, null) : null;
        return pinhole ? [[name, CalibrationOf(pinhole)] as const] : [];
    });
    return ToJson(Object.fromEntries(standing));
}

function CalibrationOf({ K: k, R: r, t, width, height }: IPinhole): object {
    return { K: k, R: r, T: t, imgSize: [width, height] };
}

/**
 * `tracking_cameras.npz`: the cameras that follow, where they are in every frame.
 *
 * @param rig the studio's cameras
 * @param pinholes the camera of that index in every frame
 * @returns the file
 */
export function WriteTrackingCameras(rig: CameraRig, pinholes: (camera: number) => readonly IPinhole[]): Uint8Array {
    const arrays: Record<string, INpyValue> = {};
    rig.cameras.forEach(({ name, target }, i) => {
        if (target !== "body") {
            const frames = pinholes(i);
            const rows = (shape: readonly number[], of: (pinhole: IPinhole) => readonly number[]): INpyValue => ({
                shape: [frames.length, ...shape],
                values: Float64Array.from(frames.flatMap((pinhole) => [...of(pinhole)])),
            });
            arrays[`${name}_K`] = rows([3, 3], ({ K: k }) => k);
            arrays[`${name}_R`] = rows([3, 3], ({ R: r }) => r);
            arrays[`${name}_T`] = rows([3], ({ t }) => t);
        }
    });
    return WriteNpz(arrays);
}

/**
 * `smpl_params.npz`: the poses as parameters of SMPL-X, axis-angle.
 *
 * @param moments the frames
 * @returns the file
 */
export function WriteSmplParameters(moments: readonly ICaptureMoment[]): Uint8Array {
    const vector = new Float32Array(3);
    const part = ([from, to]: readonly [number, number]): INpyValue => {
        const values = new Float32Array(moments.length * (to - from) * 3);
        moments.forEach(({ rotations }, frame) => {
            const packed = Float64Array.from(rotations);
            for (let joint = from; joint < to; joint++) {
                ToRotationVectorPacked(packed, joint * 4, vector, 0);
                values.set(vector, (frame * (to - from) + joint - from) * 3);
            }
        });
        return { shape: [moments.length, (to - from) * 3], values };
    };
    const zeros = (rows: number): INpyValue => ({
        shape: [rows, Coefficients],
        values: new Float32Array(rows * Coefficients),
    });
    return WriteNpz({
        betas: zeros(1),
        transl: { shape: [moments.length, 3], values: Rows(moments.map(({ translation }) => translation)) },
        ...Object.fromEntries(Object.entries(PoseArrays).map(([name, joints]) => [name, part(joints)])),
        expression: zeros(moments.length),
    });
}

/**
 * `expressions.npy`: weights of the expression channels.
 *
 * @param moments the frames
 * @param channels number of channels
 * @returns the file
 */
export function WriteExpressions(moments: readonly ICaptureMoment[], channels: number): Uint8Array {
    return WriteNpy({
        shape: [moments.length, channels],
        values: Rows(moments.map(({ expressions }) => expressions)),
    });
}

/**
 * `subject.npz`: the character that is captured, in its T-pose.
 *
 * @param subject the character
 * @returns the file; its textures are files of their own, see {@link TextureNameOf}
 */
export function WriteSubject(subject: ICaptureSubject): Uint8Array {
    const count = subject.positions.length / 3;
    const meta = {
        joints: subject.joints.map(({ name, parent }) => ({ name, parent })),
        expressions: subject.expressions.map(({ name }) => name),
        parts: subject.parts.map(({ name, kind, alpha }, i) => ({ name, kind, alpha, texture: TextureNameOf(i) })),
    };
    return WriteNpz({
        rest_joints: { shape: [subject.joints.length, 3], values: subject.restJoints },
        vertices: { shape: [count, 3], values: subject.positions },
        normals: { shape: [count, 3], values: subject.normals },
        uvs: { shape: [count, 2], values: subject.uvs },
        triangles: { shape: [subject.triangles.length / 3, 3], values: Int32Array.from(subject.triangles) },
        triangle_parts: { shape: [subject.triangleParts.length], values: Int32Array.from(subject.triangleParts) },
        skin_joints: { shape: [count, 4], values: subject.skinJoints },
        skin_weights: { shape: [count, 4], values: subject.skinWeights },
        morph_deltas: {
            shape: [subject.expressions.length, count, 3],
            values: DenseMorphs(subject, count),
            isHalf: true,
        },
        [MetaName]: MetaOf(meta),
    });
}

/**
 * Where the albedo of a part lies in the folder of a capture.
 *
 * @param part index of the part
 * @returns relative path, `textures/part00.png`
 */
export function TextureNameOf(part: number): string {
    return `textures/part${String(part).padStart(2, "0")}.png`;
}

function DenseMorphs({ expressions }: ICaptureSubject, count: number): Uint16Array {
    const halves = new Uint16Array(expressions.length * count * 3);
    expressions.forEach(({ indices, deltas }, channel) => {
        indices.forEach((vertex, i) => {
            for (let axis = 0; axis < 3; axis++) {
                halves[(channel * count + vertex) * 3 + axis] = HalfBits(deltas[i * 3 + axis]!);
            }
        });
    });
    return halves;
}

function MetaOf(value: object): INpyValue {
    const values = new TextEncoder().encode(JSON.stringify(value));
    return { shape: [values.length], values };
}

function Rows(rows: readonly ArrayLike<number>[]): Float32Array {
    return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}

function ToJson(value: object): Uint8Array {
    return new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
}
