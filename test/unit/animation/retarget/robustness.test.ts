import { describe, expect, it } from "@jest/globals";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { Retargeter } from "../../../../src/animation/retarget/retargeter.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { BodyModelJoints, SmplxJointNames } from "../../../../src/format/bodyModel.js";
import { QuaternionFromAxisAngle } from "../../../../src/math/quaternion.js";
import { APose, AvatarJoints, JointIndex, MakeRigFixture, MakeTruth } from "../../../support/rigFixtures.js";

const Generic = MeasureAvatarBody(AvatarJoints(GenericSkeleton));
const Truth = MakeTruth(3, 30);

describe("Retargeter with broken sources", () => {
    const fixture = MakeRigFixture({ rest: APose, axesSeed: 1 });
    const motion = fixture.perform(Truth);

    it("keeps the last sane rotation of a joint whose node is no rotation, and counts it", () => {
        const retargeter = new Retargeter(fixture.rig, fixture.profile, Generic);
        const [source, pose, before] = [new RigPose(fixture.rig.length), new BodyPose(), new BodyPose()];
        motion.sample(0, source);
        retargeter.solve(source, before);
        expect(retargeter.brokenValueCount).toBe(0);
        motion.sample(0.5, source);
        const elbow = JointIndex("left_elbow");
        const node = fixture.profile.mapping.nodes.left_elbow!;
        for (const broken of [NaN, 0, Infinity]) {
            source.rotations.fill(broken, node * 4, node * 4 + 4);
            retargeter.solve(source, pose);
            expect([...pose.rotations.subarray(elbow * 4, elbow * 4 + 4)]).toEqual([
                ...before.rotations.subarray(elbow * 4, elbow * 4 + 4),
            ]);
            expect(pose.rotations.every(Number.isFinite)).toBe(true);
        }
        expect(retargeter.brokenValueCount).toBe(3);
    });

    it.each([1, 2, 3, 5])("keeps the trunk where it was when a node of a spine of %i bones is no rotation", (spine) => {
        const { rig, profile, perform } = MakeRigFixture({ rest: APose, axesSeed: 1, spine, helpers: true });
        const performed = perform(Truth);
        const { nodes, neck } = profile.mapping;
        const [source, sane, pose] = [new RigPose(rig.length), new BodyPose(), new BodyPose()];
        const kinematics = [new BodyKinematics(Generic.restPositions), new BodyKinematics(Generic.restPositions)];
        const trunk = [...profile.mapping.spine, ...neck, nodes.pelvis!, nodes.head!];
        let most = 0;
        for (const node of [rig.findIndex(({ parent }) => parent < 0), ...trunk]) {
            for (const broken of [NaN, 0, Infinity]) {
                const retargeter = new Retargeter(rig, profile, Generic);
                performed.sample(0.5, source);
                retargeter.solve(source, pose);
                performed.sample(0.5 + 1 / Truth.frameRate, source);
                new Retargeter(rig, profile, Generic).solve(source, sane);
                source.rotations.fill(broken, node * 4, node * 4 + 4);
                retargeter.solve(source, pose);
                let off = 0;
                kinematics[0]!.update(pose);
                kinematics[1]!.update(sane);
                for (let joint = 0; joint < 55; joint++) {
                    const [a, b] = kinematics.map(({ rotations }) => rotations.subarray(joint * 4, joint * 4 + 4));
                    const dot = Math.abs(a!.reduce((sum, value, i) => sum + value * b![i]!, 0));
                    off = Math.max(off, (2 * Math.acos(Math.min(1, dot)) * 180) / Math.PI);
                }
                // Every one of three bones is a joint; of five, some lie between joints that others drive.
                const isUsed = spine <= 3 ? trunk.includes(node) : retargeter.brokenValueCount > 0;
                expect(retargeter.brokenValueCount > 0).toBe(isUsed);
                expect(off > 0.01).toBe(isUsed);
                most = Math.max(most, off);
            }
        }
        process.stdout.write(`one broken node, ${spine} spine bones: at most ${most.toFixed(1)}° off\n`);
        // What the joint that is kept moves in one frame at most: the person of the fixture turns and bends within 3 s.
        expect(most).toBeLessThan(30);
    });

    it("leaves the pelvis where it was when the hips are nowhere", () => {
        const retargeter = new Retargeter(fixture.rig, fixture.profile, Generic);
        const [source, pose] = [new RigPose(fixture.rig.length), new BodyPose()];
        motion.sample(0, source);
        retargeter.solve(source, pose);
        const before = [...pose.pelvis];
        source.positions.fill(NaN);
        retargeter.solve(source, pose);
        expect([...pose.pelvis]).toEqual(before);
        expect(retargeter.brokenValueCount).toBe(1);
    });

    it("poses the same after a reset, in any order of times", () => {
        const retargeter = new Retargeter(fixture.rig, fixture.profile, Generic, { forearmTwist: 0.5 });
        const source = new RigPose(fixture.rig.length);
        const poseAt = (seconds: number): number[] => {
            const pose = new BodyPose();
            retargeter.reset();
            motion.sample(seconds, source);
            retargeter.solve(source, pose);
            return [...pose.rotations, ...pose.pelvis];
        };
        const late = poseAt(0.9);
        poseAt(0.1);
        expect(poseAt(0.9)).toEqual(late);
    });
});

