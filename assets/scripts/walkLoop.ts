import { RestPositions } from "../../src/animation/rig/restPositions.js";
import { type IAnimationClip, type IAnimationTrack, type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import {
    NearestSign,
    AngleBetweenQuaternions,
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    type QuaternionTuple,
    RotateVector3,
    SlerpQuaternion,
} from "../../src/math/quaternion.js";
import { AddVector3, LerpVector3, SubtractVector3, type Vector3Tuple } from "../../src/math/vector3.js";
import { LevelTrunk } from "./levelTrunk.js";

const KeysPerSecond = 30;
/** A walking cycle (two steps) lasts about a second. */
const CycleSeconds = { min: 0.85, max: 1.4 } as const;
/** Length of the cross-fade that closes the loop, seconds. */
const FadeSeconds = 0.2;
/** Joints whose likeness decides where the loop closes. */
const GaitJoints = ["left_hip", "right_hip", "left_knee", "right_knee", "left_shoulder", "right_shoulder", "spine1"];
/** Flexion of relaxed fingers, degrees, for the three phalanges; the capture has no finger data. */
const RelaxedFingers: Readonly<Record<string, readonly [number, number, number]>> = {
    index: [14, 22, 12],
    middle: [20, 26, 14],
    ring: [24, 28, 15],
    pinky: [28, 28, 15],
};

interface IPose {
    readonly pelvis: Vector3Tuple;
    readonly rotations: readonly QuaternionTuple[];
}

/** Cuts one walking cycle out of a capture, in place, heading +z, soles on the ground, 30 keys a second, seamless. */
export function MakeWalkLoop(capture: IAnimationClip, avatar: IAvatarAsset): IAnimationClip {
    const poses = PosesOf(capture);
    const rate = 1 / (capture.tracks[0]!.times[1]! - capture.tracks[0]!.times[0]!);
    const fade = Math.round(FadeSeconds * rate);
    const { start, length } = FindCycle(poses, rate, fade);
    const travel = SubtractVector3(poses[start + length]!.pelvis, poses[start]!.pelvis);
    const turn = QuaternionFromAxisAngle([0, 1, 0], -Math.atan2(travel[0], travel[2]));
    const keyCount = Math.round((length / rate) * KeysPerSecond);
    const soles = FindSoles(avatar);
    const rest = RestPositions(avatar.joints);
    const turnedKeys: IPose[] = [];
    for (let key = 0; key <= keyCount; key++) {
        const at = ((key % keyCount) / keyCount) * length;
        const now = InPlace(poses, start + at, at / length, travel);
        // Towards the end the pose before the cycle takes over: it continues into the first frame.
        const share = Math.max(0, (at - (length - fade)) / fade);
        const before = InPlace(poses, start + at - length, at / length - 1, travel);
        const blended = Blend(now, before, share * share * (3 - 2 * share));
        const turned: IPose = {
            pelvis: RotateVector3(turn, SubtractVector3(blended.pelvis, [poses[start]!.pelvis[0], 0, poses[start]!.pelvis[2]])),
            rotations: blended.rotations.map((rotation, j) => (j === 0 ? MultiplyQuaternion(turn, rotation) : rotation)),
        };
        turnedKeys.push(turned);
    }
    const level = LevelTrunk(turnedKeys.map((key) => key.rotations));
    const keys = turnedKeys.map((key, i) => OnGround({ ...key, rotations: level[i]! }, avatar, rest, soles));
    return ToClip(capture.name, Centre(keys), capture.tracks);
}

function PosesOf(clip: IAnimationClip): IPose[] {
    const rotations = new Map(clip.tracks.filter((t) => t.path === "rotation").map((t) => [t.joint, t.values]));
    const travel = clip.tracks.find((track) => track.path === "translation")!;
    return Array.from(travel.times, (_, i) => ({
        pelvis: [travel.values[i * 3]!, travel.values[i * 3 + 1]!, travel.values[i * 3 + 2]!],
        rotations: SmplxJointNames.map((_name, j): QuaternionTuple => {
            const v = rotations.get(j);
            return v ? [v[i * 4]!, v[i * 4 + 1]!, v[i * 4 + 2]!, v[i * 4 + 3]!] : [0, 0, 0, 1];
        }),
    }));
}

/** The cycle whose end is most like its start, in pose and in movement. */
function FindCycle(poses: readonly IPose[], rate: number, fade: number): { start: number; length: number } {
    const joints = GaitJoints.map((name) => (SmplxJointNames as readonly string[]).indexOf(name));
    const unlike = (a: number, b: number): number =>
        joints.reduce((sum, j) => sum + AngleBetweenQuaternions(poses[a]!.rotations[j]!, poses[b]!.rotations[j]!), 0);
    const step = Math.round(rate / 30);
    let best = { start: 0, length: 0, cost: Infinity };
    const [shortest, longest] = [Math.round(CycleSeconds.min * rate), Math.round(CycleSeconds.max * rate)];
    for (let start = fade + step; start + shortest + step < poses.length; start += 2) {
        for (let length = shortest; length <= longest && start + length + step < poses.length; length++) {
            const cost =
                unlike(start, start + length) +
                unlike(start - step, start + length - step) +
                unlike(start + step, start + length + step);
            if (cost < best.cost) {
                best = { start, length, cost };
            }
        }
    }
    return best;
}

function At(poses: readonly IPose[], frame: number): IPose {
    const left = Math.floor(frame);
    return Blend(poses[left]!, poses[Math.min(left + 1, poses.length - 1)]!, frame - left);
}

function Blend(a: IPose, b: IPose, amount: number): IPose {
    return {
        pelvis: LerpVector3(a.pelvis, b.pelvis, amount),
        rotations: a.rotations.map((rotation, j) => SlerpQuaternion(rotation, b.rotations[j]!, amount)),
    };
}

/** A frame with the mean travel of the cycle taken out; sway and bob stay. */
function InPlace(poses: readonly IPose[], frame: number, phase: number, travel: Vector3Tuple): IPose {
    const pose = At(poses, Math.max(0, frame));
    const moved = [travel[0] * phase, 0, travel[2] * phase] as const;
    return { ...pose, pelvis: SubtractVector3(pose.pelvis, moved) };
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
    const animated = source.filter((track) => track.path === "rotation").map((track) => track.joint);
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
