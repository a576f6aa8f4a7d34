import { describe, expect, it } from "@jest/globals";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { NeutralSmplSkeleton } from "../../../../src/animation/pose/neutralSkeleton.js";
import { Retargeter } from "../../../../src/animation/retarget/retargeter.js";
import { DescribeRig } from "../../../../src/animation/rig/rigProfile.js";
import {
    AngleBetweenQuaternions,
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    type QuaternionTuple,
} from "../../../../src/math/quaternion.js";
import { AvatarJoints, MakeRigFixture, MakeTruth } from "../../../support/rigFixtures.js";

const Degrees = Math.PI / 180;
const Body = MeasureAvatarBody(AvatarJoints(NeutralSmplSkeleton.positions));
const Truth = MakeTruth(11, 20);

function Rotation(pose: BodyPose, joint: number): QuaternionTuple {
    return [...pose.rotations.subarray(joint * 4, joint * 4 + 4)] as unknown as QuaternionTuple;
}

describe("a rig that holds SMPL parameters", () => {
    const yaw = QuaternionFromAxisAngle([0, 1, 0], 33 * Degrees);
    const zUp = QuaternionFromAxisAngle([1, 0, 0], 90 * Degrees);

    it.each<readonly [string, QuaternionTuple]>([
        ["as it is", [0, 0, 0, 1]],
        ["below a node turned by 33°", yaw],
        ["facing backwards", [0, 1, 0, 0]],
        ["with z up", zUp],
        ["with z up, turned by 33°", MultiplyQuaternion(zUp, yaw)],
    ])("is taken as it is: %s", (title, turn) => {
        const fixture = MakeRigFixture({ positions: NeutralSmplSkeleton.positions, turn, scale: 100 });
        const profile = DescribeRig(fixture.rig, { name: "smpl" });
        expect(profile.calibration.isSmpl).toBe(true);
        const retargeter = new Retargeter(fixture.rig, profile, Body, { forearmTwist: 0 });
        const motion = fixture.perform(Truth);
        const [source, pose] = [new RigPose(fixture.rig.length), new BodyPose()];
        let most = 0;
        Truth.poses.forEach((truth, frame) => {
            motion.sample(frame / Truth.frameRate, source);
            retargeter.solve(source, pose);
            for (let joint = 0; joint < 55; joint++) {
                most = Math.max(most, AngleBetweenQuaternions(Rotation(pose, joint), Rotation(truth, joint)) / Degrees);
            }
        });
        process.stdout.write(`SMPL ${title}: at most ${most.toFixed(6)}° off\n`);
        expect(most).toBeLessThan(0.01);
    });

    it("is none where nodes rest in rotations of their own, or the body along other axes than they", () => {
        const own = MakeRigFixture({ positions: NeutralSmplSkeleton.positions, axesSeed: 2 });
        expect(DescribeRig(own.rig, { name: "own axes" }).calibration.isSmpl).toBe(false);
        const { rig } = MakeRigFixture({ positions: NeutralSmplSkeleton.positions, turn: zUp });
        const baked = rig.map((node) => ({ ...node, rotation: [0, 0, 0, 1] as const }));
        expect(DescribeRig(baked, { name: "baked" }).calibration.isSmpl).toBe(false);
    });
});
