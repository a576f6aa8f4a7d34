import { describe, expect, it } from "@jest/globals";
import { ReadBvh } from "../../../../src/animation/motion/bvh.js";
import { CreateBvhMotion } from "../../../../src/animation/motion/bvhMotion.js";
import { ReadSmplMotion } from "../../../../src/animation/motion/smplMotion.js";
import { CreateSmplMotion } from "../../../../src/animation/motion/smplRigMotion.js";
import { WriteMotionGlb } from "../../../../src/animation/motion/writeMotionGlb.js";
import { SampleBodyFrames } from "../../../../src/animation/motion/bodyFrames.js";
import { MeasureAvatarBody } from "../../../../src/animation/pose/measureAvatarBody.js";
import { ClipSampler } from "../../../../src/animation/retarget/clipSampler.js";
import { WriteMotionBvh, WriteMotionNpz } from "../../../../src/animation/retarget/writeClip.js";
import { ReadCharacterMotionsAsync } from "../../../../src/convert/motion/readCharacterMotions.js";
import { CompareFrames, PrintFigure, RetargetFrames } from "../../../support/motions.js";
import { APose, MakeRigFixture, MakeTruth } from "../../../support/rigFixtures.js";
import { AvatarInScene } from "./avatarInScene.js";
import { EmptyScene } from "./babylonScenes.js";
import { FixtureInScene } from "./fixtureInScene.js";

describe("a clip of the avatar, baked to be written", () => {
    const scene = EmptyScene();
    const avatar = AvatarInScene(scene);
    const { joints } = avatar.asset;
    const body = MeasureAvatarBody(joints);
    const { group } = FixtureInScene(scene, MakeRigFixture({ rest: APose, axesSeed: 7 }).perform(MakeTruth(3, 16)));
    const clip = avatar.animator.bakeClip(group);
    const frames = SampleBodyFrames(new ClipSampler(clip, body), 30);

    it("is what retargeting puts on the joints, and comes back from the avatar's own group as it is", () => {
        const own = avatar.animator.bakeClip(avatar.animator.retarget(group), { frameRate: 30, tolerance: 0 });
        const again = SampleBodyFrames(new ClipSampler(own, body), 30);
        const { max, pelvis } = CompareFrames(frames, again);
        PrintFigure(`own group baked: ${max.toExponential(1)}° max, pelvis ${(pelvis * 1e3).toFixed(4)} mm`);
        // Key times are rounded to a thousandth of a frame, values to single precision.
        expect(max).toBeLessThan(0.02);
        expect(pelvis).toBeLessThan(1e-5);
    });

    it("can be written as SMPL-X, BVH and glTF, and read again", async () => {
        const files = {
            npz: CreateSmplMotion("x", ReadSmplMotion(WriteMotionNpz(clip, joints, { frameRate: 30 }))),
            bvh: CreateBvhMotion("x", ReadBvh(WriteMotionBvh(clip, joints, { frameRate: 30 }))),
            glb: (await ReadCharacterMotionsAsync(WriteMotionGlb([clip], joints), "x.glb"))[0]!,
        };
        for (const [kind, motion] of Object.entries(files)) {
            const { max } = CompareFrames(frames, RetargetFrames(motion, body, 30).frames);
            PrintFigure(`baked clip through ${kind}: ${max.toExponential(1)}° max`);
            expect(max).toBeLessThan(0.02);
        }
    });
});
