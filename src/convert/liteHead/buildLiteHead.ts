import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { HeadPoseSize, type IHeadModel, type IPerceptron } from "../../format/headModel.js";
import { type IHeadRefiner } from "../../format/headRefiner.js";
import { IdentityQuaternion } from "../../math/quaternion.js";
import { type ITrainedHead } from "./readTrainedHead.js";

/**
 * Makes the head of the format out of what was trained.
 *
 * @param trained the head
 * @param refiner makes its picture sharp
 */
export function BuildLiteHead(trained: ITrainedHead, refiner: IHeadRefiner | null): IHeadModel {
    const { meta, positions, features, scales, rotations, opacities, weights, networks } = trained;
    const count = opacities.length;
    const joints = meta.joints.length;
    const network = (name: keyof typeof networks): IPerceptron => ({
        widths: meta.widths[name],
        parameters: networks[name],
    });
    const still = new Array<number>(HeadPoseSize).fill(0);
    return {
        tier: "lite",
        codeSize: meta.expressions.length,
        channels: meta.channels,
        octaves: meta.octaves,
        positions,
        features,
        shares: new Float32Array(count).fill(1),
        scales,
        rotations,
        opacities,
        gains: meta.gains,
        unit: meta.unit,
        origin: meta.origin,
        expression: {
            color: network("color"),
            attributes: network("attributes"),
            deformation: network("deformation"),
        },
        pose: null,
        poseRange: { rest: still, least: still, greatest: still },
        influences: {
            count: joints,
            joints: Uint16Array.from({ length: count * joints }, (_, i) => i % joints),
            weights,
        },
        refiner,
    };
}

/**
 * A head as it is with some of its points only.
 *
 * @param model the head
 * @param points which
 */
export function PointsOfHead(model: IHeadModel, points: ArrayLike<number>): IHeadModel {
    const all = model.shares.length;
    const rows = (values: Float32Array): Float32Array => {
        const width = values.length / all;
        const result = new Float32Array(points.length * width);
        for (let i = 0; i < points.length; i++) {
            result.set(values.subarray(points[i]! * width, (points[i]! + 1) * width), i * width);
        }
        return result;
    };
    return {
        ...model,
        positions: rows(model.positions),
        features: rows(model.features),
        shares: rows(model.shares),
        scales: rows(model.scales),
        rotations: rows(model.rotations),
        opacities: rows(model.opacities),
    };
}

/**
 * The skeleton of a head.
 *
 * @param trained the head
 */
export function JointsOfHead({ meta, restJoints }: ITrainedHead): {
    joints: IAvatarJoint[];
    inverseBindMatrices: Float32Array;
} {
    const inverseBindMatrices = new Float32Array(meta.joints.length * 16);
    const joints = meta.joints.map(({ name, parent }, joint): IAvatarJoint => {
        const [x, y, z] = restJoints.subarray(joint * 3, joint * 3 + 3) as unknown as [number, number, number];
        inverseBindMatrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1], joint * 16);
        const from = (axis: number): number => (parent < 0 ? 0 : restJoints[parent * 3 + axis]!);
        return {
            name,
            smplx: name,
            parent,
            translation: [x - from(0), y - from(1), z - from(2)],
            rotation: IdentityQuaternion,
        };
    });
    return { joints, inverseBindMatrices };
}
