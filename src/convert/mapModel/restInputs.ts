import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { ConditioningTensors, type IMapModel } from "../../format/mapModel.js";
import { ConditioningPose } from "../../pipeline/1-pose/conditioningPose.js";
import { EvaluateLinearRow } from "../../pipeline/2-maps/linearRows.js";
import { BuildPoseMapTable, EvaluatePoseMap } from "../../pipeline/2-maps/poseMapTable.js";
import { BuildViewMapTable } from "../../pipeline/2-maps/viewMapTable.js";
import { type INetworkInput } from "./runNetworks.js";

/** How far off the cameras stand that see the person from the front and from behind, metres. */
const CameraDistance = 3;

/** What the networks see of a person at rest. */
export interface IRestInputs {
    /** Tensors by name. */
    readonly inputs: ReadonlyMap<string, INetworkInput>;
    /** [J,12] rows of 3×4 matrices, the model's canonical space → the person at rest. */
    readonly matrices: Float32Array;
}

/**
 * Makes what the networks see of a person at rest. Each side is seen from a camera of its own, so that both have the colours they
 * show to someone who stands before them.
 *
 * @param joints of the avatar
 * @param model its map model
 * @returns tensors and joint matrices
 */
export function MakeRestInputs(joints: readonly IAvatarJoint[], model: IMapModel): IRestInputs {
    const pose = new ConditioningPose(joints, model);
    pose.compute(Float32Array.from({ length: joints.length * 4 }, (_, i) => Number(i % 4 === 3)));
    const { matrices } = pose;
    const table = BuildPoseMapTable(model);
    const { size, channelCount } = table;
    const map = new Float32Array(channelCount * size * size);
    EvaluatePoseMap(table, matrices, map);
    const inputs = new Map<string, INetworkInput>([
        [ConditioningTensors.pose, { shape: [1, channelCount, size, size], data: map }],
    ]);
    const { viewSize } = model.conditioning;
    if (viewSize > 0) {
        const shape = [1, 1, viewSize, viewSize];
        const [front, back] = ViewMaps(model, matrices);
        inputs.set(ConditioningTensors.viewFront, { shape, data: front });
        inputs.set(ConditioningTensors.viewBack, { shape, data: back });
    }
    return { inputs, matrices };
}

/** Cosines between normals and the directions to the cameras, front and back. */
function ViewMaps(model: IMapModel, matrices: Float32Array): [Float32Array, Float32Array] {
    const pixels = model.conditioning.viewSize ** 2;
    const rows = BuildViewMapTable(model);
    const withCamera = new Float32Array(matrices.length + 12);
    withCamera.set(matrices);
    const maps: [Float32Array, Float32Array] = [new Float32Array(pixels), new Float32Array(pixels)];
    const [toCamera, normal] = [new Float32Array(3), new Float32Array(3)];
    const [x, y] = Middle(model.positions);
    for (let row = 0; row < rows.targets.length; row += 2) {
        const target = rows.targets[row]!;
        const isBack = target >= pixels;
        withCamera[matrices.length + 3] = x;
        withCamera[matrices.length + 7] = y;
        withCamera[matrices.length + 11] = isBack ? -CameraDistance : CameraDistance;
        EvaluateLinearRow(rows, row, withCamera, toCamera, 0, 1);
        EvaluateLinearRow(rows, row + 1, withCamera, normal, 0, 1);
        const dot = toCamera.reduce((sum, value, axis) => sum + value * normal[axis]!, 0);
        maps[isBack ? 1 : 0][target % pixels] = dot / Math.max(Math.hypot(...toCamera), 1e-3);
    }
    return maps;
}

function Middle(positions: Float32Array): [number, number] {
    const low = [Infinity, Infinity];
    const high = [-Infinity, -Infinity];
    positions.forEach((value, i) => {
        if (i % 3 < 2) {
            low[i % 3] = Math.min(low[i % 3]!, value);
            high[i % 3] = Math.max(high[i % 3]!, value);
        }
    });
    return [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
}
