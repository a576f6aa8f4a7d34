import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { type IHeadModel } from "../../format/headModel.js";
import { type IInfluences } from "../../format/mapModel.js";
import { type IEvaluatedHead } from "./evaluateHead.js";

/** Joints a Gaussian of a file. */
const JointsOfCloud = 4;

/**
 * A head as it looks without networks: one face, in the colours that its first three channels are.
 *
 * @param model the head
 * @param face what its networks make of that face
 */
export function CloudOfHead(model: IHeadModel, face: IEvaluatedHead): IGaussianCloud {
    const { influences, channels } = model;
    const count = model.shares.length;
    const jointIndices = new Uint16Array(count * JointsOfCloud);
    const jointWeights = new Float32Array(count * JointsOfCloud);
    const colors = new Float32Array(count * 3);
    for (let point = 0; point < count; point++) {
        colors.set(face.channels.subarray(point * channels, point * channels + 3), point * 3);
        WriteHeaviest(influences, point, jointIndices, jointWeights);
    }
    const { positions, rotations, scales, opacities } = face;
    return { count, positions, rotations, scales, opacities, colors, jointIndices, jointWeights };
}

/** The heaviest joints of a point, which share out what the others had. */
function WriteHeaviest(
    { count, joints, weights }: IInfluences,
    point: number,
    jointIndices: Uint16Array,
    jointWeights: Float32Array,
): void {
    const order = Array.from({ length: count }, (_, k) => point * count + k).sort((a, b) => weights[b]! - weights[a]!);
    const kept = order.slice(0, JointsOfCloud);
    const sum = kept.reduce((total, entry) => total + weights[entry]!, 0);
    kept.forEach((entry, k) => {
        jointIndices[point * JointsOfCloud + k] = joints[entry]!;
        jointWeights[point * JointsOfCloud + k] = sum > 0 ? weights[entry]! / sum : Number(k === 0);
    });
}