describe("Retargeter on other bodies", () => {
    const fixture = MakeRigFixture({ axesSeed: 1 });
    const motion = fixture.perform(Truth);
    const source = new RigPose(fixture.rig.length);
    motion.sample(0.4, source);

    it("poses a head without legs and leaves it where it is", () => {
        const head = MeasureAvatarBody(AvatarJoints(GenericSkeleton, ["neck", "head", "jaw", "left_eye", "right_eye"]));
        expect(head.legLength).toBe(0);
        const retargeter = new Retargeter(fixture.rig, fixture.profile, head);
        const pose = new BodyPose();
        retargeter.solve(source, pose);
        expect(pose.pelvis).toEqual(head.restPositions.slice(0, 3));
        expect(retargeter.scale).toBe(0);
    });

    it("fills in what an SMPL body lacks, in proportion", () => {
        const small = GenericSkeleton.map(([x, y, z]) => [x / 2, y / 2, z / 2] as const);
        const body = MeasureAvatarBody(AvatarJoints(small, BodyModelJoints.smpl));
        expect([...body.jointIndices.subarray(0, 22)]).toEqual([...Array(22).keys()]);
        expect(body.jointIndices[JointIndex("left_index1")]).toBe(-1);
        small.flat().forEach((value, i) => expect(body.restPositions[i]).toBeCloseTo(value, 6));
    });

    it("hands the rotation of a joint that a body lacks to the joint below it", () => {
        const names = SmplxJointNames.filter((name) => name !== "spine2");
        const body = MeasureAvatarBody(AvatarJoints(GenericSkeleton, names));
        const [full, lacking] = [Generic, body].map((target) => {
            const pose = new BodyPose();
            new Retargeter(fixture.rig, fixture.profile, target).solve(source, pose);
            const kinematics = new BodyKinematics(target.restPositions);
            kinematics.update(pose);
            return kinematics.rotations;
        });
        const at = JointIndex("spine3") * 4;
        for (let i = at; i < at + 4; i++) {
            expect(Math.abs(lacking![i]!)).toBeCloseTo(Math.abs(full![i]!), 6);
        }
    });

    it("moves a share of the hand's turn into the elbow and leaves the hand as it is", () => {
        const still = { poses: [new BodyPose()], frameRate: 30 };
        const wrist = JointIndex("left_wrist");
        const turned = MakeRigFixture({});
        const performed = turned.perform({
            ...still,
            poses: [100, 170, 190].map((degrees) => {
                const pose = new BodyPose();
                pose.rotations.set(QuaternionFromAxisAngle([1, 0, 0], (degrees * Math.PI) / 180), wrist * 4);
                return pose;
            }),
        });
        const retargeter = new Retargeter(turned.rig, turned.profile, Generic, { forearmTwist: 0.5 });
        const pose = new BodyPose();
        const posed = new RigPose(turned.rig.length);
        const elbow = JointIndex("left_elbow") * 4;
        const angles = [0, 1, 2].map((frame) => {
            performed.sample(frame / 30, posed);
            retargeter.solve(posed, pose);
            return (2 * Math.atan2(pose.rotations[elbow]!, pose.rotations[elbow + 3]!) * 180) / Math.PI;
        });
        // Half of the turn, counted on beyond 180°.
        [50, 85, 95].forEach((angle, i) => expect(angles[i]).toBeCloseTo(angle, 6));
        const kinematics = new BodyKinematics(Generic.restPositions);
        kinematics.update(pose);
        expect(Math.abs(kinematics.rotations[wrist * 4]!)).toBeCloseTo(Math.sin((95 * Math.PI) / 180), 6);
    });

    it("never turns the elbow in a jump, however far the hand turns", () => {
        const [step, wrist] = [5, JointIndex("left_wrist")];
        const turned = MakeRigFixture({});
        const poses = Array.from({ length: 320 }, (_, frame) => {
            const pose = new BodyPose();
            // Two turns forwards, and back.
            const degrees = step * (frame < 160 ? frame : 320 - frame);
            pose.rotations.set(QuaternionFromAxisAngle([1, 0, 0], (degrees * Math.PI) / 180), wrist * 4);
            return pose;
        });
        const performed = turned.perform({ poses, frameRate: 30 });
        const retargeter = new Retargeter(turned.rig, turned.profile, Generic, { forearmTwist: 0.5 });
        const [pose, posed] = [new BodyPose(), new RigPose(turned.rig.length)];
        const elbow = JointIndex("left_elbow") * 4;
        const angles = poses.map((_, frame) => {
            performed.sample(frame / 30, posed);
            retargeter.solve(posed, pose);
            return (2 * Math.atan2(pose.rotations[elbow]!, pose.rotations[elbow + 3]!) * 180) / Math.PI;
        });
        const jumps = angles.slice(1).map((angle, i) => Math.abs(((angle - angles[i]! + 540) % 360) - 180));
        process.stdout.write(
            `a hand that turns by ${step}° a frame: elbow at most ${Math.max(...jumps).toFixed(2)}°\n`,
        );
        // Half of the hand's, and thrice as fast where it eases back.
        expect(Math.max(...jumps)).toBeLessThan(step * 0.5 * 3 + 0.01);
    });
});
