import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { ReadBvh } from "../../../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../../../src/animation/motion/bvhMotion.js";
import { type IMotion } from "../../../../src/animation/motion/motion.js";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { ReadSmplMotion } from "../../../../src/animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../../../src/animation/motion/smplRigMotion.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { type IStatistics } from "../../../../src/animation/retarget/errorStatistics.js";
import { MeasureRetarget } from "../../../../src/animation/retarget/measureRetarget.js";
import { Retargeter } from "../../../../src/animation/retarget/retargeter.js";
import { RetargetMotion } from "../../../../src/animation/retarget/retargetMotion.js";
import { BodyGroups } from "../../../../src/animation/retarget/retargetReport.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { DescribeRig } from "../../../../src/animation/rig/rigProfile.js";
import { ReadCharacterMotionsAsync } from "../../../../src/convert/motion/readCharacterMotions.js";
import { AngleBetweenQuaternions, type QuaternionTuple } from "../../../../src/math/quaternion.js";
import { AvatarJoints } from "../../../support/rigFixtures.js";

const Data = "../shared/data";
if (!existsSync(Data) && process.env.CI) {
    throw new Error(`The motions of ${Data} are missing; CI must have them.`);
}

const Generic = MeasureAvatarBody(AvatarJoints(GenericSkeleton));

async function ReadMotionAsync(path: string, clip: string): Promise<IMotion> {
    const file = `${Data}/${path}`;
    if (path.endsWith(".bvh")) {
        return CreateBvhMotion(path, ReadBvh(readFileSync(file, "utf8")));
    }
    if (path.endsWith(".npz")) {
        return CreateSmplMotion(path, ReadSmplMotion(new Uint8Array(readFileSync(file))));
    }
    const motions = await ReadCharacterMotionsAsync(new Uint8Array(readFileSync(file)), path);
    return motions.find(({ name }) => name === clip)!;
}

function Format({ mean, p95, max }: IStatistics): string {
    return `${mean.toFixed(2)} (p95 ${p95.toFixed(2)}, max ${max.toFixed(2)})`;
}

(existsSync(Data) ? describe : describe.skip)("retargeting recordings (needs ../shared/data)", () => {
    it.each([
        ["motion/cmu_12_01_walk.bvh", ""],
        ["motion/pirouette_daz.bvh", ""],
        ["motion/makehuman_walk1.bvh", ""],
        ["humanoids/Xbot_mixamo.glb", "run"],
        ["humanoids/mesh2motion_ue_rig.glb", "New Custom"],
        ["humanoids/mesh2motion_rigify_def.glb", "YMCA"],
        ["humanoids/rocketbox_idle_biped_animation.glb", "Bip01|Take 001|BaseLayer"],
        ["vrm/idle_loop.vrma", "animation"],
    ])("%s %s points every bone where the source's points", async (path, clip) => {
        const motion = await ReadMotionAsync(path, clip);
        const profile = DescribeRig(motion.rig, motion);
        // Twelve frames a second and three seconds are enough to compare poses.
        const options = { frameRate: 12, tolerance: 0, to: Math.min(3, motion.duration) } as const;
        const baked = RetargetMotion(motion, profile, Generic, options);
        const report = MeasureRetarget(motion, profile, Generic, baked, { frameRate: 12 });
        for (const group of BodyGroups) {
            process.stdout.write(`${path} ${group} direction °: ${Format(report.directionDegrees[group])}\n`);
        }
        process.stdout.write(
            `${path}: joints ${Format(report.jointMillimetres)} mm, pose ${Format(report.poseMillimetres)} mm, ` +
                `hands and feet ${Format(report.endEffectorShare)} of the limb, jerk ${report.jerkRatio.toFixed(3)}\n`,
        );
        const { feet, sourceSlide } = report;
        process.stdout.write(
            `${path}: ${feet.contactCount} contacts slide ${feet.slideMean.toFixed(2)} cm/s, the source's ` +
                `${sourceSlide.mean.toFixed(2)}\n`,
        );
        expect(feet.contactCount).toBe(sourceSlide.count);
        // Feet and hips of two skeletons are not alike: a step that stands in one slides a little in the other.
        expect(feet.slideMean).toBeLessThan(1.6 * sourceSlide.mean + 1);
        expect(report.directionDegrees.arms.mean).toBeLessThan(3);
        expect(report.directionDegrees.legs.mean).toBeLessThan(3);
        expect(report.directionDegrees.hands.mean).toBeLessThan(12);
        expect(report.directionDegrees.fingers.mean).toBeLessThan(5);
        expect(report.discontinuityDegrees).toBeLessThan(5);
    });

    it("makes the same poses of a dance as SMPL parameters and as BVH", async () => {
        const motions = [
            await ReadMotionAsync("motion/aist_gBR_ch01_smpl.npz", ""),
            await ReadMotionAsync("motion/aist_gBR_ch01_smpl_skeleton.bvh", ""),
        ];
        const [smpl, bvh] = motions.map((motion) => {
            const retargeter = new Retargeter(motion.rig, DescribeRig(motion.rig, motion), Generic);
            return { motion, retargeter, source: new RigPose(motion.rig.length), pose: new BodyPose() };
        });
        let [sum, max, count] = [0, 0, 0];
        for (let frame = 0; frame < 720; frame += 12) {
            for (const side of [smpl!, bvh!]) {
                side.motion.sample(frame / 60, side.source);
                side.retargeter.solve(side.source, side.pose);
            }
            for (let joint = 0; joint < 22; joint++) {
                const [a, b] = [smpl!, bvh!].map(
                    ({ pose }) => [...pose.rotations.subarray(joint * 4, joint * 4 + 4)] as unknown as QuaternionTuple,
                );
                const angle = (AngleBetweenQuaternions(a!, b!) * 180) / Math.PI;
                sum += angle;
                max = Math.max(max, angle);
                count++;
            }
        }
        process.stdout.write(`SMPL against BVH °: mean ${(sum / count).toFixed(4)}, max ${max.toFixed(4)}\n`);
        expect(sum / count).toBeLessThan(0.05);
    });
});
