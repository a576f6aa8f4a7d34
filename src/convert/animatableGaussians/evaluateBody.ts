import { type IAvatarJoint, type IGaussianCloud } from "../../format/avatarAsset.js";
import { ConditioningTensors, type IFixedHands, type IMapModel } from "../../format/mapModel.js";
import { NetworkRuntime } from "../../networks/networkRuntime.js";
import { type IBodyNetworks } from "./bodyNetworks.js";
import { BlendHands, DecodeMaps } from "../mapModel/decodeMaps.js";
import { HandBounds, HandShares } from "./fixedHands.js";
import { type IPositionMap } from "./readPositionMap.js";
import { RestGaussians } from "../mapModel/restGaussians.js";
import { MakeRestInputs } from "../mapModel/restInputs.js";
import { type INetworkInput, RunNetworkAsync } from "../mapModel/runNetworks.js";
import { type ISubject } from "./subject.js";

/** What the networks are run for. */
export interface IBodyEvaluation {
    /** The person. */
    readonly subject: ISubject;
    /** Its networks. */
    readonly networks: IBodyNetworks;
    /** What runs them, without fixed hands. */
    readonly model: IMapModel;
    /** Joints of the avatar. */
    readonly joints: readonly IAvatarJoint[];
    /** Pose map whose hands are kept; null when the networks make them. */
    readonly handMap: IPositionMap | null;
    /** Graphics device that runs the networks; null for the processor. */
    readonly device: GPUDevice | null;
    /** Told what is lost, for people. */
    readonly warn: (message: string) => void;
    /** Told the share that is done, 0..1. */
    readonly onProgress: (share: number) => void;
    /** Stops the work. */
    readonly signal: AbortSignal | null;
}

/** The Gaussians that need no network any more. */
export interface IEvaluatedBody {
    /** The model, with fixed hands where they are wanted. */
    readonly model: IMapModel;
    /** The person in the T-pose. */
    readonly gaussians: IGaussianCloud;
}

/**
 * Runs the networks for the pose of the fixed hands, if there is one, and for the T-pose, so that the avatar can be shown without
 * them.
 *
 * @param evaluation what to run
 * @returns model and Gaussians
 * @throws NetworkError when the networks do not run
 */
export async function EvaluateBodyAsync(evaluation: IBodyEvaluation): Promise<IEvaluatedBody> {
    const { handMap, model: plain, joints, onProgress } = evaluation;
    const runtime = await NetworkRuntime.CreateAsync({ device: evaluation.device });
    try {
        const handShare = handMap === null ? 0 : 0.4;
        const fixedHands =
            handMap === null
                ? null
                : await FixHandsAsync(evaluation, runtime, handMap, (share) => {
                      onProgress(handShare * share);
                  });
        const model: IMapModel = { ...plain, decoding: { ...plain.decoding, fixedHands } };
        const { inputs, matrices } = MakeRestInputs(joints, model);
        const maps = await RunAllAsync(evaluation, runtime, inputs, false, (share) => {
            onProgress(handShare + (1 - handShare) * share);
        });
        const decoded = DecodeMaps(model, maps);
        const whole = fixedHands === null ? decoded : BlendHands(decoded, fixedHands, fixedHands.shares);
        return { model, gaussians: RestGaussians(whole, model.influences, matrices) };
    } finally {
        runtime.dispose();
    }
}

/** One network after the other, since all of them together may not fit into memory. */
async function RunAllAsync(
    { networks, signal }: IBodyEvaluation,
    runtime: NetworkRuntime,
    inputs: ReadonlyMap<string, INetworkInput>,
    isWithoutColor: boolean,
    onProgress: (share: number) => void,
): Promise<Map<string, Float32Array>> {
    const maps = new Map<string, Float32Array>();
    const color = networks.outputs.find(({ attribute }) => attribute === "color")?.tensor;
    const wanted = networks.networks.filter(({ output }) => !isWithoutColor || output !== color);
    for (const [index, { slices, output }] of wanted.entries()) {
        // eslint-disable-next-line no-await-in-loop
        const map = await RunNetworkAsync(runtime, slices, output, inputs, {
            signal,
            onProgress: (share) => {
                onProgress((index + share) / wanted.length);
            },
        });
        maps.set(output, map);
    }
    return maps;
}

async function FixHandsAsync(
    evaluation: IBodyEvaluation,
    runtime: NetworkRuntime,
    handMap: IPositionMap,
    onProgress: (share: number) => void,
): Promise<IFixedHands | null> {
    const { subject, model } = evaluation;
    const [left, right] = (["left", "right"] as const).map((side) =>
        HandBounds(subject.template, subject.weights, side),
    );
    if (!left || !right) {
        evaluation.warn("No points belong to one of the hands, so hands are not fixed.");
        return null;
    }
    evaluation.warn(
        "Where fixed hands begin follows from skinning weights, since the vertices of hands are in no file of the subject: " +
            "a wrist that is 1 cm off changes the blend by up to 0.11, in the forearm.",
    );
    const size = model.conditioning.size;
    const input = { shape: [1, 3, size, size], data: FrontPlanes(handMap) };
    const inputs = new Map<string, INetworkInput>([[ConditioningTensors.pose, input]]);
    const maps = await RunAllAsync(evaluation, runtime, inputs, true, onProgress);
    const { positions, opacities, scales, rotations } = DecodeMaps(model, maps);
    return { shares: HandShares(subject.template, left, right), positions, opacities, scales, rotations };
}

/** [3,S,S] planes of the front half. */
function FrontPlanes({ width, height, values }: IPositionMap): Float32Array {
    const pixels = height * height;
    const planes = new Float32Array(3 * pixels);
    for (let pixel = 0; pixel < pixels; pixel++) {
        const at = (Math.floor(pixel / height) * width + (pixel % height)) * 3;
        for (let axis = 0; axis < 3; axis++) {
            planes[axis * pixels + pixel] = values[at + axis]!;
        }
    }
    return planes;
}
