import { type IAvatarAsset, type IAvatarCredits } from "../../format/avatarAsset.js";
import { type IHeadModel } from "../../format/headModel.js";
import { type IHeadRefiner } from "../../format/headRefiner.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { type IFolderSource } from "../animatableGaussians/folderSource.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../checkpoint/torchCheckpoint.js";
import { ConvertError } from "../convertError.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { BakeHeadChannelsAsync, UsualLeastMove } from "./bakeChannels.js";
import { BuildHeadModelAsync, DefaultHeadConfig, type IHeadConfig } from "./buildHeadModel.js";
import { EvaluateHeadAsync, type IEvaluatedHead } from "./evaluateHead.js";
import { type ExpressionMatrix } from "./expressionMatrix.js";
import { ReadExpressionPairsAsync } from "./expressionPairs.js";
import { FitExpressionPairs } from "./fitExpressionPairs.js";
import { ChannelsOf, HeadJoint, JointsAt, TrainingClipOf, UsualRange } from "./headCharacter.js";
import { CloudOfHead } from "./headCloud.js";
import { type IHeadParameters, PoseRangeOf, ReadHeadParametersAsync, WithDeltaPosesAsync } from "./headParameters.js";
import { FindHeadShape, type INumberTensor } from "./headTensors.js";
import { ReadSuperResolutionAsync, RefinerAt, UsualPictureWidth } from "./superResolution.js";
import { TypicalFaces } from "./typicalFaces.js";

/** What the converter is doing. */
export type ConvertHeadStage = "read" | "parameters" | "evaluate" | "deltas" | "done";

/** Options of {@link ConvertGaussianHeadAsync}. */
export interface IConvertGaussianHeadOptions {
    /** Folder `params` of the subject, with `<frame>/params.npz`: scale, ranges of expressions and poses, and a clip. */
    readonly parameters?: IFolderSource;
    /** `delta_poses_latest` of the training, for its clip. */
    readonly deltaPoses?: IRandomAccessFile;
    /** `supres_latest` of the training: makes pictures of the head sharp (default: they show its first three channels). */
    readonly superResolution?: IRandomAccessFile;
    /** Type of the weights of super-resolution, and of what is computed with them (default: float16). */
    readonly precision?: NetworkPrecision;
    /** Metres that a picture of the training spans at the head (default: 0.343, as the published code shows heads). */
    readonly pictureWidth?: number;
    /** Whether expressions move the head where no networks run, too; takes minutes (default: true). */
    readonly deltas?: boolean;
    /** What the checkpoint does not say (default: the published values). */
    readonly config?: IHeadConfig;
    /** How ARKit's shapes become the expression code: from {@link ReadExpressionMatrix} (default: they do not move the head). */
    readonly expressions?: (codeSize: number) => ExpressionMatrix;
    /** Frames of ARKit's weights beside frames of the code, `.npz` or JSON: the same, found from these by least squares. */
    readonly expressionPairs?: IRandomAccessFile;
    /** Name of the avatar (default: "head"). */
    readonly name?: string;
    /** Origin and licence of the subject (default: unknown licence, no notices). */
    readonly credits?: IAvatarCredits;
    /** Told the stage, and the share of it that is done, 0..1. */
    readonly onProgress?: (stage: ConvertHeadStage, share: number) => void;
    /** Told, for people, what was found and what is lost. */
    readonly onWarning?: (message: string) => void;
    /** Stops the work; the promise rejects with the signal's reason. */
    readonly signal?: AbortSignal;
}

/** Metres of a unit where no parameters tell. Published subjects: 0.14 to 0.16. */
const UsualScale = 0.15;

/** A head stands on its lowest Gaussians, but for a hundredth of them. */
const Outliers = 0.01;
const Visible = 0.1;

/**
 * Converts a head that was trained with the official code of Gaussian Head Avatar: its checkpoint becomes an avatar whose networks
 * make its Gaussians of expression and pose, with those of the neutral face beside them. It stands at y = 0 and faces +z. Its
 * first three channels are its colour, a soft one; with the super-resolution network of the method its pictures become sharp.
 *
 * @param file `gaussianhead_latest`
 * @param options see {@link IConvertGaussianHeadOptions}
 * @returns the avatar as plain data, ready for `WriteAvatar`
 * @throws CheckpointError when the checkpoint is not that of such a head, ConvertError when files are missing, damaged or do not fit
 *
 * @example
 * ```ts
 * const avatar = await ConvertGaussianHeadAsync(FileOfBlob(dropped, "gaussianhead_latest"), {
 *     onProgress: (stage, share) => ShowProgress(stage, share),
 * });
 * ```
 */
