import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { type IHeadModel } from "../../format/headModel.js";
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
        for (let k = 0; k < Math.min(JointsOfCloud, influences.count); k++) {
            jointIndices[point * JointsOfCloud + k] = influences.joints[point * influences.count + k]!;
            jointWeights[point * JointsOfCloud + k] = influences.weights[point * influences.count + k]!;
        }
    }
    const { positions, rotations, scales, opacities } = face;
    return { count, positions, rotations, scales, opacities, colors, jointIndices, jointWeights };
}
