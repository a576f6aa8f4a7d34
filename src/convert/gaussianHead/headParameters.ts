import { HeadPoseSize, type IHeadPoseRange } from "../../format/headModel.js";
import { type IFolderSource } from "../animatableGaussians/folderSource.js";
import { NpzFile, RequireArray } from "../checkpoint/npzFile.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../checkpoint/torchCheckpoint.js";
import { ConvertError } from "../convertError.js";

/** Where the frames of a training lie. */
const FramePath = /(?:^|\/)[^/]+\/params[^/]*\.npz$/u;

/** Most frames that are looked at: published subjects have some 3,000. */
const MaxFrames = 20_000;

/** What the training knew of the head, frame by frame. */
export interface IHeadParameters {
    /** Metres of a unit of the networks. */
    readonly scale: number;
    /** Number of frames, T. */
    readonly frameCount: number;
    /** [T,K] expression codes. */
    readonly codes: Float32Array;
    /** [T,6] rotation vectors, radians, and translations, metres. */
    readonly poses: Float32Array;
}

/**
 * Reads the fitted parameters of a subject: `<frame>/params.npz` of its folder `params`, in the order of the frames' names.
 *
 * @param folder `params` of the subject
 * @param codeSize numbers of an expression code, as the checkpoint has them
 * @param onFrameAsync told the share that is read, 0..1; may stop the work by throwing
 * @throws ConvertError `missing-files`, `wrong-shape` or `damaged-file`, naming file and array
 */
export async function ReadHeadParametersAsync(
    folder: IFolderSource,
    codeSize: number,
    onFrameAsync?: (share: number) => Promise<void>,
): Promise<IHeadParameters> {
    const files = (await folder.listAsync())
        .flatMap((path) => (FramePath.test(path) ? [path] : []))
        .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    if (files.length === 0 || files.length > MaxFrames) {
        throw new ConvertError(
            "missing-files",
            `${folder.name} has ${files.length} files like 0000/params.npz; 1 to ${MaxFrames} are expected. ` +
                "Give the folder params of the subject that the head was trained on.",
        );
    }
    const codes = new Float32Array(files.length * codeSize);
    const poses = new Float32Array(files.length * HeadPoseSize);
    let scale = 0;
    for (const [frame, path] of files.entries()) {
        // One after the other: there are thousands, and each is small.
        // eslint-disable-next-line no-await-in-loop
        await onFrameAsync?.(frame / files.length);
        // eslint-disable-next-line no-await-in-loop
        const one = await ReadFrameAsync(await folder.openAsync(path), codeSize);
        codes.set(one.code, frame * codeSize);
        poses.set(one.pose, frame * HeadPoseSize);
        scale += one.scale / files.length;
    }
    return { scale, frameCount: files.length, codes, poses };
}

async function ReadFrameAsync(
    file: IRandomAccessFile,
    codeSize: number,
): Promise<{ code: Float32Array; pose: Float32Array; scale: number }> {
    const archive = await NpzFile.OpenAsync(file);
    const read = async (name: string, shape: readonly number[]): Promise<Float32Array> =>
        RequireArray(await archive.readAsync(name, shape), `${file.name}: "${name}"`, shape);
    const code = await read("exp_coeff", [1, codeSize]);
    const pose = await read("pose", [1, HeadPoseSize]);
    const [scale = 0] = await read("scale", [1]);
    if (!(scale > 1e-6 && scale < 1e6)) {
        throw new ConvertError(
            "damaged-file",
            `${file.name}: "scale" is ${scale}; metres of a unit are expected, about 0.15.`,
        );
    }
    return { code, pose, scale };
}

/**
 * Adds the corrections that a training has learnt to its poses.
 *
 * @param parameters of the training
 * @param file `delta_poses_latest`: a tensor [T,6]
 * @throws ConvertError `wrong-shape` when it is of another training; CheckpointError when it is no tensor
 */
export async function WithDeltaPosesAsync(
    parameters: IHeadParameters,
    file: IRandomAccessFile,
): Promise<IHeadParameters> {
    const checkpoint = await TorchCheckpoint.OpenAsync(file);
    const { tensor } = checkpoint;
    const [frames, width] = tensor?.shape ?? [];
    if (!tensor || frames !== parameters.frameCount || width !== HeadPoseSize) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name} holds ${tensor ? `[${tensor.shape.join(",")}]` : "no tensor"}; [${parameters.frameCount},${HeadPoseSize}] is ` +
                "expected, a row for each frame of the parameters. Give the file of the same training, or none.",
        );
    }
    const deltas = await checkpoint.readAsync("delta_poses", tensor);
    return { ...parameters, poses: parameters.poses.map((value, i) => value + deltas[i]!) };
}

/**
 * Which poses a training has seen. A head at rest is not turned, where the training has seen that.
 *
 * @param parameters of the training; null when they are not known: the networks then see the pose 0 alone, as in the free view of
 * the published code
 */
export function PoseRangeOf(parameters: IHeadParameters | null): IHeadPoseRange {
    const { poses, frameCount } = parameters ?? { poses: new Float32Array(HeadPoseSize), frameCount: 1 };
    const column = (i: number): number[] =>
        Array.from({ length: frameCount }, (_, frame) => poses[frame * HeadPoseSize + i]!);
    const columns = Array.from({ length: HeadPoseSize }, (_, i) => column(i));
    const [least, greatest] = [columns.map(Least), columns.map(Greatest)];
    const rest = columns.map((values, i) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / frameCount;
        return Math.min(greatest[i]!, Math.max(least[i]!, i < 3 ? 0 : mean));
    });
    return { rest, least, greatest };
}

/**
 * Least and greatest of each number of the expression codes of a training.
 *
 * @param parameters of the training
 * @returns [K] pairs
 */
export function CodeRangesOf({ codes, frameCount }: IHeadParameters): readonly (readonly [number, number])[] {
    const codeSize = codes.length / frameCount;
    return Array.from({ length: codeSize }, (_, i) => {
        const values = Array.from({ length: frameCount }, (_, frame) => codes[frame * codeSize + i]!);
        // The neutral face is one that every head can make.
        return [Math.min(0, Least(values)), Math.max(0, Greatest(values))];
    });
}

// Not by `Math.min(...values)`: there are more than an argument list takes.
const Least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const Greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
