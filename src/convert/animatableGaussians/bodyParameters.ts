import { SmplxJointNames } from "../../format/bodyModel.js";
import { type INpyArray } from "../../animation/motion/npy.js";
import { MaxMotionFrames } from "../../animation/motion/motionLimits.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { ConvertError } from "../convertError.js";
import { JointCount } from "./jointMatrices.js";
import { ReadNpzFileAsync, RequireArray } from "../checkpoint/npzFile.js";

/** Shape and poses of the training sequence. */
export interface IBodyParameters {
    /** Shape coefficients of the person. */
    readonly betas: Float32Array;
    /** Number of frames, F. */
    readonly frameCount: number;
    /** [F,55,3] rotation vectors, radians. */
    readonly poses: Float32Array;
    /** [F,3] translation of the whole body, metres. */
    readonly translations: Float32Array;
}

/** First joint of each array of poses, and how many; the first two must be there. */
const PoseArrays = [
    ["global_orient", 0, 1],
    ["body_pose", 1, 21],
    ["jaw_pose", 22, 1],
    ["left_hand_pose", 25, 15],
    ["right_hand_pose", 40, 15],
] as const;

/** Eyes, and what may be left at rest. */
const OptionalFrom = 2;

/** Joints that the networks never see turned. The root's translation is left out as well. */
export const ModelRestJoints: Uint16Array = Uint16Array.from(
    SmplxJointNames.flatMap((name, joint) =>
        name === "pelvis" || joint >= SmplxJointNames.indexOf("jaw") ? [joint] : [],
    ),
);

/**
 * Reads `smpl_params.npz`.
 *
 * @param file the file
 * @returns shape and poses
 * @throws {@link ConvertError} where an array is missing or has another shape
 */
export async function ReadBodyParametersAsync(file: IRandomAccessFile): Promise<IBodyParameters> {
    const names = ["betas", "transl", ...PoseArrays.map(([name]) => name)];
    const arrays = await ReadNpzFileAsync(file, names);
    const frameCount = arrays.get("body_pose")?.shape[0] ?? 0;
    if (!(frameCount >= 1 && frameCount <= MaxMotionFrames)) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name} has ${frameCount} frames of "body_pose"; 1 to ${MaxMotionFrames} are expected.`,
        );
    }
    const poses = new Float32Array(frameCount * JointCount * 3);
    PoseArrays.forEach(([name, first, count], index) => {
        const array = arrays.get(name);
        if (array || index < OptionalFrom) {
            const values = RequireArray(array, `${file.name}, "${name}",`, [frameCount, count * 3]);
            for (let frame = 0; frame < frameCount; frame++) {
                const row = values.subarray(frame * count * 3, (frame + 1) * count * 3);
                poses.set(row, (frame * JointCount + first) * 3);
            }
        }
    });
    const translations = RequireArray(arrays.get("transl"), `${file.name}, "transl",`, [frameCount, 3]);
    return { betas: Betas(arrays.get("betas"), file.name), frameCount, poses, translations };
}

/** The first row is the person's. */
function Betas(array: INpyArray | undefined, fileName: string): Float32Array {
    const values = RequireArray(array, `${fileName}, "betas",`, [null, null]);
    return values.slice(0, array!.shape[1]);
}

/**
 * The pose of a frame as the networks see it.
 *
 * @param parameters shape and poses
 * @param frame which frame
 * @returns [55,3] rotation vectors; root, jaw, eyes and hands at rest
 */
export function RootFreePose({ poses }: IBodyParameters, frame: number): Float64Array {
    const pose = Float64Array.from(poses.subarray(frame * JointCount * 3, (frame + 1) * JointCount * 3));
    for (const joint of ModelRestJoints) {
        pose.fill(0, joint * 3, joint * 3 + 3);
    }
    return pose;
}
