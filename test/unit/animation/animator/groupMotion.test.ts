import { describe, expect, it } from "@jest/globals";
import { Animation } from "@babylonjs/core/Animations/animation.js";
import { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type IAnimationKey } from "@babylonjs/core/Animations/animationKey.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { GroupMotion } from "../../../../src/animation/animator/groupMotion.js";
import { LiveRig } from "../../../../src/animation/animator/liveRig.js";
import { RigPose } from "../../../../src/animation/motion/rigPose.js";
import { APose, MakeRigFixture, MakeTruth } from "../../../support/rigFixtures.js";
import { DescribeWithCharacters, EmptyScene, LoadCharacterAsync, Step } from "./babylonScenes.js";
import { FixtureInScene } from "./fixtureInScene.js";

function Track(property: string, rate: number, type: number, keys: IAnimationKey[]): Animation {
    const animation = new Animation(property, property, rate, type);
    animation.setKeys(keys);
    return animation;
}

/** holder → hips → knee, with a shin that stays where the file put it. */
function TwoBones(scene: Scene): { hips: TransformNode; knee: TransformNode } {
    const [holder, hips, knee] = ["holder", "hips", "knee"].map((name) => new TransformNode(name, scene));
    hips!.parent = holder!;
    knee!.parent = hips!;
    hips!.position.y = 1;
    knee!.position.y = -0.5;
    return { hips: hips!, knee: knee! };
}

const { ANIMATIONTYPE_VECTOR3: Vectors, ANIMATIONTYPE_QUATERNION: Quaternions } = Animation;

DescribeWithCharacters("the motion of a loaded animation group", () => {
    it("poses the rig as Babylon does when it plays the group, at any time and in any order", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
        const group = hero.animationGroups[6]!;
        const motion = new GroupMotion(group);
        const rig = new LiveRig(hero.skeletons[0]!);
        expect(motion.rig).toEqual(rig.rig);
        const [sampled, read] = [new RigPose(motion.rig.length), new RigPose(motion.rig.length)];
        group.start(true);
        for (const share of [0.9, 0.1, 0.513, 0]) {
            const seconds = motion.duration * share;
            motion.sample(seconds, sampled);
            group.goToFrame(group.from + seconds * motion.frameRate);
            rig.read(read);
            sampled.positions.forEach((value, i) => {
                expect(Math.abs(value - read.positions[i]!)).toBeLessThan(1e-6);
            });
        }
    });

    it("does not touch the scene", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
        const state = (): number[] =>
            hero.transformNodes.flatMap((node) => [
                ...node.position.asArray(),
                ...(node.rotationQuaternion?.asArray() ?? []),
            ]);
        const before = state();
        const motion = new GroupMotion(hero.animationGroups[3]!);
        motion.sample(0.2, new RigPose(motion.rig.length));
        expect(state()).toEqual(before);
        expect(hero.animationGroups[3]!.animatables).toEqual([]);
    });
});

describe("the motion of an animation group", () => {
    it("mixes frame rates, keeps what has no channel where the file put it, and evaluates tangents as Babylon does", () => {
        const scene = EmptyScene();
        const { hips, knee } = TwoBones(scene);
        const group = new AnimationGroup("mixed", scene);
        const still = Vector3.Zero();
        const hopping = Track("position", 30, Vectors, [
            { frame: 0, value: new Vector3(0, 1, 0), outTangent: new Vector3(0, 0.1, 0), inTangent: still },
            { frame: 30, value: new Vector3(0, 2, 0), outTangent: still, inTangent: still },
        ]);
        group.addTargetedAnimation(hopping, hips);
        group.addTargetedAnimation(
            Track("rotation", 60, Vectors, [
                { frame: 0, value: still },
                { frame: 30, value: new Vector3(Math.PI / 2, 0, 0) },
            ]),
            hips,
        );
        const motion = new GroupMotion(group);
        expect(motion.frameRate).toBe(60);
        expect(motion.duration).toBe(1);
        const pose = new RigPose(2);
        motion.sample(0.5, pose);
        // 15 frames into the hop, 30 into the turn, by which the knee has swung from below the hips to behind them.
        const height = (hopping.evaluate(15) as Vector3).y;
        expect(pose.positions[1]).toBeCloseTo(height, 6);
        expect([...pose.positions.subarray(3, 6)].map(Math.abs)).toEqual(
            [0, height, 0.5].map((x) => expect.closeTo(x, 6)),
        );
        expect(knee.rotation.asArray()).toEqual([0, 0, 0]);
    });

    it("keeps broken keys out of the pose, and names them", () => {
        const scene = EmptyScene();
        const { hips } = TwoBones(scene);
        const group = new AnimationGroup("broken", scene);
        const value = Quaternion.RotationAxis(Vector3.Right(), 1);
        const broken = new Quaternion(NaN, 0, 0, 1);
        const keys = [value, broken, value].map((rotation, frame) => ({ frame: frame * 10, value: rotation }));
        group.addTargetedAnimation(Track("rotationQuaternion", 10, Quaternions, keys), hips);
        const motion = new GroupMotion(group);
        expect(motion.warnings.join()).toContain('"hips".rotationQuaternion');
        const pose = new RigPose(2);
        for (let seconds = 0; seconds <= 2; seconds += 0.25) {
            motion.sample(seconds, pose);
            expect([...pose.rotations, ...pose.positions].every(Number.isFinite)).toBe(true);
        }
    });

    it("says so when there is nothing to retarget", () => {
        const scene = EmptyScene();
        expect(() => new GroupMotion(new AnimationGroup("empty", scene))).toThrow(
            expect.objectContaining({ code: "no-keys" }),
        );
    });
});

describe("a rig without a skin", () => {
    it("is warned about when it was playing before it was first looked at, and not when it was only started", () => {
        const scene = EmptyScene();
        const perform = (): AnimationGroup =>
            FixtureInScene(scene, MakeRigFixture({ rest: APose, axesSeed: 7 }).perform(MakeTruth(3, 8))).group;
        const [early, late] = [perform(), perform()];
        early.start(true);
        expect(new GroupMotion(early).warnings).toEqual([]);
        late.start(true);
        Step(scene, 0.1);
        expect(new GroupMotion(early).warnings).toEqual([]);
        const first = new GroupMotion(late).warnings;
        expect(first).toEqual([
            expect.stringMatching(/no skin .* was playing when it was first looked at: .* before it plays/),
        ]);
        late.stop();
        expect(new GroupMotion(late).warnings).toEqual(first);
    });
});
