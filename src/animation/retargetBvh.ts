import { type IAnimationClip, type IAnimationTrack, type IAvatarJoint } from "../format/avatarAsset.js";
import { SmplxJointNames, type SmplxJointName } from "../format/bodyModel.js";
import { MultiplyQuaternion, NearestSign, type QuaternionTuple, RotateVector3 } from "../math/quaternion.js";
import {
    AddVector3,
    DistanceVector3,
    LerpVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../math/vector3.js";
import { BvhError, type IBvhMotion, PoseBvh } from "./motion/bvh.js";
import { CalibrateRig } from "./rig/calibrateRig.js";
import { MapRig, RequireJoints } from "./rig/mapRig.js";
import { RestPositions } from "./rig/restPositions.js";
import { type IRigNode, type RestRig } from "./rig/restRig.js";
import { LocalRotations, RetargetBases, RetargetWorldRotations } from "./rig/retargetRotations.js";

/** How a BVH motion is carried over to an avatar. */
export interface IRetargetBvhOptions {
    /** Name of the clip. */
    readonly name: string;
    /** Frame in which the performer stands in a T- or A-pose (default: 0, where mocap files usually have it). */
    readonly restFrame?: number;
    /** First frame to convert (default: 0). */
    readonly from?: number;
    /** Frame after the last one to convert (default: all). */
    readonly to?: number;
}

/**
 * Retargets a BVH motion to an avatar in the canonical T-pose. World rotations relative to the calibrated rest pose
 * carry over; the hip mid-point travels in proportion to the length of the legs.
 *
 * @param joints joints of the avatar: SMPL-X names and order, identity rest rotations
 * @returns a clip with one key a frame, starting at time 0
 * @throws RigError when required joints are missing in the file
 * @throws BvhError `invalid-range` when the motion does not have the frames asked for
 */
export function RetargetBvh(
    motion: IBvhMotion,
    joints: readonly IAvatarJoint[],
    options: IRetargetBvhOptions,
): IAnimationClip {
    const { restFrame = 0, from = 0, to = motion.frameCount } = options;
    RequireFrames(motion, restFrame, from, to);
    const rest = PoseBvh(motion, restFrame);
    const mapping = MapRig(rest);
    RequireJoints(mapping, options.name);
    const calibration = CalibrateRig(rest, mapping);
    const bases = RetargetBases(rest, mapping, calibration);
    const target = RestPositions(joints);
    const times = Float32Array.from({ length: to - from }, (_, i) => i * motion.frameTime);
    const rotations = SmplxJointNames.map(() => new Float32Array(times.length * 4));
    const translation = new Float32Array(times.length * 3);
    const hips = new HipTravel(
        rest,
        (rig, joint) => RotateVector3(calibration.heading, rig[mapping.nodes[joint]!]!.position),
        target,
    );
    for (let frame = from; frame < to; frame++) {
        const posed = PoseBvh(motion, frame);
        const world = RetargetWorldRotations(bases, mapping, (node) =>
            MultiplyQuaternion(calibration.heading, posed[node]!.rotation),
        );
        const key = frame - from;
        LocalRotations(world).forEach((rotation, j) => {
            rotations[j]!.set(NearestSign(rotation, rotations[j]!, key), key * 4);
        });
        translation.set(hips.pelvis(posed, world[0]!), key * 3);
    }
    const tracks: IAnimationTrack[] = [{ joint: 0, path: "translation", times, values: translation }];
    rotations.forEach((values, joint) => {
        if (mapping.nodes[SmplxJointNames[joint]!] !== undefined) {
            tracks.push({ joint, path: "rotation", times, values });
        }
    });
    return { name: options.name, tracks };
}

/** Refuses frames that the motion does not have. */
function RequireFrames({ frameCount }: IBvhMotion, restFrame: number, from: number, to: number): void {
    const isFrame = (frame: number): boolean => Number.isInteger(frame) && frame >= 0 && frame < frameCount;
    if (!isFrame(restFrame) || !isFrame(from) || !isFrame(to - 1) || to <= from) {
        throw new BvhError(
            "invalid-range",
            `restFrame ${restFrame}, from ${from} and to ${to} must be whole, from below to, and lie within the ` +
                `${frameCount} frames of the motion.`,
        );
    }
}

type PositionOf = (rig: RestRig, joint: SmplxJointName) => Vector3Tuple;

/** Carries the hip mid-point over, whose place is the same in every rig, and derives the pelvis from it. */
class HipTravel {
    private readonly _at: PositionOf;
    private readonly _scale: number;
    private readonly _sourceAnkle: number;
    private readonly _targetAnkle: number;
    private readonly _origin: Vector3Tuple;
    private readonly _hipsToPelvis: Vector3Tuple;

    public constructor(rest: RestRig, at: PositionOf, target: readonly Vector3Tuple[]) {
        this._at = at;
        const index = (joint: SmplxJointName): number => SmplxJointNames.indexOf(joint);
        const length = (a: Vector3Tuple, b: Vector3Tuple, c: Vector3Tuple): number =>
            DistanceVector3(a, b) + DistanceVector3(b, c);
        const source = length(at(rest, "left_hip"), at(rest, "left_knee"), at(rest, "left_ankle"));
        const own = length(target[index("left_hip")]!, target[index("left_knee")]!, target[index("left_ankle")]!);
        this._scale = own / source;
        this._sourceAnkle = (at(rest, "left_ankle")[1] + at(rest, "right_ankle")[1]) / 2;
        this._targetAnkle = (target[index("left_ankle")]![1] + target[index("right_ankle")]![1]) / 2;
        const hips = this._hips(rest);
        this._origin = [hips[0], 0, hips[2]];
        const middle = LerpVector3(target[index("left_hip")]!, target[index("right_hip")]!, 0.5);
        this._hipsToPelvis = SubtractVector3(target[0]!, middle);
    }

    public pelvis(posed: readonly IRigNode[], rotation: QuaternionTuple): Vector3Tuple {
        const hips = SubtractVector3(this._hips(posed), this._origin);
        const scaled = ScaleVector3([hips[0], hips[1] - this._sourceAnkle, hips[2]], this._scale);
        const middle: Vector3Tuple = [scaled[0], scaled[1] + this._targetAnkle, scaled[2]];
        return AddVector3(middle, RotateVector3(rotation, this._hipsToPelvis));
    }

    private _hips(rig: RestRig): Vector3Tuple {
        return LerpVector3(this._at(rig, "left_hip"), this._at(rig, "right_hip"), 0.5);
    }
}
