import {
    type IAnimationClip,
    type IAnimationTrack,
    type IAvatarAsset,
    type IAvatarJoint,
    type IGaussianCloud,
} from "../../src/format/avatarAsset.js";
import { type IMorphTarget } from "../../src/format/morphTarget.js";
import { InferBodyModel, SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import { GenericSkeleton } from "../../src/animation/rig/genericSkeleton.js";
import { SeededRandom } from "./seededRandom.js";

/** What to put into a sample avatar. */
export interface ISampleAvatarOptions {
    /** Number of Gaussians (default: 500). */
    readonly gaussians?: number;
    /** Number of joints, the first of the SMPL-X list, 1..55 (default: 55). */
    readonly joints?: number;
    /** Number of expression channels; the first two are `jawOpen` and `mouthSmileLeft` (default: 2). */
    readonly morphTargets?: number;
    /** Seed of everything random in it (default: 1). */
    readonly seed?: number;
}

type Vector = readonly [number, number, number];

/** A limb: Gaussians lie on the surface of the capsule between two points and follow `joint`, blended to `next` near `to`. */
interface ICapsule {
    readonly joint: number;
    readonly previous: number;
    readonly next: number;
    readonly from: Vector;
    readonly to: Vector;
    readonly radius: number;
}

/** Radius of the limb that ends at a joint, metres; thinner limbs are found by name. */
function LimbRadius(name: string): number {
    if (/index|middle|pinky|ring|thumb/.test(name)) {
        return 0.009;
    }
    if (/eye|jaw/.test(name)) {
        return 0.02;
    }
    if (/wrist|elbow|ankle|foot/.test(name)) {
        return 0.045;
    }
    return /spine|pelvis|neck|collar/.test(name) ? 0.11 : 0.075;
}

function MakeJoints(count: number): IAvatarJoint[] {
    return SmplxJointNames.slice(0, count).map((name, index) => {
        const parent = SmplxJointParents[index]!;
        const [x, y, z] = GenericSkeleton[index]!;
        const [parentX, parentY, parentZ] = parent < 0 ? [0, 0, 0] : GenericSkeleton[parent]!;
        // Rounded to what a file can hold, so that a round trip compares exactly.
        const translation = [x - parentX, y - parentY, z - parentZ].map(Math.fround) as unknown as [
            number,
            number,
            number,
        ];
        return { name, smplx: name, parent, translation, rotation: [0, 0, 0, 1] };
    });
}

/** The rest rotations are identity, so a joint's inverse bind matrix is the translation by minus its position. */
function MakeInverseBindMatrices(joints: readonly IAvatarJoint[]): Float32Array {
    const matrices = new Float32Array(joints.length * 16);
    const positions: Vector[] = [];
    joints.forEach((joint, index) => {
        const parent = joint.parent < 0 ? ([0, 0, 0] as const) : positions[joint.parent]!;
        const position: Vector = [
            parent[0] + joint.translation[0],
            parent[1] + joint.translation[1],
            parent[2] + joint.translation[2],
        ];
        positions.push(position);
        matrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -position[0], -position[1], -position[2], 1], index * 16);
    });
    return matrices;
}

function MakeCapsules(joints: readonly IAvatarJoint[]): ICapsule[] {
    const capsules: ICapsule[] = [];
    joints.forEach((joint, index) => {
        const from = GenericSkeleton[index]!;
        const previous = Math.max(0, joint.parent);
        const children = joints.map((_, child) => child).filter((child) => joints[child]!.parent === index);
        for (const child of children) {
            capsules.push({
                joint: index,
                previous,
                next: child,
                from,
                to: GenericSkeleton[child]!,
                radius: LimbRadius(joints[child]!.name),
            });
        }
        if (children.length === 0 || joint.name === "head") {
            const length = joint.name === "head" ? 0.18 : 0.02;
            const to: Vector =
                joint.name === "head"
                    ? [from[0], from[1] + length, from[2]]
                    : [from[0] + Math.sign(from[0]) * length, from[1], from[2] + 0.001];
            capsules.push({
                joint: index,
                previous,
                next: index,
                from,
                to,
                radius: joint.name === "head" ? 0.1 : LimbRadius(joint.name),
            });
        }
    });
    return capsules;
}