export async function ConvertGaussianHeadAsync(
    file: IRandomAccessFile,
    options: IConvertGaussianHeadOptions = {},
): Promise<IAvatarAsset> {
    const { onProgress, onWarning, signal } = options;
    const reportAsync = async (stage: ConvertHeadStage, share: number): Promise<void> => {
        onProgress?.(stage, share);
        // A macrotask, so that a page can draw the progress and deliver an abort.
        await new Promise((resolve) => {
            setTimeout(resolve, 0);
        });
        signal?.throwIfAborted();
    };
    await reportAsync("read", 0);
    const checkpoint = await TorchCheckpoint.OpenAsync(file);
    const described = checkpoint.tensors();
    const { codeSize, channels } = FindHeadShape(
        new Map([...described].map(([name, { shape }]) => [name, shape])),
        file.name,
    );
    const expressions = await ReadExpressionsAsync(options, codeSize);
    const refineAt = await ReadRefinerAsync(options, channels);
    const parameters = await ReadParametersAsync(options, codeSize, reportAsync);
    const tensors = new Map<string, INumberTensor>();
    for (const [name, tensor] of described) {
        // eslint-disable-next-line no-await-in-loop
        const data = await checkpoint.readAsync(name, tensor);
        if (!data.every(Number.isFinite)) {
            throw new ConvertError(
                "damaged-file",
                `${file.name}: tensor "${name}" holds NaN or infinity. Train again, or fetch it again.`,
            );
        }
        tensors.set(name, { shape: tensor.shape, data });
    }
    Tell(options, parameters, onWarning);
    const poseRange = PoseRangeOf(parameters);
    const raw = await BuildHeadModelAsync(
        tensors,
        file.name,
        { ...DefaultHeadConfig, ...options.config },
        {
            tier: "full",
            unit: parameters?.scale ?? UsualScale,
            origin: [0, 0, 0],
            poseRange,
            joint: HeadJoint,
            face: { code: MeanCode(parameters, codeSize), pose: poseRange.rest },
        },
    );
    const face = await EvaluateHeadAsync(raw, new Float64Array(codeSize), poseRange.rest, async (share) => {
        await reportAsync("evaluate", share);
    });
    const lift = -LowestOf(face);
    const origin = [0, lift, 0] as const;
    const model: IHeadModel = { ...raw, origin, refiner: refineAt?.(origin) ?? null };
    const lifted = { ...face, positions: face.positions.map((value, i) => (i % 3 === 1 ? value + lift : value)) };
    const channelsOf = ChannelsOf(codeSize, parameters, expressions);
    const morphTargets =
        options.deltas === false
            ? channelsOf
            : await WithMovesAsync(model, channelsOf, parameters, reportAsync, onWarning);
    await reportAsync("done", 1);
    const { joints, inverseBindMatrices } = JointsAt(lift);
    return {
        name: options.name ?? "head",
        bodyModel: "head",
        joints,
        inverseBindMatrices,
        gaussians: CloudOfHead(model, lifted),
        morphTargets,
        faceJoints: [],
        mapModels: [],
        headModel: model,
        animations: parameters && parameters.frameCount > 1 ? [TrainingClipOf(parameters, poseRange.rest)] : [],
        credits: options.credits ?? { license: "unknown", notices: [] },
    };
}

/** Channels that move Gaussians also where no networks run. */
async function WithMovesAsync(
    model: IHeadModel,
    morphTargets: readonly IMorphTarget[],
    parameters: IHeadParameters | null,
    reportAsync: (stage: ConvertHeadStage, share: number) => Promise<void>,
    onWarning: ((message: string) => void) | undefined,
): Promise<IMorphTarget[]> {
    const { channels, leastMove } = await BakeHeadChannelsAsync(model, {
        ranges: morphTargets.map(({ range }) => range ?? UsualRange),
        faces: TypicalFaces(model.codeSize, parameters),
        onSliceAsync: async (share) => {
            await reportAsync("deltas", share);
        },
    });
    if (leastMove > UsualLeastMove) {
        onWarning?.(
            `Expressions move very many Gaussians: without networks, what a channel moves less than ${(leastMove * 1000).toFixed(2)} mm stays.`,
        );
    }
    return morphTargets.map((target, channel) => ({ ...target, ...channels[channel]! }));
}

