import { FindUpAxis, ToYUp } from "../../animation/motion/smplUpAxis.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IAnimationClip, type IAnimationTrack } from "../../format/avatarAsset.js";
import { FromRotationVectorPacked } from "../../math/packedRotation.js";
import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { type IBodyParameters } from "./bodyParameters.js";
import { JointCount, MatrixSize, SkinningMatrices } from "./jointMatrices.js";
import { SpreadEvenly } from "./spreadEvenly.js";

/** Pictures a second of the published data sets. */
const FrameRate = 30;

/** Frames that are taken over at most: a minute, less than half a megabyte a joint. */
const MaxFrames = 1800;

/** Joints that stay at rest: the published reader poses the face of the canonical body alike, so that nothing moves. */
const FaceJoints: readonly string[] = ["jaw", "left_eye", "right_eye"];

/** Frames at which feet are looked at, and the share of them in which a foot stands at least: what is lower are outliers. */
const GroundFrames = 240;
const StandingShare = 0.05;

const Feet = (["left_ankle", "right_ankle", "left_foot", "right_foot"] as const).map((name) =>
    SmplxJointNames.indexOf(name),
);

/** Angles and ways below this do not show, radians and metres. */
const Still = 1e-5;

/**
 * The motion of the training as a clip of the avatar: what its networks know best.
 *
 * @param parameters poses of the training
 * @param joints [55,3] joints at rest, metres
 * @param warn told what is left out or guessed, for people
 * @returns the clip, y up, beginning where the avatar rests, on the ground that it rests on
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
    const way = WayOnGround(parameters, count, joints, turn);
    if (way.some((value) => Math.abs(value) > Still)) {
        const values = way.map((value, i) => value + joints[i % 3]!);
        tracks.push({ joint: 0, path: "translation", times, values });
    }
    return { name: "training", tracks };
}

/** [F,3] way of the pelvis from where it rests, y up. Where the ground is in the poses of a data set is up to its cameras. */
function WayOnGround(
    parameters: IBodyParameters,
    count: number,
    joints: ArrayLike<number>,
    turn: Float64Array | null,
): Float32Array {
    const way = new Float32Array(count * 3);
    for (let frame = 0; frame < count; frame++) {
        for (let k = 0; k < 3; k++) {
            way[frame * 3 + k] = parameters.translations[frame * 3 + k]! - parameters.translations[k]!;
        }
        if (turn) {
            RotatePacked(turn, 0, way, frame * 3, way, frame * 3);
        }
    }
    const frames = SpreadEvenly(
        Array.from({ length: count }, (_, frame) => frame),
        GroundFrames,
    );
    const heights = frames
        .map((frame) => way[frame * 3 + 1]! + FootHeight(parameters, frame, joints, turn))
        .sort((one, other) => one - other);
    const ground = heights[Math.floor(StandingShare * heights.length)]!;
    return way.map((value, i) => (i % 3 === 1 ? value - ground : value));
}

/** How much higher above the pelvis the lowest foot is in a frame than at rest, metres. */
function FootHeight(
    { poses }: IBodyParameters,
    frame: number,
    joints: ArrayLike<number>,
    turn: Float64Array | null,
): number {
    const matrices = SkinningMatrices(joints, poses.subarray(frame * JointCount * 3, (frame + 1) * JointCount * 3));
    const place = new Float64Array(3);
    const heights = Feet.map((joint) => {
        for (let row = 0; row < 3; row++) {
            const at = joint * MatrixSize + row * 4;
            const moved = [0, 1, 2].reduce((sum, k) => sum + matrices[at + k]! * joints[joint * 3 + k]!, 0);
            place[row] = moved + matrices[at + 3]! - joints[row]!;
        }
        if (turn) {
            RotatePacked(turn, 0, place, 0, place, 0);
        }
        return place[1]! - (joints[joint * 3 + 1]! - joints[1]!);
    });
    return Math.min(...heights);
}
