import { readFileSync } from "node:fs";
import { describe, expect } from "@jest/globals";
import { type IBvhMotion, ReadBvh } from "../../../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../../../src/animation/motion/bvhMotion.js";
import { BvhRotation } from "../../../../src/animation/motion/bvhPose.js";
import { type IBodyFrames } from "../../../../src/animation/motion/bodyFrames.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { WriteBvh } from "../../../../src/animation/motion/writeBvh.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { NeutralJoints } from "../../../../src/animation/pose/neutralJoints.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import {
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    RotateVector3,
    ShortestRotation,
    type QuaternionTuple,
} from "../../../../src/math/quaternion.js";
import {
    AngleBetweenVector3,
    LengthVector3,
    NormalizeVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../../../src/math/vector3.js";
import { ItWithData, PrintFigure, RetargetFrames, SharedData } from "../../../support/motions.js";

const Degrees = 180 / Math.PI;
const body = MeasureAvatarBody(NeutralJoints);

/** What {@link EulerZyx} makes. */
const RotationOrder = ["Zrotation", "Yrotation", "Xrotation"];

/** A body of straight limbs, as the skeletons of mocap suits and games are. */
const straight = MeasureAvatarBody(
    SmplxJointNames.map((name, joint) => {
        const parent = SmplxJointParents[joint]!;
        const [position, above] = [GenericSkeleton[joint]!, GenericSkeleton[parent] ?? ([0, 0, 0] as const)];
        return { name, smplx: name, parent, translation: SubtractVector3(position, above), rotation: [0, 0, 0, 1] };
    }),
);

/** Angles about z, y and x, degrees, of a rotation that applies them from the outside in. */
function EulerZyx([x, y, z, w]: QuaternionTuple): [number, number, number] {
    return [
        Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)) * Degrees,
        Math.asin(Math.max(-1, Math.min(1, 2 * (w * y - z * x)))) * Degrees,
        Math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y)) * Degrees,
    ];
}

/** Every n-th frame of a file. */
function Thin(bvh: IBvhMotion, step: number, frameCount: number): IBvhMotion {
    const { channelCount } = bvh;
    const values = new Float32Array(frameCount * channelCount);
    for (let frame = 0; frame < frameCount; frame++) {
        const from = frame * step * channelCount;
        values.set(bvh.values.subarray(from, from + channelCount), frame * channelCount);
    }
    return { ...bvh, frameTime: bvh.frameTime * step, frameCount, values };
}

/**
 * The same motion, every joint's axes turned by a constant so that its first child lies along its x: all positions stay, and
 * the zero pose is stretched along one axis.
 */
function Stretch(bvh: IBvhMotion, world: QuaternionTuple = IdentityQuaternion): IBvhMotion {
    const { joints, frameCount, channelCount } = bvh;
    const turns = joints.map((_, joint): QuaternionTuple => {
        const child = joints.find(({ parent, offset }) => parent === joint && LengthVector3(offset) > 0);
        return child ? ShortestRotation([1, 0, 0], NormalizeVector3(child.offset)) : IdentityQuaternion;
    });
    const above = (parent: number): QuaternionTuple => turns[parent] ?? InvertQuaternion(world);
    const values = bvh.values.slice();
    for (let frame = 0; frame < frameCount; frame++) {
        joints.forEach(({ parent, channels, firstChannel }, joint) => {
            const local = MultiplyQuaternion(InvertQuaternion(above(parent)), BvhRotation(bvh, joint, frame));
            const angles = EulerZyx(MultiplyQuaternion(local, turns[joint]!));
            const at = frame * channelCount + firstChannel;
            if (channels.length > 3) {
                const place = bvh.values.subarray(at, at + 3) as unknown as Vector3Tuple;
                values.set(RotateVector3(world, place), at);
            }
            if (channels.length > 0) {
                values.set(angles, at + channels.length - 3);
            }
        });
    }
    const stretched = joints.map((joint) => ({
        ...joint,
        channels: joint.channels.map((channel, i) => RotationOrder[i - joint.channels.length + 3] ?? channel),
        offset: RotateVector3(InvertQuaternion(above(joint.parent)), joint.offset),
    }));
    return { ...bvh, joints: stretched, values };
}

/** The file with a T-pose above the origin after its last frame. */
function WithRest(bvh: IBvhMotion): IBvhMotion {
    const rest = bvh.values.subarray(0, bvh.channelCount).map((value, i) => (i === 1 ? value : 0));
    return { ...bvh, frameCount: bvh.frameCount + 1, values: Float32Array.of(...bvh.values, ...rest) };
}

function ReadDance(): IBvhMotion {
    const text = readFileSync(`${SharedData}/motion/aist_gBR_ch01_smpl_skeleton.bvh`, "utf8");
    return Thin(ReadBvh(text), 18, 40);
}

/** Bones of limbs, whose directions are compared. */
const Limbs = (["left", "right"] as const).flatMap((side) =>
    (
        [
            ["shoulder", "elbow"],
            ["elbow", "wrist"],
            ["hip", "knee"],
            ["knee", "ankle"],
            ["ankle", "foot"],
        ] as const
    ).map(([from, to]) => [`${side}_${from}`, `${side}_${to}`] as const),
);
/** Lines that turn round when sides are swapped. */
const Sides = [
    ["right_hip", "left_hip"],
    ["right_shoulder", "left_shoulder"],
] as const;

