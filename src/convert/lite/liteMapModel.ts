import { type IAvatarNetwork, type IAttributeOutput, type IMapModel } from "../../format/mapModel.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { type ITrainedModel, TrainedChannels, TrainedInfluences } from "./readTrainedModel.js";
import { RoundRotations, RoundWeights } from "./roundBaseValues.js";

/** Name of the tensor that the network makes. */
const OutputTensor = "maps";

/** Offsets below this do not show, metres. */
const LeastOffset = 2e-5;

/**
 * Joins what the trainer left to what runs it.
 *
 * @param trained the trained person
 * @param networks her network
 * @returns the lite tier
 */
export function BuildLiteMapModel(trained: ITrainedModel, networks: readonly IAvatarNetwork[]): IMapModel {
    const { meta } = trained;
    const { rotations, gain } = RoundRotations({ rotations: trained.rotations, gain: meta.gains.rotation });
    return {
        tier: "lite",
        mapSize: meta.mapSize,
        texels: trained.texels,
        positions: trained.positions,
        normals: trained.normals,
        influences: { count: TrainedInfluences, joints: trained.joints, weights: RoundWeights(trained.weights) },
        inverseBindMatrices: TrainedInverseBindMatrices(trained),
        covariance: "linear",
        conditioning: {
            size: meta.network.size,
            side: "both",
            channels: meta.channels,
            reduction: meta.reduction,
            restJoints: Uint16Array.from(meta.joints.flatMap(({ parent }, joint) => (parent < 0 ? [joint] : []))),
            projection: trained.projection,
            viewSize: 0,
        },
        networks,
        decoding: {
            outputs: AttributeOutputs(),
            gains: { ...meta.gains, rotation: gain },
            opacities: trained.opacities,
            scales: trained.scales,
            rotations,
            colors: trained.colors,
            colorActivation: "sigmoid",
            fixedHands: null,
        },
        morphTargets: TrainedMorphTargets(trained),
    };
}

/**
 * Inverse bind matrices of a skeleton whose joints are not turned at rest.
 *
 * @param trained the trained person
 * @returns [J,16] column-major
 */
export function TrainedInverseBindMatrices({ restJoints }: ITrainedModel): Float32Array {
    const matrices = new Float32Array((restJoints.length / 3) * 16);
    for (let joint = 0; joint * 3 < restJoints.length; joint++) {
        const [x, y, z] = restJoints.subarray(joint * 3, joint * 3 + 3) as unknown as [number, number, number];
        matrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1], joint * 16);
    }
    return matrices;
}

function AttributeOutputs(): IAttributeOutput[] {
    let channel = 0;
    const entry = (attribute: IAttributeOutput["attribute"], width: number): IAttributeOutput => {
        const front = Array.from({ length: width }, () => channel++);
        return { attribute, tensor: OutputTensor, front, back: front.map((at) => at + TrainedChannels / 2) };
    };
    return [entry("position", 3), entry("opacity", 1), entry("scale", 3), entry("rotation", 4), entry("color", 3)];
}

function TrainedMorphTargets({ meta, morphDeltas, texels }: ITrainedModel): IMorphTarget[] {
    if (!morphDeltas) {
        return [];
    }
    return meta.expressions.map((name, expression) => {
        const indices: number[] = [];
        const deltas: number[] = [];
        for (let row = 0; row < texels.length; row++) {
            const at = (expression * texels.length + row) * 3;
            const [x, y, z] = [morphDeltas.at(at), morphDeltas.at(at + 1), morphDeltas.at(at + 2)];
            if (Math.abs(x) + Math.abs(y) + Math.abs(z) > LeastOffset) {
                indices.push(row);
                deltas.push(x, y, z);
            }
        }
        return { name, indices: Uint32Array.from(indices), deltas: Float32Array.from(deltas) };
    });
}