async function ReadParametersAsync(
    { parameters: folder, deltaPoses }: IConvertGaussianHeadOptions,
    codeSize: number,
    reportAsync: (stage: ConvertHeadStage, share: number) => Promise<void>,
): Promise<IHeadParameters | null> {
    if (!folder) {
        if (deltaPoses) {
            throw new ConvertError(
                "invalid-options",
                "Corrections of poses need the poses: give the parameters of the training as well.",
            );
        }
        return null;
    }
    const read = await ReadHeadParametersAsync(folder, codeSize, async (share) => {
        await reportAsync("parameters", share);
    });
    return deltaPoses ? await WithDeltaPosesAsync(read, deltaPoses) : read;
}

async function ReadExpressionsAsync(
    { expressions, expressionPairs: file, onWarning }: IConvertGaussianHeadOptions,
    codeSize: number,
): Promise<ExpressionMatrix> {
    if (expressions && file) {
        throw new ConvertError(
            "invalid-options",
            `What ARKit's shapes are in the code is given, and shall be found from ${file.name} as well: leave one of them out.`,
        );
    }
    if (!file) {
        return expressions?.(codeSize) ?? {};
    }
    const { matrix, notes } = FitExpressionPairs(await ReadExpressionPairsAsync(file, codeSize));
    notes.forEach((note) => onWarning?.(note));
    return matrix;
}

/** Makes the refiner as soon as the head has its place; null when there is none. */
async function ReadRefinerAsync(
    { superResolution: file, precision = "float16", pictureWidth = UsualPictureWidth }: IConvertGaussianHeadOptions,
    channels: number,
): Promise<((origin: IHeadModel["origin"]) => IHeadRefiner) | null> {
    if (!(pictureWidth > 0 && Number.isFinite(pictureWidth))) {
        throw new ConvertError(
            "invalid-options",
            `The width of a picture is ${pictureWidth}: give the metres that it spans at the head, about 0.3.`,
        );
    }
    const networks = file ? await ReadSuperResolutionAsync(file, channels, precision) : null;
    return networks && ((origin) => RefinerAt(networks, origin, pictureWidth));
}

function Tell(
    { expressions, expressionPairs, config, superResolution }: IConvertGaussianHeadOptions,
    parameters: IHeadParameters | null,
    onWarning: ((message: string) => void) | undefined,
): void {
    if (!parameters) {
        onWarning?.(
            `Without the parameters of the training a unit is taken for ${UsualScale} m, expressions for ±${UsualRange[1]}, and the networks of the pose see the pose 0 alone.`,
        );
    }
    if (!superResolution) {
        onWarning?.(
            "Without supres_latest of the training the head is shown in its first three channels, as soft as a picture of 512 pixels; hair and teeth lose their detail.",
        );
    }
    if (!expressions && !expressionPairs) {
        onWarning?.(
            "Nothing says how ARKit's shapes become this expression code: faces of others do not move the head. Its own channels and clip do.",
        );
    }
    if (config?.hasLegacyRotations === undefined) {
        onWarning?.(
            "The checkpoint does not say whether it is from before July 12, 2024. If splats lie across the surface like needles, it is: use legacy rotations.",
        );
    }
}

function MeanCode(parameters: IHeadParameters | null, codeSize: number): Float64Array {
    const mean = new Float64Array(codeSize);
    parameters?.codes.forEach((value, i) => (mean[i % codeSize]! += value / parameters.frameCount));
    return mean;
}

/** Height of the lowest Gaussians that are seen. */
function LowestOf({ positions, opacities }: IEvaluatedHead): number {
    const heights = Array.from(opacities.keys())
        .flatMap((point) => (opacities[point]! > Visible ? [positions[point * 3 + 1]!] : []))
        .sort((a, b) => a - b);
    return heights[Math.floor(heights.length * Outliers)] ?? 0;
}