/** Places of all joints in a frame. */
function PoseOf(frames: IBodyFrames, frame: number): BodyKinematics {
    const [pose, kinematics] = [new BodyPose(), new BodyKinematics(body.restPositions)];
    pose.rotations.set(frames.rotations.subarray(frame * 220, frame * 220 + 220));
    pose.pelvis.set(frames.pelvis.subarray(frame * 3, frame * 3 + 3));
    kinematics.update(pose);
    return kinematics;
}

function LineOf({ positions }: BodyKinematics, [from, to]: readonly [SmplxJointName, SmplxJointName]): Vector3Tuple {
    const at = (name: SmplxJointName): Vector3Tuple => {
        const joint = SmplxJointNames.indexOf(name) * 3;
        return [positions[joint]!, positions[joint + 1]!, positions[joint + 2]!];
    };
    return SubtractVector3(at(to), at(from));
}

/** Angles between the limbs of two motions of the same body, degrees, and the furthest that their hips are apart. */
function CompareLimbs(a: IBodyFrames, b: IBodyFrames): { mean: number; worst: number; sides: number; hips: number } {
    let [sum, worst, sides, hips] = [0, 0, 0, 0];
    for (let frame = 0; frame < a.frameCount; frame++) {
        const [poseA, poseB] = [PoseOf(a, frame), PoseOf(b, frame)];
        const angle = (line: readonly [SmplxJointName, SmplxJointName]): number =>
            AngleBetweenVector3(LineOf(poseA, line), LineOf(poseB, line)) * Degrees;
        for (const limb of Limbs) {
            sum += angle(limb) / Limbs.length / a.frameCount;
            worst = Math.max(worst, angle(limb));
        }
        sides = Math.max(sides, ...Sides.map(angle));
        const apart = [0, 1, 2].map((i) => a.pelvis[frame * 3 + i]! - b.pelvis[frame * 3 + i]!);
        hips = Math.max(hips, Math.hypot(...apart));
    }
    return { mean: sum, worst, sides, hips };
}

describe("CreateBvhMotion without a rest pose", () => {
    ItWithData("goes by where the joints are: limbs point as in the plain file, sides stay, and it says so", () => {
        const dance = ReadDance();
        const { frames: straightFrames } = RetargetFrames(CreateBvhMotion("dance", dance), straight);
        const onStraight = ReadBvh(WriteBvh(straightFrames, straight));
        const rested = CreateBvhMotion("dance", Stretch(WithRest(onStraight)), { restFrame: 40 });
        for (const [name, source, known, most] of [
            // Joints of the SMPL body do not lie in the middle of its limbs: its lines are a constant 4° to 9° off the limbs.
            ["SMPL skeleton, to its plain file", dance, CreateBvhMotion("dance", dance), 6],
            ["straight limbs, to a rest frame", onStraight, rested, 3],
        ] as const) {
            const motion = CreateBvhMotion("dance", Stretch(source));
            expect(motion.warnings!.join(" ")).toMatch(/made from where its joints are.* as `restFrame`/);
            const { frames } = RetargetFrames(motion, body);
            const { mean, worst, sides, hips } = CompareLimbs(frames, RetargetFrames(known, body).frames);
            PrintFigure(
                `BVH by positions, ${name}: limbs ${mean.toFixed(2)}° mean, ${worst.toFixed(1)}° worst, lines of hips and ` +
                    `shoulders ${sides.toFixed(1)}° worst, pelvis ${(hips * 1000).toFixed(0)} mm worst`,
            );
            expect(frames.frameCount).toBe(40);
            expect(mean).toBeLessThan(most);
            expect(worst).toBeLessThan(15);
            expect(sides).toBeLessThan(10);
            expect(hips).toBeLessThan(0.06);
        }
    });

    ItWithData("finds which axis points up from the person, unless it is told", () => {
        const dance = Thin(ReadDance(), 1, 10);
        const upright = RetargetFrames(CreateBvhMotion("dance", Stretch(dance)), body).frames;
        for (const [upAxis, turn] of [
            ["z", [Math.SQRT1_2, 0, 0, Math.SQRT1_2]],
            ["-y", [1, 0, 0, 0]],
        ] as const) {
            const turned = Stretch(dance, turn);
            const found = CreateBvhMotion("dance", turned);
            expect(found.warnings!.join(" ")).toMatch(new RegExp(`along ${upAxis} .*state the \`upAxis\``));
            const told = CreateBvhMotion("dance", turned, { upAxis });
            expect(told.warnings!.join(" ")).not.toContain("upAxis");
            const rested = CreateBvhMotion("dance", Stretch(WithRest(dance), turn), { restFrame: 10, upAxis });
            for (const [motion, most] of [
                // Angles of the file are 32-bit numbers.
                [found, 0.05],
                [told, 0.05],
                [rested, 15],
            ] as const) {
                const { worst, hips } = CompareLimbs(upright, RetargetFrames(motion, body).frames);
                expect(worst).toBeLessThan(most);
                expect(hips).toBeLessThan(most < 1 ? 1e-3 : 0.06);
            }
        }
    });

    ItWithData("is made for named joints only, and keeps their names for a map", () => {
        const stretched = Stretch(Thin(ReadDance(), 1, 2));
        const joints = stretched.joints.map((joint, i) => ({ ...joint, name: `b${i}` }));
        expect(() => CreateBvhMotion("dance", { ...stretched, joints })).toThrow(/Name a frame/);
        const motion = CreateBvhMotion("dance", stretched);
        expect(motion.rig[motion.humanoid!.left_shoulder!]!.name).toBe("LeftArm");
        expect(motion.rig.every(({ position }) => position.every(Number.isFinite))).toBe(true);
    });
});
