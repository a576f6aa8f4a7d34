import { type IMotion } from "../../src/animation/motion/motion.js";
import { type RigPose } from "../../src/animation/motion/rigPose.js";
import { BodyKinematics } from "../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../src/animation/pose/bodyPose.js";
import { CalibrateRig } from "../../src/animation/rig/calibrateRig.js";
import { GenericSkeleton } from "../../src/animation/rig/genericSkeleton.js";
import { MapRig } from "../../src/animation/rig/mapRig.js";
import { type IRigNode } from "../../src/animation/rig/restRig.js";
import { type IRigProfile } from "../../src/animation/rig/rigProfile.js";
import { type IAvatarJoint } from "../../src/format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../src/format/bodyModel.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    QuaternionFromAxisAngle,
    RotateVector3,
    SlerpQuaternion,
    type QuaternionTuple,
} from "../../src/math/quaternion.js";
import {
    AddVector3,
    DistanceVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../src/math/vector3.js";
import { SeededRandom } from "./seededRandom.js";

/** Index of a joint in SMPL-X order. */
export function JointIndex(name: SmplxJointName): number {
    return SmplxJointNames.indexOf(name);
}

/** Joints of an avatar with these rest positions. */
export function AvatarJoints(
    positions: readonly Vector3Tuple[],
    names: readonly SmplxJointName[] = SmplxJointNames,
): IAvatarJoint[] {
    return names.map((name) => {
        const joint = JointIndex(name);
        const parent = names.indexOf(SmplxJointNames[SmplxJointParents[joint]!]!);
        const above: Vector3Tuple = parent < 0 ? [0, 0, 0] : positions[JointIndex(names[parent]!)]!;
        return {
            name,
            smplx: name,
            parent,
            translation: SubtractVector3(positions[joint]!, above),
            rotation: IdentityQuaternion,
        };
    });
}

/** A motion of the generic skeleton: what every fixture performs. */
export interface ITruth {
    /** Poses, one a frame. */
    readonly poses: readonly BodyPose[];
    /** Frames a second. */
    readonly frameRate: number;
}

/** Largest turn of a joint about x, y and z, degrees, and the middle about which it swings. */
const Ranges: readonly (readonly [pattern: RegExp, swing: Vector3Tuple, middle: Vector3Tuple])[] = [
    [/hip$/, [45, 20, 20], [-15, 0, 0]],
    [/knee$/, [45, 4, 4], [50, 0, 0]],
    [/ankle$/, [20, 12, 12], [0, 0, 0]],
    [/foot$/, [15, 0, 0], [-5, 0, 0]],
    [/collar$/, [5, 12, 12], [0, 0, 0]],
    [/shoulder$/, [35, 50, 50], [0, 0, 0]],
    [/elbow$/, [40, 50, 3], [0, 0, 0]],
    [/wrist$/, [15, 20, 30], [0, 0, 0]],
    [/^neck$/, [15, 20, 10], [0, 0, 0]],
    [/^head$/, [20, 30, 12], [0, 0, 0]],
    [/jaw$/, [8, 0, 0], [8, 0, 0]],
    [/eye$/, [12, 18, 0], [0, 0, 0]],
    [/thumb/, [10, 15, 15], [0, 0, 0]],
    [/[123]$/, [3, 5, 30], [0, 0, 0]],
];

const Degrees = Math.PI / 180;
const SpineNames = ["spine1", "spine2", "spine3"] as const;

/**
 * A person who walks on a curve, reaches, squats, turns round and lies down, all joints in motion within what people can do.
 * The spine bends evenly, as the spines of rigs with other numbers of bones can follow.
 */
export function MakeTruth(seed: number, frames = 90, frameRate = 30): ITruth {
    const random = SeededRandom(seed);
    const waves = Array.from({ length: 60 * 3 }, () => ({ phase: random() * 6.3, speed: 1 + random() * 3 }));
    const wave = (joint: number, axis: number, t: number): number => {
        const { phase, speed } = waves[joint * 3 + axis]!;
        return Math.sin(phase + speed * t);
    };
    const shares = SpineShares();
    const poses = Array.from({ length: frames }, (_, frame) => {
        const t = (frame / (frames - 1)) * 2 * Math.PI;
        const pose = new BodyPose();
        SmplxJointNames.forEach((name, joint) => {
            const range = Ranges.find(([pattern]) => pattern.test(name));
            if (range) {
                const side = name.startsWith("right") ? -1 : 1;
                const angles = range[1].map(
                    (swing, axis) => (range[2][axis]! + swing * wave(joint, axis, t)) * Degrees,
                ) as unknown as Vector3Tuple;
                pose.rotations.set(RotationVector([angles[0], angles[1] * side, angles[2] * side]), joint * 4);
            }
        });
        const bend = [40, 30, 25].map((swing, axis) => swing * wave(55, axis, t) * Degrees) as unknown as Vector3Tuple;
        SpineNames.forEach((name, k) => {
            pose.rotations.set(RotationVector(ScaleVector3(bend, shares[k]!)), JointIndex(name) * 4);
        });
        // Upright and turning round at first; lying on the back in the last quarter.
        const lying = Math.max(0, Math.sin(t - Math.PI * 1.5 + 0.3)) * 85 * Degrees * (t > 4.5 ? 1 : 0);
        const heading = QuaternionFromAxisAngle([0, 1, 0], t);
        pose.rotations.set(MultiplyQuaternion(heading, QuaternionFromAxisAngle([1, 0, 0], -lying)), 0);
        pose.pelvis.set([Math.sin(t), 0.95 - 0.25 * Math.sin(t) ** 2 - lying * 0.3, 1 - Math.cos(t)]);
        return pose;
    });
    return { poses, frameRate };
}

/** The same motion seen in a mirror: left and right change places. */
export function MirrorTruth(truth: ITruth): ITruth {
    return { ...truth, poses: truth.poses.map(MirrorPose) };
}

/** A pose seen in a mirror. */
export function MirrorPose(pose: BodyPose): BodyPose {
    const mirrored = new BodyPose();
    SmplxJointNames.forEach((name, joint) => {
        const other = JointIndex(
            name.replace(/^(left|right)/, (side) => (side === "left" ? "right" : "left")) as SmplxJointName,
        );
        const [x, y, z, w] = pose.rotations.subarray(joint * 4, joint * 4 + 4);
        mirrored.rotations.set([x!, -y!, -z!, w!], other * 4);
    });
    mirrored.pelvis.set([-pose.pelvis[0]!, pose.pelvis[1]!, pose.pelvis[2]!]);
    return mirrored;
}

/** What a fixture is like. */
export interface IRigFixtureOptions {
    /** Local rotations of the rest pose, away from the T-pose. */
    readonly rest?: Readonly<Partial<Record<SmplxJointName, QuaternionTuple>>>;
    /** Seed of random local axes; without it all nodes are aligned with the world at the T-pose. */
    readonly axesSeed?: number;
    /** Units of the rig per metre. */
    readonly scale?: number;
    /** Rotation of the whole rig: heading, or z up. */
    readonly turn?: QuaternionTuple;
    /** Number of spine bones. */
    readonly spine?: number;
    /** Joints that the rig lacks. */
    readonly without?: RegExp;
    /** Whether limbs are split into a bone that swings and one that twists. */
    readonly serial?: boolean;
    /** Whether there are metacarpals, twist helpers and IK targets. */
    readonly helpers?: boolean;
    /** Rest positions of the body (default: the generic skeleton). */
    readonly positions?: readonly Vector3Tuple[];
}

/** A rig made of the generic skeleton, and all that is true of it. */
export interface IRigFixture {
    /** The rig at rest. */
    readonly rig: readonly IRigNode[];
    /** Mapping as it is, calibration as it was found. */
    readonly profile: IRigProfile;
    /** [55] true Q: rotation from the rest pose to the T-pose, canonical axes. */
    readonly corrections: readonly QuaternionTuple[];
    /** The rig performing a motion. */
    perform(truth: ITruth): IMotion;
}

interface IBone {
    readonly name: string;
    readonly joint: SmplxJointName | null;
    readonly parent: number;
    /** Position in the T-pose, canonical. */
    readonly position: Vector3Tuple;
    /** Joints between which the bone's rotation lies. */
    readonly between: readonly [number, number, number];
    /** Direction about which the bone does not twist against its parent. */
    readonly swingOnly?: Vector3Tuple;
}

/** Arms that hang down by 48°, elbows bent by 38°, fingers curled. */
export const APose: NonNullable<IRigFixtureOptions["rest"]> = Object.fromEntries(
    SmplxJointNames.flatMap((name): [SmplxJointName, QuaternionTuple][] => {
        const sign = name.startsWith("left") ? -1 : 1;
        if (name.endsWith("shoulder")) {
            return [[name, QuaternionFromAxisAngle([0, 0, sign], 48 * Degrees)]];
        }
        if (name.endsWith("elbow")) {
            return [[name, QuaternionFromAxisAngle([0, sign, 0], 38 * Degrees)]];
        }
        if (name.endsWith("hip")) {
            return [[name, QuaternionFromAxisAngle([0, 0, -sign], 5 * Degrees)]];
        }
        if (name.endsWith("ankle")) {
            // Soles lie flat on the ground.
            return [[name, QuaternionFromAxisAngle([0, 0, sign], 5 * Degrees)]];
        }
        // The last joint of a finger bends along with the middle one, about two thirds of it.
        const curl = /(index|middle|ring|pinky)([123])$/.exec(name);
        return curl ? [[name, QuaternionFromAxisAngle([0, 0, sign], (curl[2] === "3" ? 8 : 12) * Degrees)]] : [];
    }),
);

/** Builds a rig. */
export function MakeRigFixture(options: IRigFixtureOptions = {}): IRigFixture {
    const positions = options.positions ?? GenericSkeleton;
    const bones = MakeBones(positions, options);
    const random = SeededRandom(options.axesSeed ?? 0);
    const axes = bones.map((): QuaternionTuple => {
        const q = [random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5] as const;
        return options.axesSeed === undefined ? IdentityQuaternion : NormalizeQuaternion(q);
    });
    const kinematics = new BodyKinematics(positions.flat());
    const { scale = 1, turn = IdentityQuaternion } = options;
    const place = (pose: BodyPose): { position: Vector3Tuple; rotation: QuaternionTuple }[] => {
        kinematics.update(pose);
        return PlaceBones(bones, kinematics, pose).map(({ position, rotation }, i) => ({
            position: ScaleVector3(RotateVector3(turn, position), scale),
            rotation: MultiplyQuaternion(turn, MultiplyQuaternion(rotation, axes[i]!)),
        }));
    };
    const rest = new BodyPose();
    rest.pelvis.set(positions[0]!);
    for (const [name, rotation] of Object.entries(options.rest ?? {})) {
        rest.rotations.set(rotation, JointIndex(name as SmplxJointName) * 4);
    }
    const rig = place(rest).map((placed, i) => ({ ...placed, name: bones[i]!.name, parent: bones[i]!.parent }));
    kinematics.update(rest);
    const corrections = SmplxJointNames.map((_, joint) => InvertQuaternion(At(kinematics.rotations, joint)));
    return { rig, profile: ProfileOf(rig, bones), corrections, perform: (truth) => Perform(rig, truth, place) };
}

function Perform(
    rig: readonly IRigNode[],
    { poses, frameRate }: ITruth,
    place: (pose: BodyPose) => readonly { position: Vector3Tuple; rotation: QuaternionTuple }[],
): IMotion {
    const frames = poses.map(place);
    return {
        name: "truth",
        rig,
        duration: (poses.length - 1) / frameRate,
        frameRate,
        sample(seconds: number, result: RigPose): void {
            const frame = Math.min(poses.length - 1, Math.max(0, Math.round(seconds * frameRate)));
            frames[frame]!.forEach(({ position, rotation }, node) => {
                result.rotations.set(rotation, node * 4);
                result.positions.set(position, node * 3);
            });
        },
    };
}

function ProfileOf(rig: readonly IRigNode[], bones: readonly IBone[]): IRigProfile {
    const nodes: Partial<Record<SmplxJointName, number>> = {};
    const ends: Partial<Record<SmplxJointName, number>> = {};
    bones.forEach(({ joint, name }, i) => {
        if (joint && name.endsWith("Twist")) {
            ends[joint] = i;
        } else if (joint) {
            nodes[joint] = i;
        }
    });
    const spine = bones.flatMap(({ name }, i) => (name.startsWith("Spine") ? [i] : []));
    const mapping = { ...MapRig(rig, nodes), nodes, ends, spine, neck: nodes.neck === undefined ? [] : [nodes.neck] };
    return { mapping, calibration: CalibrateRig(rig, mapping) };
}

/** Names as Mixamo gives them. */
const Names: Readonly<Partial<Record<string, string>>> = {
    pelvis: "Hips",
    neck: "Neck",
    head: "Head",
    jaw: "Jaw",
    hip: "UpLeg",
    knee: "Leg",
    ankle: "Foot",
    foot: "ToeBase",
    collar: "Shoulder",
    shoulder: "Arm",
    elbow: "ForeArm",
    wrist: "Hand",
    eye: "Eye",
};

function NameOf(joint: SmplxJointName): string {
    const [, side = "", part = joint] = /^(left|right)_(\w+)$/.exec(joint) ?? [];
    const finger = /^([a-z]+)([123])$/.exec(part);
    const word = finger ? `Hand${finger[1]![0]!.toUpperCase()}${finger[1]!.slice(1)}${finger[2]}` : Names[part]!;
    return `${side && side[0]!.toUpperCase() + side.slice(1)}${word}`;
}

/** Share of the spine's length that lies below each spine joint. */
function SpineShares(positions: readonly Vector3Tuple[] = GenericSkeleton): readonly number[] {
    const chain = [0, ...SpineNames.map(JointIndex)].map((joint) => positions[joint]!);
    const lengths = chain.slice(1).map((point, i) => DistanceVector3(point, chain[i]!));
    const sum = lengths.reduce((a, b) => a + b, 0);
    return lengths.map((length) => length / sum);
}

function MakeBones(positions: readonly Vector3Tuple[], options: IRigFixtureOptions): IBone[] {
    const bones: IBone[] = [];
    const indexOf = new Map<SmplxJointName, number>();
    const add = (bone: IBone): number => bones.push(bone) - 1;
    if (options.helpers) {
        add({ name: "root", joint: null, parent: -1, position: [0, 0, 0], between: [-1, -1, 0] });
    }
    SmplxJointNames.forEach((name, joint) => {
        if (options.without?.test(name) || name === "spine2" || name === "spine3") {
            return;
        }
        if (name === "spine1") {
            AddSpine(bones, indexOf, positions, options.spine ?? 3);
            return;
        }
        let above = SmplxJointParents[joint]!;
        while (above >= 0 && !indexOf.has(SmplxJointNames[above]!)) {
            above = SmplxJointParents[above]!;
        }
        let parent = above < 0 ? bones.length - 1 : indexOf.get(SmplxJointNames[above]!)!;
        const position = positions[joint]!;
        if (options.helpers && /(index|middle|ring|pinky)1$/.test(name)) {
            const middle = LerpVector3(bones[parent]!.position, position, 0.3);
            const metacarpal = { joint: null, parent, position: middle, between: [above, above, 0] as const };
            parent = add({ name: `${NameOf(name)}_metacarpal`, ...metacarpal });
        }
        const isSplit = options.serial === true && /(shoulder|elbow|hip|knee)$/.test(name);
        const next = positions[SmplxJointParents.indexOf(joint)] ?? position;
        const swing = isSplit ? { swingOnly: NormalizeVector3(SubtractVector3(next, position)) } : {};
        const bone = { name: NameOf(name), joint: name, position, between: [joint, joint, 0] as const };
        indexOf.set(name, add({ ...bone, parent, ...swing }));
        if (isSplit) {
            const twist = { ...bone, name: `${bone.name}Twist`, position: LerpVector3(position, next, 0.5) };
            indexOf.set(name, add({ ...twist, parent: indexOf.get(name)! }));
        }
        if (options.helpers && name.endsWith("elbow")) {
            const helper = { joint: null, position: LerpVector3(position, next, 0.6), between: bone.between };
            add({ name: `${bone.name}_twist_helper`, parent: indexOf.get(name)!, ...helper });
        }
    });
    if (options.helpers) {
        add({ name: "ik_foot_root", joint: null, parent: 0, position: [0, 0, 0], between: [-1, -1, 0] });
        add({ name: "ik_foot_l", joint: null, parent: bones.length - 1, position: [0.1, 0, 0], between: [-1, -1, 0] });
    }
    return bones;
}

/** Bones at equal distances along the line from pelvis to chest; three are where the three joints are. */
function AddSpine(
    bones: IBone[],
    indexOf: Map<SmplxJointName, number>,
    positions: readonly Vector3Tuple[],
    count: number,
): void {
    const chain = [0, ...SpineNames.map(JointIndex)];
    const shares = SpineShares(positions);
    const ends = [0, shares[0]!, shares[0]! + shares[1]!, 1];
    let parent = indexOf.get("pelvis")!;
    for (let i = 1; i <= count; i++) {
        const at = count === 3 ? ends[i]! : i / count;
        const k = Math.max(
            1,
            ends.findIndex((end) => end >= at - 1e-9),
        );
        const amount = (at - ends[k - 1]!) / (ends[k]! - ends[k - 1]!);
        const joint = count === 3 ? SpineNames[i - 1]! : i === count ? "spine3" : null;
        const position = LerpVector3(positions[chain[k - 1]!]!, positions[chain[k]!]!, amount);
        parent =
            bones.push({
                name: `Spine${i === 1 ? "" : i - 1}`,
                joint,
                parent,
                position,
                between: [chain[k - 1]!, chain[k]!, amount],
            }) - 1;
        if (i === count) {
            SpineNames.forEach((name) => indexOf.set(name, parent));
        }
    }
}

function PlaceBones(
    bones: readonly IBone[],
    kinematics: BodyKinematics,
    pose: BodyPose,
): { position: Vector3Tuple; rotation: QuaternionTuple }[] {
    const placed: { position: Vector3Tuple; rotation: QuaternionTuple }[] = [];
    for (const { parent, position, between, swingOnly } of bones) {
        const [a, b, amount] = between;
        let rotation =
            a < 0
                ? IdentityQuaternion
                : SlerpQuaternion(At(kinematics.rotations, a), At(kinematics.rotations, b), amount);
        if (swingOnly) {
            const above = placed[parent]!.rotation;
            const local = MultiplyQuaternion(InvertQuaternion(above), rotation);
            const along = swingOnly[0] * local[0] + swingOnly[1] * local[1] + swingOnly[2] * local[2];
            const twist = NormalizeQuaternion([
                ...ScaleVector3(swingOnly, along),
                local[3],
            ] as unknown as QuaternionTuple);
            rotation = MultiplyQuaternion(rotation, InvertQuaternion(twist));
        }
        const above = bones[parent];
        const isRoot = a === 0 && b === 0;
        placed.push({
            rotation,
            position: isRoot
                ? [pose.pelvis[0]!, pose.pelvis[1]!, pose.pelvis[2]!]
                : above
                  ? AddVector3(
                        placed[parent]!.position,
                        RotateVector3(placed[parent]!.rotation, SubtractVector3(position, above.position)),
                    )
                  : position,
        });
    }
    return placed;
}

function At(rotations: ArrayLike<number>, joint: number): QuaternionTuple {
    const at = joint * 4;
    return [rotations[at]!, rotations[at + 1]!, rotations[at + 2]!, rotations[at + 3]!];
}

function RotationVector(v: Vector3Tuple): QuaternionTuple {
    return QuaternionFromAxisAngle(v, Math.hypot(...v));
}
