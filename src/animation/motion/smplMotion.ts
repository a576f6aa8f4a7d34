import { type SmplxJointName } from "../../format/bodyModel.js";
import { MotionFileError } from "./motionFileError.js";
import { MaxFrameRate, MinFrameRate, RequireMotionSize } from "./motionLimits.js";
import { FormatShape, type INpyArray } from "./npy.js";
import { ReadNpz, ReadNpzTexts } from "./npz.js";
import { CheckHandOptions, HandNumbers, UnpackHand, type ISmplHandOptions } from "./smplHands.js";
import { FindPoseSlices, type IPoseSlice, PoseArrayNames } from "./smplLayout.js";
import { FindUpAxis, type SmplUpAxis } from "./smplUpAxis.js";

/** A motion of the SMPL family as plain data. */
export interface ISmplMotion {
    /** Number of frames, T. */
    readonly frameCount: number;
    /** Frames a second. */
    readonly frameRate: number;
    /** Joints that the motion turns. */
    readonly joints: readonly SmplxJointName[];
    /** [T,joints.length,3] rotation of each joint relative to its parent as axis times angle, radians, SMPL axes. */
    readonly rotations: Float64Array;
    /** [T,3] offset of the pelvis from its rest position, metres, SMPL axes; zeros when the file has none. */
    readonly translations: Float64Array;
    /** Body model that the file was made with, by the layout of its pose. */
    readonly model: "smpl" | "smplh" | "smplx";
    /** Axis of the file's world that points up, as its content tells: mocap archives have z, estimates from video −y. */
    readonly upAxis: SmplUpAxis;
    /** Why that axis was taken, where it is not plain; null for a person who stands along y. */
    readonly upAxisWarning: string | null;
    /** What else was assumed about the file, a sentence each. */
    readonly warnings: readonly string[];
    /** Shape of the performer; empty when the file does not say. */
    readonly betas: readonly number[];
    /** `neutral`, `female`, `male`, or null when the file does not say. */
    readonly gender: string | null;
}

/** Taken when the file does not say: the rate of the published dance and speech sets. */
const DefaultFrameRate = 60;

/** Both spellings occur in the published sets. */
const FrameRateNames = ["mocap_frame_rate", "mocap_framerate"] as const;

const TranslationNames = ["trans", "transl"] as const;

const WantedNames = [...PoseArrayNames, ...TranslationNames, ...FrameRateNames];

/** Arrays that hold coefficients of the hand components when they are narrower than a hand. */
const HandArrays: readonly string[] = ["left_hand_pose", "right_hand_pose"];

/** Most shape coefficients that are read. */
const MaxBetas = 300;

/**
 * Reads a motion of the SMPL family from an NPZ file: `poses` of 72 (SMPL), 156 (SMPL-H) or 165 (SMPL-X) numbers a frame,
 * or arrays of their own (`root_orient`, `pose_body`, … or `global_orient`, `body_pose`, …), which are not looked at beside
 * `poses`; `trans`, else `transl`, and the frame rate where given.
 *
 * @param bytes the file
 * @param fileName name of the file, for messages
 * @param options how hand angles are meant (default: absolute, zero being the flat open hand)
 * @returns the motion
 * @throws {@link MotionFileError} when the file is damaged or too large, or its arrays are not a
 * pose of one of these layouts
 *
 * @example
 * ```ts
 * const { frameCount, frameRate } = ReadSmplMotion(bytes, "dance.npz");
 * ```
 */
export function ReadSmplMotion(bytes: Uint8Array, fileName?: string, options: ISmplHandOptions = {}): ISmplMotion {
    try {
        CheckHandOptions(options);
        return ReadArrays(bytes, options);
    } catch (cause) {
        if (fileName !== undefined && cause instanceof MotionFileError) {
            throw new MotionFileError(cause.code, `${fileName}: ${cause.message}`, { cause });
        }
        throw cause;
    }
}

function ReadArrays(bytes: Uint8Array, options: ISmplHandOptions): ISmplMotion {
    const arrays = ReadNpz(bytes, WantedNames);
    const { names, texts } = ReadNpzTexts(bytes, ["gender"]);
    const slices = FindPoseSlices(arrays);
    const frameCount = arrays.get(slices[0]!.array)!.shape[0] ?? 0;
    // All are checked before anything is allocated: a shape may claim any size as long as one dimension is zero.
    const sources = slices.map(({ array, joints: run }) =>
        RequireRows(arrays, array, frameCount, WidthOf(arrays, array, run.length * 3, options)),
    );
    const joints = slices.flatMap((slice) => slice.joints);
    const width = joints.length * 3;
    RequireMotionSize(frameCount, width, "The motion");
    const rotations = new Float64Array(frameCount * width);
    let column = 0;
    slices.forEach((slice, index) => {
        CopySlice(slice, sources[index]!, frameCount, options, { values: rotations, width, column });
        column += slice.joints.length * 3;
    });
    const name = TranslationNames.find((candidate) => arrays.has(candidate));
    const trans = name && RequireRows(arrays, name, frameCount, 3);
    const translations = new Float64Array(frameCount * 3).map((_, i) => (trans ? trans.at(i) : 0));
    const warnings: string[] = [];
    const { axis, warning } = FindUpAxis(rotations, width, joints.indexOf("pelvis") * 3, names);
    return {
        frameCount,
        frameRate: ReadFrameRate(arrays, warnings),
        joints,
        rotations,
        translations,
        model: joints.includes("jaw") ? "smplx" : joints.includes("left_index1") ? "smplh" : "smpl",
        upAxis: axis,
        upAxisWarning: warning,
        warnings,
        betas: ReadBetas(bytes),
        gender: texts.get("gender") ?? null,
    };
}

