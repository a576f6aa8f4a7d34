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
});
