import { FindUpAxis, ToYUp } from "../../animation/motion/smplUpAxis.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IAnimationClip, type IAnimationTrack } from "../../format/avatarAsset.js";
import { FromRotationVectorPacked } from "../../math/packedRotation.js";
import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { type IBodyParameters } from "./bodyParameters.js";
import { JointCount } from "./jointMatrices.js";

/** Pictures a second of the published data sets. */
const FrameRate = 30;

/** Frames that are taken over at most: a minute, less than half a megabyte a joint. */
const MaxFrames = 1800;

/** Joints that stay at rest: the published reader poses the face of the canonical body alike, so that nothing moves. */
const FaceJoints: readonly string[] = ["jaw", "left_eye", "right_eye"];

/** Angles and ways below this do not show, radians and metres. */
const Still = 1e-5;

/**
 * The motion of the training as a clip of the avatar: what its networks know best.
 *
 * @param parameters poses of the training
 * @param joints [55,3] joints at rest, metres
 * @param warn told what is left out or guessed, for people
 * @returns the clip, y up, beginning where the avatar rests
 */
export function TrainingClip(
    parameters: IBodyParameters,
    joints: ArrayLike<number>,
    warn: (message: string) => void,
): IAnimationClip {
    const count = Math.min(parameters.frameCount, MaxFrames);
    if (count < parameters.frameCount) {
        warn(`The clip "training" has the first ${count} of the ${parameters.frameCount} frames of the training.`);
    }
    const times = Float32Array.from({ length: count }, (_, frame) => frame / FrameRate);
    const tracks: IAnimationTrack[] = [];
    const width = JointCount * 3;
    const poses = Float64Array.from(parameters.poses.subarray(0, count * width));
    const { axis, warning } = FindUpAxis(poses, width, 0, new Set());
    if (warning !== null) {
        warn(`smpl_params.npz: ${warning}`);
    }
    const turn = ToYUp[axis];
    for (const [joint, name] of SmplxJointNames.entries()) {
        const values = new Float32Array(count * 4);
        for (let frame = 0; frame < count; frame++) {
            FromRotationVectorPacked(parameters.poses, (frame * JointCount + joint) * 3, values, frame * 4);
            if (joint === 0 && turn) {
                MultiplyPacked(turn, 0, values, frame * 4, values, frame * 4);
            }
        }
        const isTurned = values.some((value, i) => Math.abs(value - (i % 4 === 3 ? 1 : 0)) > Still);
        if (isTurned && !FaceJoints.includes(name)) {
            tracks.push({ joint, path: "rotation", times, values });
        }
    }
    const way = new Float32Array(count * 3);
    for (let frame = 0; frame < count; frame++) {
        for (let k = 0; k < 3; k++) {
            way[frame * 3 + k] = parameters.translations[frame * 3 + k]! - parameters.translations[k]!;
        }
        if (turn) {
            RotatePacked(turn, 0, way, frame * 3, way, frame * 3);
        }
    }
    if (way.some((value) => Math.abs(value) > Still)) {
        const values = way.map((value, i) => value + joints[i % 3]!);
        tracks.push({ joint: 0, path: "translation", times, values });
    }
    return { name: "training", tracks };
}
