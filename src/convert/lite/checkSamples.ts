import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { ConditioningTensors, type IMapModel } from "../../format/mapModel.js";
import { type NetworkRuntime } from "../../networks/networkRuntime.js";
import { ConditioningPose } from "../../pipeline/1-pose/conditioningPose.js";
import { BuildPoseMapTable, EvaluatePoseMap } from "../../pipeline/2-maps/poseMapTable.js";
import { ConvertError } from "../convertError.js";
import { RunNetworkAsync } from "../mapModel/runNetworks.js";
import { type ITrainedSamples } from "./readTrainedModel.js";

/** Largest difference of pose maps, metres and of unit normals: those of 32-bit floats are a hundredth of it. */
const MapTolerance = 1e-4;

/** Largest difference of the network's output, as a share of its range, by the type of its weights. */
const OutputTolerance = { float32: 1e-4, float16: 1e-3 } as const;

/** How far the avatar is from what the trainer's own code makes. */
export interface ISampleErrors {
    /** Poses that were compared. */
    readonly count: number;
    /** Largest difference of the pose maps, metres and of unit normals. */
    readonly poseMap: number;
    /** Largest difference of the network's output, as a share of its range. */
    readonly output: number;
}

/**
 * Holds a model to what the trainer's own code makes of some poses.
 *
 * @param runtime what computes
 * @param joints of the avatar
 * @param model the lite tier
 * @param samples of the trainer
 * @param precision type of the network's weights
 * @returns the largest differences
 * @throws {@link ConvertError} `wrong-result` when they are larger than rounding explains
 */
export async function CheckSamplesAsync(
    runtime: NetworkRuntime,
    joints: readonly IAvatarJoint[],
    model: IMapModel,
    samples: ITrainedSamples,
    precision: keyof typeof OutputTolerance,
): Promise<ISampleErrors> {
    // The trainer's pose maps are as poses are, not brought near those of the training.
    const table = BuildPoseMapTable({ ...model, conditioning: { ...model.conditioning, projection: null } });
    const pose = new ConditioningPose(joints, model);
    const map = new Float32Array(table.channelCount * table.size ** 2);
    const count = samples.inputs.length / map.length;
    const outputLength = samples.outputs.length / count;
    let [poseMap, output] = [0, 0];
    for (let sample = 0; sample < count; sample++) {
        pose.compute(samples.rotations.subarray(sample * joints.length * 4, (sample + 1) * joints.length * 4));
        EvaluatePoseMap(table, pose.matrices, map);
        const input = samples.inputs.subarray(sample * map.length, (sample + 1) * map.length);
        poseMap = Math.max(poseMap, LargestDifference(map, input));
        const expected = samples.outputs.subarray(sample * outputLength, (sample + 1) * outputLength);
        const shape = [1, table.channelCount, table.size, table.size];
        const inputs = new Map([[ConditioningTensors.pose, { shape, data: input.slice() }]]);
        const tensor = model.decoding.outputs[0]!.tensor;
        // eslint-disable-next-line no-await-in-loop -- one after the other, as the runtime does it anyway
        const found = await RunNetworkAsync(runtime, model.networks, tensor, inputs, {
            onProgress: () => undefined,
            signal: null,
        });
        const range = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
        output = Math.max(output, LargestDifference(found, expected) / range);
    }
    // So that NaN, which is larger than nothing, does not pass.
    if (!(poseMap <= MapTolerance && output <= OutputTolerance[precision])) {
        throw new ConvertError(
            "wrong-result",
            `The avatar does not do what the trainer does: pose maps differ by ${poseMap.toExponential(1)} m (up to ${MapTolerance} is rounding), ` +
                `the network's output by ${output.toExponential(1)} of its range (up to ${OutputTolerance[precision]}). Export the model again with the trainer of this version.`,
        );
    }
    return { count, poseMap, output };
}

function LargestDifference(a: Float32Array, b: Float32Array): number {
    return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
