import { type IAvatarAsset, type IAvatarCredits } from "../../format/avatarAsset.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../checkpoint/torchCheckpoint.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { CheckBodyConfig, type IBodyConfig } from "./bodyConfig.js";
import { BuildBodyMapModel } from "./bodyMapModel.js";
import { BuildBodyNetworksAsync, FindBodyTensors } from "./bodyNetworks.js";
import { EvaluateBodyAsync } from "./evaluateBody.js";
import { type IFolderSource } from "./folderSource.js";
import { FindProjectionAsync } from "./projection.js";
import { AvatarJoints, RestInverseBindMatrices } from "./restSkeleton.js";
import { SubjectReader } from "./subject.js";
import { StandOnGround } from "./standOnGround.js";
import { FindSubjectFiles } from "./subjectFiles.js";
import { TrainingClip } from "./trainingClip.js";

/** What the converter is doing. */
export type ConvertStage = "read" | "projection" | "networks" | "evaluate" | "done";

/** Where in the whole work each stage begins. */
const StageStarts: Readonly<Record<ConvertStage, number>> = {
    read: 0,
    projection: 0.15,
    networks: 0.25,
    evaluate: 0.5,
    done: 1,
};

/** How far the converter is. */
export interface IConvertProgress {
    /** Current stage. */
    readonly stage: ConvertStage;
    /** Share of the whole work that is done, 0..1. */
    readonly done: number;
}

/** Options of {@link ConvertAnimatableGaussiansAsync}. */
export interface IConvertAnimatableGaussiansOptions {
    /** The checkpoint (default: `net.pt` in the folder). */
    readonly checkpoint?: IRandomAccessFile;
    /** An SMPL-X model, `SMPLX_NEUTRAL.npz`: tells where joints lie; nothing of it is taken over (default: joints are estimated). */
    readonly bodyModel?: IRandomAccessFile;
    /** What the method's configuration says, see {@link ReadBodyConfigAsync} (default: the published values). */
    readonly config?: IBodyConfig;
    /** Type of the networks' weights (default: `"float16"`, half the size; the difference does not show). */
    readonly precision?: NetworkPrecision;
    /** Name of the avatar (default: "avatar"). */
    readonly name?: string;
    /** Origin and licence of the subject (default: unknown licence, no notices). */
    readonly credits?: IAvatarCredits;
    /** Graphics device that runs the networks once, borrowed; without it the processor does, in minutes (default: none). */
    readonly device?: GPUDevice | null;
    /** Told about progress. */
    readonly onProgress?: (progress: IConvertProgress) => void;
    /** Told, for people, what was found and what is lost. */
    readonly onWarning?: (message: string) => void;
    /** Stops the work; the promise rejects with the signal's reason. */
    readonly signal?: AbortSignal;
}

/** Reports progress within a stage; lets the page draw, and stops the work when it is called off. */
type ReportAsync = (stage: ConvertStage, share: number) => Promise<void>;

/**
 * Converts a body that was trained with the official code of Animatable Gaussians: its checkpoint and the folder of its subject
 * become an avatar whose networks make its Gaussians, with the Gaussians of its rest pose beside them. It stands at y = 0.
 *
 * @param folder of the subject, with `smpl_params.npz` and `smpl_pos_map/`; read, and nothing outside it
 * @param options see {@link IConvertAnimatableGaussiansOptions}
 * @returns the avatar as plain data, ready for `WriteAvatar`
 * @throws ConvertError when files are missing, damaged or do not fit each other; CheckpointError and NetworkBuildError when the
 * checkpoint is not that of such a body; NetworkError when the networks do not run
 *
 * @example
 * ```ts
 * const avatar = await ConvertAnimatableGaussiansAsync(FolderOfFiles(droppedFiles), {
 *     device: (scene.getEngine() as WebGPUEngine)._device,
 *     onProgress: ({ stage, done }) => ShowProgress(stage, done),
 * });
 * ```
 */
export async function ConvertAnimatableGaussiansAsync(
    folder: IFolderSource,
    options: IConvertAnimatableGaussiansOptions = {},
): Promise<IAvatarAsset> {
    const warn = (message: string): void => options.onWarning?.(message);
    const config = CheckBodyConfig(options.config ?? {}, "The configuration");
    const reportAsync = Reporter(options);
    await reportAsync("read", 0);
    const files = FindSubjectFiles(await folder.listAsync(), folder.name, {
        hasBodyModel: options.bodyModel !== undefined,
        hasCheckpoint: options.checkpoint !== undefined,
    });
    const file = options.checkpoint ?? (await folder.openAsync(files.checkpoint!));
    const checkpoint = await TorchCheckpoint.OpenAsync(file);
    // Before anything large is read: it may be the wrong file.
    FindBodyTensors(checkpoint);
    const reader = new SubjectReader(folder, files, warn);
    const subject = await reader.readAsync(options.bodyModel ?? null, async (share) => {
        await reportAsync("read", share);
    });
    const { template, parameters, joints } = subject;
    const { fixedHandFrame, projectionComponents: count, projectionSigma: sigma } = config;
    const handMap =
        fixedHandFrame === null ? null : await reader.readPoseMapAsync(fixedHandFrame, template.mapSize / 2);
    const projection = await FindProjectionAsync(folder, reader, template, {
        count,
        sigma,
        warn,
        reportAsync: async (share) => {
            await reportAsync("projection", share);
        },
    });
    const networks = await BuildBodyNetworksAsync(checkpoint, {
        precision: options.precision ?? "float16",
        mapSize: template.mapSize,
        viewWeight: config.hasViewDirections ? config.viewWeight : null,
        reportAsync: async (share) => {
            await reportAsync("networks", share);
        },
    });
    const avatarJoints = AvatarJoints(joints);
    const { model, gaussians } = await EvaluateBodyAsync({
        subject,
        networks,
        model: BuildBodyMapModel(subject, networks, projection, warn),
        joints: avatarJoints,
        handMap,
        device: options.device ?? null,
        warn,
        onProgress: (share) => options.onProgress?.({ stage: "evaluate", done: DoneOf("evaluate", share) }),
        signal: options.signal ?? null,
    });
    await reportAsync("done", 1);
    return StandOnGround({
        name: options.name ?? "avatar",
        bodyModel: "smplx",
        joints: avatarJoints,
        inverseBindMatrices: RestInverseBindMatrices(joints),
        gaussians,
        morphTargets: [],
        mapModels: [model],
        animations: parameters ? [TrainingClip(parameters, joints, warn)] : [],
        credits: options.credits ?? { license: "unknown", notices: [] },
    });
}

/** Share of the whole work. */
function DoneOf(stage: ConvertStage, share: number): number {
    const stages = Object.keys(StageStarts) as ConvertStage[];
    const [from, to] = [StageStarts[stage], StageStarts[stages[stages.indexOf(stage) + 1] ?? "done"]];
    return from + (to - from) * share;
}

function Reporter({ onProgress, signal }: IConvertAnimatableGaussiansOptions): ReportAsync {
    return async (stage, share) => {
        onProgress?.({ stage, done: DoneOf(stage, share) });
        // A macrotask, so that a page can draw the progress and deliver an abort.
        await new Promise((resolve) => {
            setTimeout(resolve, 0);
        });
        signal?.throwIfAborted();
    };
}
