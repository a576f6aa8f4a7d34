import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { NetworkRuntime } from "../../networks/networkRuntime.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { EvaluateHeadAsync } from "../gaussianHead/evaluateHead.js";
import { CloudOfHead } from "../gaussianHead/headCloud.js";
import { BuildUpsampler } from "../networks/buildUpsampler.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { BuildLiteHead, JointsOfHead } from "./buildLiteHead.js";
import { CheckHeadSamplesAsync } from "./checkHeadSamples.js";
import { ExpressionChannelsAsync } from "./expressionChannels.js";
import { ReadTrainedHeadAsync } from "./readTrainedHead.js";

/** Options of {@link ConvertLiteHeadAsync}. */
export interface IConvertLiteHeadOptions {
    /** Type of the refiner's weights (default: `float16`). */
    readonly precision?: NetworkPrecision;
    /** Name of the avatar (default: that of the training). */
    readonly name?: string;
    /** Licence (default: the one that the trainer was given). */
    readonly license?: string;
    /** Notices to keep besides those that the trainer was given (default: none). */
    readonly notices?: readonly string[];
    /** Told the share that is done, 0..1. */
    readonly onProgress?: (share: number) => void;
    /** Told, for people, what was checked. */
    readonly onNote?: (message: string) => void;
}

/**
 * Makes an avatar of a head that was trained with this project's trainer: the lite tier, whose small networks make its Gaussians of
 * ARKit's weights, with a refiner for its picture, and the baked tier, its neutral face with offsets for each channel. What the
 * networks make is compared with what the trainer's own code made of the same faces. The head is where it was on its
 * body: the same height above the ground, facing +z.
 *
 * @param file `head.npz` of the trainer
 * @param options see {@link IConvertLiteHeadOptions}
 * @returns the avatar as plain data, ready for `WriteAvatar`
 * @throws ConvertError or `CheckpointError` when the file is damaged, or the avatar does not do what the trainer does
 *
 * @example
 * ```ts
 * const avatar = await ConvertLiteHeadAsync(FileOfBlob(file, "head.npz"));
 * const bytes = WriteAvatar(avatar);
 * ```
 */
export async function ConvertLiteHeadAsync(
    file: IRandomAccessFile,
    options: IConvertLiteHeadOptions = {},
): Promise<IAvatarAsset> {
    const { precision = "float16", onNote, onProgress } = options;
    const trained = await ReadTrainedHeadAsync(file);
    const { meta } = trained;
    const { side, center, width } = meta.refiner;
    const networks = BuildUpsampler({ name: "refiner", height: side, width: side }, trained.refiner, { precision });
    const model = BuildLiteHead(trained, { networks, center, width });
    const runtime = await NetworkRuntime.CreateAsync({ device: null });
    try {
        const errors = await CheckHeadSamplesAsync(runtime, model, trained, precision);
        onNote?.(
            `${errors.faces} faces as in the training: points differ by ${errors.points.toExponential(1)}, the refined picture by ${errors.picture.toExponential(1)}.`,
        );
    } finally {
        runtime.dispose();
    }
    const neutral = await EvaluateHeadAsync(model, new Float64Array(model.codeSize), model.poseRange.rest);
    const morphTargets = await ExpressionChannelsAsync(model, meta.expressions, neutral, async (done) => {
        onProgress?.(done / meta.expressions.length);
        // A macrotask, so that a page can draw the progress.
        await new Promise((resolve) => {
            setTimeout(resolve, 0);
        });
    });
    return {
        name: options.name ?? meta.name,
        bodyModel: "head",
        ...JointsOfHead(trained),
        gaussians: CloudOfHead(model, neutral),
        antialiased: meta.antialiased,
        morphTargets,
        faceJoints: [],
        mapModels: [],
        headModel: model,
        animations: [],
        credits: {
            license: options.license ?? meta.license,
            notices: [...meta.notices, ...(options.notices ?? [])],
            credits: meta.credits,
        },
    };
}
