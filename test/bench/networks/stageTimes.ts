import { performance } from "node:perf_hooks";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type IMapModel } from "../../../src/format/mapModel.js";
import { ElementCount } from "../../../src/networks/networkTensor.js";
import { ConditioningPose } from "../../../src/pipeline/1-pose/conditioningPose.js";
import { ConditioningStage } from "../../../src/pipeline/2-maps/conditioningStage.js";
import { DecodeStage } from "../../../src/pipeline/3-gaussians/decodeStage.js";
import { MapModelBuffers } from "../../../src/pipeline/3-gaussians/mapModelBuffers.js";
import { CreateDecodedSkinKernelAsync } from "../../../src/pipeline/4-skin/decodedSkinKernel.js";

/** How often a stage is recorded in one submission. */
const Repeats = 20;

/** Milliseconds of the stages around the networks. */
export interface IMapStageTimes {
    /** The processor, joint rotations → joint matrices. */
    readonly pose: number;
    /** The device, joint matrices → inputs of the networks; with the camera, where networks depend on it. */
    readonly conditioning: number;
    /** The device, outputs of the networks → Gaussians. */
    readonly decode: number;
}

/**
 * Times what stands before and behind the networks.
 *
 * @param device the device
 * @param asset the avatar
 * @param model one of its models
 */
export async function TimeMapStagesAsync(
    device: GPUDevice,
    asset: IAvatarAsset,
    model: IMapModel,
): Promise<IMapStageTimes> {
    const [conditioning, decode, skinKernel] = await Promise.all([
        ConditioningStage.CreateAsync(device),
        DecodeStage.CreateAsync(device),
        CreateDecodedSkinKernelAsync(device),
    ]);
    const pose = new ConditioningPose(asset.joints, model);
    const rotations = new Float32Array(asset.joints.length * 4).map((_, at) => (at % 4 === 3 ? 1 : 0));
    const start = performance.now();
    for (let repeat = 0; repeat < Repeats; repeat++) {
        pose.compute(rotations);
    }
    const poseTime = (performance.now() - start) / Repeats;
    const inputs = conditioning.createInputs(model, "bench");
    const buffers = new MapModelBuffers(device, model, "bench");
    const decoded = decode.createDecoded(buffers, skinKernel);
    const outputs = MakeOutputs(device, model);
    const times = {
        pose: poseTime,
        conditioning: await TimeAsync(device, (encoder) => {
            inputs.encodePose(encoder, pose.matrices);
            if (inputs.viewFront) {
                inputs.encodeView(encoder, pose.matrices, { x: 0, y: 1, z: 3 });
            }
        }),
        decode: await TimeAsync(device, (encoder) => {
            decoded.encodeDecode(encoder, outputs);
        }),
    };
    for (const owned of [inputs, decoded, buffers]) {
        owned.dispose();
    }
    outputs.forEach((buffer) => {
        buffer.destroy();
    });
    return times;
}

/** The tensors that are decoded, of zeros. */
function MakeOutputs(device: GPUDevice, { networks, decoding }: IMapModel): Map<string, GPUBuffer> {
    const names = new Set(decoding.outputs.map(({ tensor }) => tensor));
    const tensors = networks.flatMap((network) => network.outputs).filter(({ name }) => names.has(name));
    return new Map(
        tensors.map(({ name, shape }) => [
            name,
            device.createBuffer({ label: name, size: ElementCount(shape) * 4, usage: GPUBufferUsage.STORAGE }),
        ]),
    );
}

/** Once to warm up, then many times. */
async function TimeAsync(device: GPUDevice, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
    let milliseconds = 0;
    for (const repeats of [1, Repeats]) {
        await device.queue.onSubmittedWorkDone();
        const start = performance.now();
        const encoder = device.createCommandEncoder();
        for (let repeat = 0; repeat < repeats; repeat++) {
            encode(encoder);
        }
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
        milliseconds = (performance.now() - start) / repeats;
    }
    return milliseconds;
}
