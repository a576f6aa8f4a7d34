import { SmplxJointNames, type SmplxJointName } from "../../src/format/bodyModel.js";
import { AngleBetweenQuaternions, SlerpQuaternion, type QuaternionTuple } from "../../src/math/quaternion.js";
import { LerpVector3, SubtractVector3, type Vector3Tuple } from "../../src/math/vector3.js";

/** Length of the cross-fade that closes a loop, seconds. */
const FadeSeconds = 0.2;
/** Joints whose likeness decides where a loop closes. */
const GaitJoints: readonly SmplxJointName[] = [
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_shoulder",
    "right_shoulder",
    "spine1",
];

/** A body at one point of time: position of the pelvis, and local rotations in SMPL-X order. */
export interface IPose {
    readonly pelvis: Vector3Tuple;
    readonly rotations: readonly QuaternionTuple[];
}

/** What a loop is to be like. */
export interface ILoopOptions {
    /** Poses a second of the capture. */
    readonly rate: number;
    /** Keys a second of the loop. */
    readonly keysPerSecond: number;
    /** Shortest and longest loop, seconds. */
    readonly seconds: { readonly min: number; readonly max: number };
}

/** A loop: its last key is its first. */
export interface IPoseLoop {
    /** The keys, on the spot: the first begins above x = z = 0. */
    readonly keys: readonly IPose[];
    /** How far the capture goes in the cycle; it is taken out of the keys. */
    readonly travel: Vector3Tuple;
}

/** Cuts the most seamless cycle out of a capture; towards its end the frames ahead of it take over. */
export function LoopPoses(poses: readonly IPose[], { rate, keysPerSecond, seconds }: ILoopOptions): IPoseLoop {
    const fade = Math.round(FadeSeconds * rate);
    const { start, length } = FindCycle(poses, rate, fade, seconds);
    const travel = SubtractVector3(poses[start + length]!.pelvis, poses[start]!.pelvis);
    const origin: Vector3Tuple = [poses[start]!.pelvis[0], 0, poses[start]!.pelvis[2]];
    const keyCount = Math.round((length / rate) * keysPerSecond);
    const keys: IPose[] = [];
    for (let key = 0; key <= keyCount; key++) {
        const at = ((key % keyCount) / keyCount) * length;
        const now = InPlace(poses, start + at, at / length, travel);
        // The pose before the cycle continues into the first frame.
        const share = Math.max(0, (at - (length - fade)) / fade);
        const before = InPlace(poses, start + at - length, at / length - 1, travel);
        const { pelvis, rotations } = Blend(now, before, share * share * (3 - 2 * share));
        keys.push({ pelvis: SubtractVector3(pelvis, origin), rotations });
    }
    return { keys, travel };
}

/** The cycle whose end is most like its start, in pose and in movement. */
function FindCycle(
    poses: readonly IPose[],
    rate: number,
    fade: number,
    seconds: ILoopOptions["seconds"],
): { start: number; length: number } {
    const joints = GaitJoints.map((name) => SmplxJointNames.indexOf(name));
    const unlike = (a: number, b: number): number =>
        joints.reduce((sum, j) => sum + AngleBetweenQuaternions(poses[a]!.rotations[j]!, poses[b]!.rotations[j]!), 0);
    const step = Math.round(rate / 30);
    let best = { start: 0, length: 0, cost: Infinity };
    const [shortest, longest] = [Math.round(seconds.min * rate), Math.round(seconds.max * rate)];
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

/** A frame with the mean travel of the cycle taken out; sway and bob stay. */
function InPlace(poses: readonly IPose[], frame: number, phase: number, travel: Vector3Tuple): IPose {
    const pose = At(poses, Math.max(0, frame));
    const moved = [travel[0] * phase, 0, travel[2] * phase] as const;
    return { ...pose, pelvis: SubtractVector3(pose.pelvis, moved) };
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
