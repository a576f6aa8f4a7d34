import { GenericSkeleton } from "../../src/animation/rig/genericSkeleton.js";
import { BodyKinematics } from "../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../src/animation/pose/bodyPose.js";
import { SmplxJointNames, type SmplxJointName } from "../../src/format/bodyModel.js";
import {
    type QuaternionTuple,
    IdentityQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxes,
    QuaternionFromAxisAngle,
} from "../../src/math/quaternion.js";
import {
    CrossVector3,
    DotVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../src/math/vector3.js";

/** A bone of the mannequin: names and local axes are those that a game engine's own mannequin has. */
export interface IMannequinBone {
    readonly name: string;
    /** The joint that it moves, or null for the root on the ground. */
    readonly joint: SmplxJointName | null;
    /** Index of the parent bone, or -1. */
    readonly parent: number;
    /** Local axes when the joint does not turn: x along the bone, away from the body on the left and to it on the right. */
    readonly axes: QuaternionTuple;
}

/** Joint, its bone's name, the joint above, and the joint that the bone points to. */
const Bones: readonly (readonly [
    joint: SmplxJointName,
    bone: string,
    above: SmplxJointName | null,
    to: SmplxJointName,
])[] = [
    ["pelvis", "pelvis", null, "spine1"],
    ["spine1", "spine_01", "pelvis", "spine2"],
    ["spine2", "spine_02", "spine1", "spine3"],
    ["spine3", "spine_03", "spine2", "neck"],
    ["neck", "neck_01", "spine3", "head"],
    ["head", "head", "neck", "head"],
    ...(["left", "right"] as const).flatMap((side) => {
        const end = side === "left" ? "_l" : "_r";
        return [
            [`${side}_collar`, `clavicle${end}`, "spine3", `${side}_shoulder`],
            [`${side}_shoulder`, `upperarm${end}`, `${side}_collar`, `${side}_elbow`],
            [`${side}_elbow`, `lowerarm${end}`, `${side}_shoulder`, `${side}_wrist`],
            [`${side}_wrist`, `hand${end}`, `${side}_elbow`, `${side}_middle1`],
            [`${side}_hip`, `thigh${end}`, "pelvis", `${side}_knee`],
            [`${side}_knee`, `calf${end}`, `${side}_hip`, `${side}_ankle`],
            [`${side}_ankle`, `foot${end}`, `${side}_knee`, `${side}_foot`],
            [`${side}_foot`, `ball${end}`, `${side}_ankle`, `${side}_foot`],
        ] as const;
    }),
];

const Degrees = Math.PI / 180;

/** How the left half rests: arms 50° down and a little bent, legs apart; about x, y, z. The right half is its mirror. */
const APose: readonly (readonly [joint: SmplxJointName, x: number, y: number, z: number])[] = [
    ["left_shoulder", 0, 0, -50],
    ["left_elbow", 0, -22, 0],
    ["left_hip", 0, 0, 5],
    ["left_ankle", 0, 0, -5],
];

/** Where a joint of the mannequin is when its arms are stretched out, metres. */
export function MannequinJoint(name: SmplxJointName): Vector3Tuple {
    return GenericSkeleton[SmplxJointNames.indexOf(name)]!;
}

/** The bones, parents first. */
export const MannequinBones: readonly IMannequinBone[] = MakeBones();

/** The pose that the mannequin is bound to its skin in. */
export function MannequinRest(): BodyPose {
    const pose = new BodyPose();
    pose.pelvis.set(GenericSkeleton[0]!);
    for (const [left, x, y, z] of APose) {
        const right = left.replace("left", "right") as SmplxJointName;
        pose.rotations.set(Turn(x, y, z), SmplxJointNames.indexOf(left) * 4);
        pose.rotations.set(Turn(x, -y, -z), SmplxJointNames.indexOf(right) * 4);
    }
    // Legs that stand apart reach less deep.
    const kinematics = new BodyKinematics(GenericSkeleton.flat());
    kinematics.update(pose);
    const ankle = SmplxJointNames.indexOf("left_ankle");
    pose.pelvis[1]! -= kinematics.positions[ankle * 3 + 1]! - GenericSkeleton[ankle]![1];
    return pose;
}

function Turn(x: number, y: number, z: number): QuaternionTuple {
    const about = (axis: Vector3Tuple, angle: number): QuaternionTuple =>
        QuaternionFromAxisAngle(axis, angle * Degrees);
    return MultiplyQuaternion(about([0, 0, 1], z), MultiplyQuaternion(about([0, 1, 0], y), about([1, 0, 0], x)));
}

function MakeBones(): IMannequinBone[] {
    const bones: IMannequinBone[] = [{ name: "root", joint: null, parent: -1, axes: IdentityQuaternion }];
    for (const [joint, name, above, to] of Bones) {
        const parent = above === null ? 0 : bones.findIndex((bone) => bone.joint === above);
        const direction =
            joint === to ? EndDirection(joint) : SubtractVector3(MannequinJoint(to), MannequinJoint(joint));
        bones.push({ name, joint, parent, axes: AxesAlong(direction, name.endsWith("_r")) });
    }
    return bones;
}

/** Where bones point that no other follows. */
function EndDirection(joint: SmplxJointName): Vector3Tuple {
    return joint === "head" ? [0, 1, 0] : [0, 0, 1];
}

function AxesAlong(direction: Vector3Tuple, isReversed: boolean): QuaternionTuple {
    const x = NormalizeVector3(ScaleVector3(direction, isReversed ? -1 : 1));
    const near: Vector3Tuple = Math.abs(x[2]) > 0.9 ? [0, 1, 0] : [0, 0, 1];
    const y = NormalizeVector3(SubtractVector3(near, ScaleVector3(x, DotVector3(near, x))));
    return QuaternionFromAxes(x, y, CrossVector3(x, y));
}