function Normalize(v: Vector): Vector {
    const length = Math.hypot(...v) || 1;
    return [v[0] / length, v[1] / length, v[2] / length];
}

function Cross(a: Vector, b: Vector): Vector {
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Unit quaternion xyzw turning +z to the unit vector `normal`. */
function RotationToNormal(normal: Vector): [number, number, number, number] {
    const w = 1 + normal[2];
    if (w < 1e-6) {
        return [1, 0, 0, 0];
    }
    const length = Math.hypot(normal[0], normal[1], w);
    return [-normal[1] / length, normal[0] / length, 0, w / length];
}

function MakeGaussians(count: number, joints: readonly IAvatarJoint[], random: () => number): IGaussianCloud {
    const capsules = MakeCapsules(joints);
    const area = capsules.map(
        (c) => c.radius * Math.hypot(c.to[0] - c.from[0], c.to[1] - c.from[1], c.to[2] - c.from[2]),
    );
    const total = area.reduce((sum, value) => sum + value, 0);
    const cloud = {
        count,
        positions: new Float32Array(count * 3),
        rotations: new Float32Array(count * 4),
        scales: new Float32Array(count * 3),
        opacities: new Float32Array(count),
        colors: new Float32Array(count * 3),
        jointIndices: new Uint16Array(count * 4),
        jointWeights: new Float32Array(count * 4),
    };
    for (let i = 0; i < count; i++) {
        let pick = random() * total;
        const capsule =
            capsules[
                Math.max(
                    0,
                    area.findIndex((value) => (pick -= value) < 0),
                )
            ]!;
        const along = random();
        const angle = random() * 2 * Math.PI;
        const axis = Normalize([
            capsule.to[0] - capsule.from[0],
            capsule.to[1] - capsule.from[1],
            capsule.to[2] - capsule.from[2],
        ]);
        const side = Normalize(Cross(axis, Math.abs(axis[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0]));
        const other = Cross(axis, side);
        const normal = side.map(
            (value, k) => value * Math.cos(angle) + other[k]! * Math.sin(angle),
        ) as unknown as Vector;
        cloud.positions.set(
            capsule.from.map((value, k) => value + (capsule.to[k]! - value) * along + normal[k]! * capsule.radius),
            i * 3,
        );
        cloud.rotations.set(RotationToNormal(normal), i * 4);
        const spread = capsule.radius * (0.1 + 0.1 * random());
        cloud.scales.set([spread, spread * (0.7 + 0.6 * random()), spread * 0.1], i * 3);
        cloud.opacities[i] = 0.6 + 0.4 * random();
        // Each limb has its own hue, so that a picture shows at a glance which joint carries what.
        const hue = capsule.joint * 2.399963;
        cloud.colors.set(
            [0, 2.0944, 4.18879].map((phase) => 0.55 + 0.3 * Math.cos(hue + phase) + 0.1 * (random() - 0.5)),
            i * 3,
        );
        // A leaf has no next joint and a root no previous one: their share stays with the joint itself.
        const toNext = capsule.next === capsule.joint ? 0 : Math.max(0, along - 0.75) * 2;
        const toPrevious = capsule.previous === capsule.joint ? 0 : Math.max(0, 0.25 - along) * 2;
        const next = toNext > 0 ? capsule.next : 0;
        const previous = toPrevious > 0 ? capsule.previous : 0;
        cloud.jointIndices.set([capsule.joint, next, previous, 0], i * 4);
        cloud.jointWeights.set([1 - toNext - toPrevious, toNext, toPrevious, 0], i * 4);
    }
    return cloud;
}

function MakeMorphTarget(channel: number, cloud: IGaussianCloud, random: () => number): IMorphTarget {
    const name = ["jawOpen", "mouthSmileLeft"][channel] ?? `channel${channel}`;
    const indices: number[] = [];
    for (let i = 0; i < cloud.count; i++) {
        // The head and a little of the rest, so that even a small sample has some.
        if (cloud.positions[i * 3 + 1]! > 1.5 ? random() < 0.7 : random() < 0.02) {
            indices.push(i);
        }
    }
    if (indices.length === 0 && cloud.count > 0) {
        indices.push(channel % cloud.count);
    }
    const deltas = new Float32Array(indices.length * 3).map(() => 0.02 * (random() - 0.5) + 0.0001);
    return { name, indices: new Uint32Array(indices), deltas };
}

/** One second of a stiff walk: hips and shoulders swing in opposite phase, the pelvis bobs, the expression channels breathe. */
function MakeWalk(joints: readonly IAvatarJoint[], channels: number): IAnimationClip {
    const keys = 9;
    const times = new Float32Array(keys).map((_, k) => k / (keys - 1));
    const phase = (k: number): number => (2 * Math.PI * k) / (keys - 1);
    const tracks: IAnimationTrack[] = [];
    const swing = (name: string, axis: Vector, amplitude: number, offset: number): void => {
        const joint = joints.findIndex((candidate) => candidate.name === name);
        if (joint >= 0) {
            const values = new Float32Array(keys * 4);
            for (let k = 0; k < keys; k++) {
                const half = (amplitude * Math.sin(phase(k) + offset)) / 2;
                values.set([...axis.map((component) => component * Math.sin(half)), Math.cos(half)], k * 4);
            }
            tracks.push({ joint, path: "rotation", times, values });
        }
    };
    const bob = new Float32Array(keys * 3);
    for (let k = 0; k < keys; k++) {
        bob.set([0, joints[0]!.translation[1] + 0.02 * Math.cos(2 * phase(k)), 0], k * 3);
    }
    tracks.push({ joint: 0, path: "translation", times, values: bob });
    swing("left_hip", [1, 0, 0], 0.6, 0);
    swing("right_hip", [1, 0, 0], 0.6, Math.PI);
    swing("left_knee", [1, 0, 0], 0.4, 1);
    swing("right_knee", [1, 0, 0], 0.4, 1 + Math.PI);
    swing("left_shoulder", [0, 1, 0], 0.5, Math.PI);
    swing("right_shoulder", [0, 1, 0], 0.5, Math.PI);
    if (channels > 0) {
        const values = new Float32Array(keys * channels).map(
            (_, i) => 0.5 - 0.5 * Math.cos(phase(Math.floor(i / channels))),
        );
        tracks.push({ joint: -1, path: "weights", times, values });
    }
    return { name: "walk", tracks };
}

/**
 * A small synthetic avatar: a person of capsules in the T-pose of the generic adult skeleton, with named SMPL-X joints,
 * expression channels about the head and a one-second clip `walk`. The same options give the same avatar, always.
 *
 * @param options sizes and seed
 * @returns the avatar as plain data; it satisfies every rule of the format
 */
export function MakeSampleAvatar(options: ISampleAvatarOptions = {}): IAvatarAsset {
    const random = SeededRandom(options.seed ?? 1);
    const joints = MakeJoints(options.joints ?? SmplxJointNames.length);
    const gaussians = MakeGaussians(options.gaussians ?? 500, joints, random);
    const channels = options.morphTargets ?? 2;
    return {
        name: "sample",
        bodyModel: InferBodyModel(new Set(joints.map(({ smplx }) => smplx))),
        joints,
        inverseBindMatrices: MakeInverseBindMatrices(joints),
        gaussians,
        morphTargets: Array.from({ length: channels }, (_, channel) => MakeMorphTarget(channel, gaussians, random)),
        mapModels: [],
        animations: [MakeWalk(joints, channels)],
        credits: { license: "CC0-1.0", notices: [] },
    };
}
