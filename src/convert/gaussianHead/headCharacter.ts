import { type IAnimationClip, type IAvatarAsset, type IAvatarJoint } from "../../format/avatarAsset.js";
import { HeadPoseSize } from "../../format/headModel.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { FromRotationVectorPacked } from "../../math/packedRotation.js";
import { IdentityQuaternion } from "../../math/quaternion.js";
import { type ExpressionMatrix } from "./expressionMatrix.js";
import { CodeRangesOf, type IHeadParameters } from "./headParameters.js";

/** Codes beyond these do not occur where no parameters tell: coefficients are of the size of standard deviations. */
export const UsualRange = [-3, 3] as const;

/** Joints of a head, metres from the origin of the networks, which lies within the face between eyes and mouth; estimates. */
const JointPlaces = { neck: [0, -0.14, -0.1], head: [0, -0.05, -0.08] } as const;

/** Number of the joint that moves a head. */
export const HeadJoint = Object.keys(JointPlaces).indexOf("head");

/** Frames a second of the published captures: every third of 73. */
const FrameRate = 73 / 3;
const MaxClipFrames = 1800;

/**
 * Joints of a head.
 *
 * @param lift height of the origin of the networks, metres
 */
export function JointsAt(lift: number): Pick<IAvatarAsset, "joints" | "inverseBindMatrices"> {
    const names = Object.keys(JointPlaces) as (keyof typeof JointPlaces)[];
    const inverseBindMatrices = new Float32Array(names.length * 16);
    const joints = names.map((name, joint): IAvatarJoint => {
        const [x, y, z] = JointPlaces[name];
        inverseBindMatrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -(y + lift), -z, 1], joint * 16);
        const [px, py, pz] = joint === 0 ? [0, -lift, 0] : JointPlaces[names[joint - 1]!];
        return {
            name,
            smplx: name,
            parent: joint - 1,
            translation: [x - px, y - py, z - pz],
            rotation: IdentityQuaternion,
        };
    });
    return { joints, inverseBindMatrices };
}

/**
 * Expression channels that are the code of a head. They move its networks, and no Gaussian by themselves yet.
 *
 * @param codeSize how many
 * @param parameters of the training, or null
 * @param expressions how ARKit's shapes become the code
 */
export function ChannelsOf(
    codeSize: number,
    parameters: IHeadParameters | null,
    expressions: ExpressionMatrix,
): IMorphTarget[] {
    const ranges = parameters && CodeRangesOf(parameters);
    return Array.from({ length: codeSize }, (_, i) => {
        const follows = Object.entries(expressions).flatMap(([shape, row]) =>
            row[i] ? [[shape, row[i]] as const] : [],
        );
        return {
            name: `code${i}`,
            indices: new Uint32Array(0),
            deltas: new Float32Array(0),
            follows: Object.fromEntries(follows),
            range: ranges?.[i] ?? UsualRange,
        };
    });
}

/**
 * What the person did in the training, but for where the head was: it stays on its neck.
 *
 * @param parameters of the training
 * @param rest pose of a head that is not turned
 */
export function TrainingClipOf({ codes, poses, frameCount }: IHeadParameters, rest: readonly number[]): IAnimationClip {
    const count = Math.min(frameCount, MaxClipFrames);
    const times = Float32Array.from({ length: count }, (_, frame) => frame / FrameRate);
    const rotations = new Float32Array(count * 4);
    const turn = new Float64Array(3);
    for (let frame = 0; frame < count; frame++) {
        turn.forEach((_, i) => (turn[i] = poses[frame * HeadPoseSize + i]! - rest[i]!));
        FromRotationVectorPacked(turn, 0, rotations, frame * 4);
    }
    const codeSize = codes.length / frameCount;
    return {
        name: "training",
        tracks: [
            { joint: -1, path: "weights", times, values: codes.slice(0, count * codeSize) },
            { joint: HeadJoint, path: "rotation", times, values: rotations },
        ],
    };
}
