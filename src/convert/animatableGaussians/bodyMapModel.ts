import { type IMapModel, type IPoseProjection } from "../../format/mapModel.js";
import { BaseScales } from "./baseScales.js";
import { ModelRestJoints } from "./bodyParameters.js";
import { type IBodyNetworks } from "./bodyNetworks.js";
import { ReduceInfluences } from "./influences.js";
import { CanonicalInverseBindMatrices } from "./jointMatrices.js";
import { type ISubject, SamplePoses } from "./subject.js";

/** Base opacity of all Gaussians: the logit of 0.1. */
const BaseOpacity = Math.log(0.1 / 0.9);

/** Metres that an output of the position network moves a Gaussian by. */
const PositionGain = 0.05;

/** Sides of the published maps in space, metres. */
const MapMetres = 2;

/**
 * Joins a person and networks to what runs them. The base values of the Gaussians are not in a checkpoint: they follow from the
 * template.
 *
 * @param subject the person
 * @param networks of the checkpoint
 * @param projection of poses, if there is one
 * @param warn told how exact the skinning weights are
 * @returns the model, without fixed hands
 */
export function BuildBodyMapModel(
    subject: ISubject,
    networks: IBodyNetworks,
    projection: IPoseProjection | null,
    warn: (message: string) => void,
): IMapModel {
    const { template, weights, joints } = subject;
    const count = template.texels.length;
    const { influences, error } = ReduceInfluences(template.positions, weights, SamplePoses(subject));
    warn(
        `${count} Gaussians, ${influences.count} joints each: no point is further than ${(error * 1000).toFixed(3)} mm from where all 55 weights put it.`,
    );
    const rotations = new Float32Array(count * 4);
    for (let row = 0; row < count; row++) {
        rotations[row * 4 + 3] = 1;
    }
    const size = networks.poseSize;
    return {
        tier: "full",
        mapSize: template.mapSize,
        texels: template.texels,
        positions: template.positions,
        normals: template.normals,
        influences,
        inverseBindMatrices: CanonicalInverseBindMatrices(joints),
        covariance: "quaternion",
        conditioning: {
            size,
            side: "front",
            channels: ["position"],
            reduction: "first",
            restJoints: ModelRestJoints,
            projection,
            viewSize: networks.hasView ? size : 0,
        },
        networks: networks.networks.flatMap(({ slices }) => slices),
        decoding: {
            outputs: networks.outputs,
            gains: { position: PositionGain, opacity: 1, scale: 1, rotation: 1, color: 1 },
            opacities: new Float32Array(count).fill(BaseOpacity),
            scales: BaseScales(template.positions, MapMetres / template.mapSize),
            rotations,
            colors: new Float32Array(count * 3),
            colorActivation: "none",
            fixedHands: null,
        },
        morphTargets: [],
    };
}
