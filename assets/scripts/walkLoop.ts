import { BodyPose } from "../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../src/animation/pose/measureAvatarBody.js";
import { ClipSampler } from "../../src/animation/retarget/clipSampler.js";
import { RestPositions } from "../../src/animation/rig/restPositions.js";
import { type IAnimationClip, type IAnimationTrack, type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import {
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    type QuaternionTuple,
    RotateVector3,
} from "../../src/math/quaternion.js";
import { AddVector3, SubtractVector3, type Vector3Tuple } from "../../src/math/vector3.js";
import { LevelTrunk } from "./levelTrunk.js";
import { NearestSign } from "./nearestSign.js";
import { LoopPoses, type IPose } from "./poseLoop.js";

const KeysPerSecond = 30;
/** A walking cycle (two steps) lasts about a second. */
const CycleSeconds = { min: 0.85, max: 1.4 } as const;
/** Flexion of relaxed fingers, degrees, for the three phalanges; the capture has no finger data. */
const RelaxedFingers: Readonly<Record<string, readonly [number, number, number]>> = {
    index: [14, 22, 12],
    middle: [20, 26, 14],
    ring: [24, 28, 15],
    pinky: [28, 28, 15],
};

/**
 * Cuts one walking cycle out of a capture, in place, heading +z, soles on the ground, 30 keys a second, seamless.
 *
 * @param rate frames a second of the capture
 */
export function MakeWalkLoop(capture: IAnimationClip, rate: number, avatar: IAvatarAsset): IAnimationClip {
    const poses = PosesOf(capture, rate, avatar);
    const loop = LoopPoses(poses, { rate, keysPerSecond: KeysPerSecond, seconds: CycleSeconds });
    const turn = QuaternionFromAxisAngle([0, 1, 0], -Math.atan2(loop.travel[0], loop.travel[2]));
    const soles = FindSoles(avatar);
    const rest = RestPositions(avatar.joints);
    const turnedKeys = loop.keys.map(({ pelvis, rotations }): IPose => ({
        pelvis: RotateVector3(turn, pelvis),
        rotations: rotations.map((rotation, j) => (j === 0 ? MultiplyQuaternion(turn, rotation) : rotation)),
    }));
    const level = LevelTrunk(turnedKeys.map((key) => key.rotations));
    const keys = turnedKeys.map((key, i) => OnGround({ ...key, rotations: level[i]! }, avatar, rest, soles));
    return ToClip(capture.name, Centre(keys), capture.tracks);
}

function PosesOf(clip: IAnimationClip, rate: number, avatar: IAvatarAsset): IPose[] {
    const sampler = new ClipSampler(clip, MeasureAvatarBody(avatar.joints));
    const pose = new BodyPose();
    return Array.from({ length: Math.floor(sampler.duration * rate + 0.5) + 1 }, (_, frame) => {
        sampler.sample(frame / rate, pose);
        const [x, y, z] = pose.pelvis;
        return {
            pelvis: [x!, y!, z!],
            rotations: SmplxJointNames.map((_name, j): QuaternionTuple => {
                const [qx, qy, qz, qw] = pose.rotations.subarray(j * 4, j * 4 + 4);
                return [qx!, qy!, qz!, qw!];
            }),
        };
    });
}

/** Gaussians of the shoes: what must stand on the ground. */
function FindSoles(avatar: IAvatarAsset): number[] {
    const feet = new Set(["left_ankle", "right_ankle", "left_foot", "right_foot"]);
    const { count, jointIndices, positions } = avatar.gaussians;
    return Array.from({ length: count }, (_, i) => i).filter(
        (i) => feet.has(avatar.joints[jointIndices[i * 4]!]!.name) && positions[i * 3 + 1]! < 0.04,
    );
}

/** Lifts or lowers the pose so that the lowest point of the shoes touches y = 0: in a walk one foot always stands. */
function OnGround(pose: IPose, avatar: IAvatarAsset, rest: readonly Vector3Tuple[], soles: readonly number[]): IPose {
    const world: QuaternionTuple[] = [];
    const places: Vector3Tuple[] = [];
    SmplxJointNames.forEach((_, j) => {
        const parent = SmplxJointParents[j]!;
        world.push(parent < 0 ? pose.rotations[j]! : MultiplyQuaternion(world[parent]!, pose.rotations[j]!));
        const offset = parent < 0 ? null : SubtractVector3(rest[j]!, rest[parent]!);
        places.push(offset ? AddVector3(places[parent]!, RotateVector3(world[parent]!, offset)) : pose.pelvis);
    });
    const { positions, jointIndices, jointWeights } = avatar.gaussians;
    let lowest = Infinity;
    for (const i of soles) {
        const point: Vector3Tuple = [positions[i * 3]!, positions[i * 3 + 1]!, positions[i * 3 + 2]!];
        let y = 0;
        for (let k = i * 4; k < i * 4 + 4; k++) {
            const j = jointIndices[k]!;
            y += jointWeights[k]! * (RotateVector3(world[j]!, SubtractVector3(point, rest[j]!))[1] + places[j]![1]);
        }
        lowest = Math.min(lowest, y);
    }
    return { ...pose, pelvis: [pose.pelvis[0], pose.pelvis[1] - lowest, pose.pelvis[2]] };
}

/** Puts the mean of the pelvis path above the origin. */
function Centre(keys: readonly IPose[]): IPose[] {
    const mean = (axis: 0 | 2): number =>
        keys.slice(0, -1).reduce((sum, key) => sum + key.pelvis[axis], 0) / (keys.length - 1);
    const shift: Vector3Tuple = [mean(0), 0, mean(2)];
    return keys.map((key) => ({ ...key, pelvis: SubtractVector3(key.pelvis, shift) }));
}

function ToClip(name: string, keys: readonly IPose[], source: readonly IAnimationTrack[]): IAnimationClip {
    const times = Float32Array.from(keys, (_, i) => i / KeysPerSecond);
    const moving = source.filter((track) => track.path === "rotation" && track.times.length > 1);
    const animated = moving.map((track) => track.joint);
    const body = animated.filter((joint) => !/index|middle|ring|pinky|thumb/.test(SmplxJointNames[joint]!));
    return {
        name,
        tracks: [
            { joint: 0, path: "translation", times, values: Float32Array.from(keys.flatMap((key) => [...key.pelvis])) },
            ...body.map((joint): IAnimationTrack => {
                const values = new Float32Array(keys.length * 4);
                keys.forEach((key, i) => {
                    values.set(NearestSign(key.rotations[joint]!, values, i), i * 4);
                });
                return { joint, path: "rotation", times, values };
            }),
            ...RelaxedHands(),
        ],
    };
}

function RelaxedHands(): IAnimationTrack[] {
    return Object.entries(RelaxedFingers).flatMap(([finger, degrees]) =>
        (["left", "right"] as const).flatMap((side) =>
            degrees.map((angle, k): IAnimationTrack => {
                // Palms face down in the T-pose: closing the hand turns left fingers about −z, right ones about +z.
                const radians = ((side === "left" ? -angle : angle) * Math.PI) / 180;
                return {
                    joint: (SmplxJointNames as readonly string[]).indexOf(`${side}_${finger}${k + 1}`),
                    path: "rotation",
                    times: Float32Array.of(0),
                    values: Float32Array.from(QuaternionFromAxisAngle([0, 0, 1], radians)),
                };
            }),
        ),
    );
}
