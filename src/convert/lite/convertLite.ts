import { type IAvatarAsset, type IAvatarJoint } from "../../format/avatarAsset.js";
import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { IdentityQuaternion } from "../../math/quaternion.js";
import { NetworkRuntime } from "../../networks/networkRuntime.js";
import { DecodeMaps } from "../mapModel/decodeMaps.js";
import { RestGaussians } from "../mapModel/restGaussians.js";
import { MakeRestInputs } from "../mapModel/restInputs.js";
import { RunNetworkAsync } from "../mapModel/runNetworks.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { BuildLiteUnet } from "../networks/buildLiteUnet.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { CheckSamplesAsync } from "./checkSamples.js";
import { BuildLiteMapModel, TrainedInverseBindMatrices } from "./liteMapModel.js";
import { type ITrainedModel, ReadTrainedModelAsync } from "./readTrainedModel.js";

/** Options of {@link ConvertLiteAsync}. */
export interface IConvertLiteOptions {
    /** Type of the network's weights (default: `float16`). */
    readonly precision?: NetworkPrecision;
    /** Name of the avatar (default: that of the training). */
    readonly name?: string;
    /** Licence (default: the one that the trainer was given). */
    readonly license?: string;
    /** Notices to keep besides those that the trainer was given (default: none). */
    readonly notices?: readonly string[];
    /** Told, for people, what was checked. */
    readonly onNote?: (message: string) => void;
}

/**
 * Makes an avatar of a person that was trained with this project's trainer: the lite tier, whose network changes her Gaussians
 * with the pose, and the baked tier, her Gaussians at rest. What the network and the pose map make is compared with what the
 * trainer's own code made of the same poses.
 *
 * @param file `model.npz` of the trainer
 * @param options see {@link IConvertLiteOptions}
 * @returns the avatar as plain data, ready for `WriteAvatar`
 * @throws ConvertError or `CheckpointError` when the file is damaged, or the avatar does not do what the trainer does
 *
 * @example
 * ```ts
 * const avatar = await ConvertLiteAsync(FileOfBlob(file, "model.npz"));
 * const bytes = WriteAvatar(avatar);
 * ```
 */
export async function ConvertLiteAsync(
    file: IRandomAccessFile,
    options: IConvertLiteOptions = {},
): Promise<IAvatarAsset> {
    const { precision = "float16" } = options;
    const trained = await ReadTrainedModelAsync(file);
    const { meta } = trained;
    const networks = BuildLiteUnet({ ...meta.network, name: "lite" }, trained.network, { precision });
    const model = BuildLiteMapModel(trained, networks);
    const joints = TrainedJoints(trained);
    const runtime = await NetworkRuntime.CreateAsync({ device: null });
    try {
        if (trained.samples) {
            const errors = await CheckSamplesAsync(runtime, joints, model, trained.samples, precision);
            options.onNote?.(
                `${errors.count} poses as in the training: pose maps differ by ${errors.poseMap.toExponential(1)} m, ` +
                    `the network's output by ${errors.output.toExponential(1)} of its range.`,
            );
        } else {
            options.onNote?.(
                `${file.name} has no samples: what the avatar does could not be compared with the training.`,
            );
        }
        const { inputs, matrices } = MakeRestInputs(joints, model);
        const tensor = model.decoding.outputs[0]!.tensor;
        const map = await RunNetworkAsync(runtime, networks, tensor, inputs, {
            onProgress: () => undefined,
            signal: null,
        });
        const layout = { ...model, outputSize: meta.network.size };
        const decoded = DecodeMaps(layout, new Map([[tensor, map]]));
        return {
            name: options.name ?? meta.name,
            bodyModel: "smplx",
            joints,
            inverseBindMatrices: TrainedInverseBindMatrices(trained),
            gaussians: RestGaussians(decoded, model.influences, matrices),
            antialiased: meta.antialiased,
            morphTargets: model.morphTargets,
            mapModels: [model],
            animations: [],
            credits: {
                license: options.license ?? meta.license,
                notices: [...meta.notices, ...(options.notices ?? [])],
                credits: meta.credits,
            },
        };
    } finally {
        runtime.dispose();
    }
}

function TrainedJoints({ meta, restJoints }: ITrainedModel): IAvatarJoint[] {
    const known: readonly string[] = SmplxJointNames;
    return meta.joints.map(({ name, parent }, joint) => {
        const offset = (axis: number): number =>
            restJoints[joint * 3 + axis]! - (parent < 0 ? 0 : restJoints[parent * 3 + axis]!);
        const smplx = known.includes(name) ? (name as SmplxJointName) : null;
        return { name, smplx, parent, translation: [offset(0), offset(1), offset(2)], rotation: IdentityQuaternion };
    });
}