/** Where a slice goes in the rows of the motion. */
interface ISliceTarget {
    readonly values: Float64Array;
    readonly width: number;
    readonly column: number;
}

function CopySlice(
    { array, offset, joints }: IPoseSlice,
    source: INpyArray,
    frameCount: number,
    { handPose, hands }: ISmplHandOptions,
    { values, width, column }: ISliceTarget,
): void {
    const sourceWidth = source.shape[1] ?? 0;
    const stored = HandArrays.includes(array) ? sourceWidth : joints.length * 3;
    for (let frame = 0; frame < frameCount; frame++) {
        const from = frame * sourceWidth + offset;
        const to = frame * width + column;
        // Coefficients of hands are unpacked below.
        const angles = stored === joints.length * 3 ? stored : 0;
        for (let i = 0; i < angles; i++) {
            values[to + i] = source.at(from + i);
        }
        for (const side of ["left", "right"] as const) {
            const first = joints.indexOf(`${side}_index1`);
            if (first >= 0 && (stored < HandNumbers || handPose === "relative-to-mean")) {
                const at = (index: number): number => source.at(from + first * 3 + index);
                const count = Math.min(stored, HandNumbers);
                UnpackHand(at, count, hands?.[side], handPose === "relative-to-mean", values, to + first * 3);
            }
        }
    }
}

/** Numbers a row that an array must have: those of its joints, or as many coefficients as the body model has components. */
function WidthOf(
    arrays: ReadonlyMap<string, INpyArray>,
    name: string,
    width: number,
    { hands }: ISmplHandOptions,
): number {
    const stored = arrays.get(name)!.shape[1] ?? 0;
    if (!HandArrays.includes(name) || stored >= HandNumbers || stored === 0) {
        return width;
    }
    const known = (name === "left_hand_pose" ? hands?.left : hands?.right)?.components?.length ?? 0;
    if (known < stored) {
        throw new MotionFileError(
            "hand-model-missing",
            `Array "${name}" holds ${stored} coefficients of hand components, of which ${known} are known: ` +
                "give the components of the body model in `hands`, or save the hand as 45 angles.",
        );
    }
    return stored;
}

/** The first row where there is one a frame. A motion is of use without, so that what cannot be read is left out. */
function ReadBetas(bytes: Uint8Array): number[] {
    try {
        const array = ReadNpz(bytes, ["betas"]).get("betas");
        const count = Math.min(array?.shape.at(-1) ?? 0, array?.count ?? 0, MaxBetas);
        const betas = Array.from({ length: count }, (_, i) => array!.at(i));
        return betas.every(Number.isFinite) ? betas : [];
    } catch {
        return [];
    }
}

function RequireRows(arrays: ReadonlyMap<string, INpyArray>, name: string, rows: number, columns: number): INpyArray {
    const array = arrays.get(name)!;
    const [found = 0, width = 0] = array.shape;
    if (
        array.shape.length !== 2 ||
        found !== rows ||
        found === 0 ||
        width < columns ||
        (name !== "poses" && width !== columns)
    ) {
        throw new MotionFileError(
            "wrong-shape",
            `Array "${name}" has the shape ${FormatShape(array.shape)}: (${Math.max(1, rows)}, ${columns}) is expected, one row a frame.`,
        );
    }
    for (let i = 0; i < array.count; i++) {
        if (!Number.isFinite(array.at(i))) {
            throw new MotionFileError(
                "non-finite",
                `Array "${name}" holds ${array.at(i)} in frame ${Math.floor(i / width)}, counted from 0: ` +
                    "cut that frame out, or fill it in from its neighbours.",
            );
        }
    }
    return array;
}

function ReadFrameRate(arrays: ReadonlyMap<string, INpyArray>, warnings: string[]): number {
    const name = FrameRateNames.find((candidate) => arrays.has(candidate));
    if (!name) {
        warnings.push(`The file does not say its frame rate ("${FrameRateNames[0]}"): ${DefaultFrameRate} is taken.`);
        return DefaultFrameRate;
    }
    const array = arrays.get(name)!;
    const rate = array.count === 1 ? array.at(0) : NaN;
    if (!(rate >= MinFrameRate && rate <= MaxFrameRate)) {
        const found = array.count === 1 ? String(rate) : `${array.count} numbers`;
        throw new MotionFileError(
            "wrong-shape",
            `"${name}" is ${found}: one number of frames a second, ${MinFrameRate} to ${MaxFrameRate}, is expected.`,
        );
    }
    return rate;
}
