import { describe, expect, it } from "@jest/globals";
import { AnimatorAvatar } from "@babylonjs/core/Animations/animatorAvatar.js";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { RootMotionClip, RootMotionController } from "@babylonjs/core/Animations/rootMotion.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { BodyKinematics } from "../../../../src/animation/pose/bodyKinematics.js";
import { BodyPose } from "../../../../src/animation/pose/bodyPose.js";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { type GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { SmplxJointNames, type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { APose, MakeRigFixture, MakeTruth } from "../../../support/rigFixtures.js";
import { AvatarInScene, Degrees, GroupNamed, JointPosition } from "./avatarInScene.js";
import { DescribeWithCharacters, EmptyScene, LoadCharacterAsync, Step } from "./babylonScenes.js";
import { FixtureInScene } from "./fixtureInScene.js";

/** Local rotations of all joints as they stand. */
function Rotations(avatar: GaussianAvatar): Quaternion[] {
    return SmplxJointNames.map((name) => avatar.getJoint(name)!.rotationQuaternion!.clone());
}

/** World rotations of joints in avatar space, from local ones. */
function WorldRotations(avatar: GaussianAvatar): (name: SmplxJointName) => Quaternion {
    const pose = new BodyPose();
    Rotations(avatar).forEach((rotation, joint) => {
        pose.rotations.set(rotation.normalize().asArray(), joint * 4);
    });
    return WorldOf(pose);
}

function WorldOf(pose: BodyPose): (name: SmplxJointName) => Quaternion {
    const kinematics = new BodyKinematics(GenericSkeleton.flat());
    kinematics.update(pose);
    return (name) => Quaternion.FromArray(kinematics.rotations, SmplxJointNames.indexOf(name) * 4);
}

function Mean(values: readonly number[]): number {
    return values.reduce((a, b) => a + b, 0) / values.length;
}

function ShowFrame(scene: Scene, group: AnimationGroup, frame: number): void {
    group.goToFrame(frame);
    Step(scene, 0);
}

describe("retargeting a clip from a rig that rests in an A-pose", () => {
    it("reproduces arms and hands, where Babylon's retargeter keeps the difference of the rest poses", () => {
        const scene = EmptyScene();
        const fixture = MakeRigFixture({ rest: APose, axesSeed: 7 });
        const truth = MakeTruth(3, 16);
        const { group } = FixtureInScene(scene, fixture.perform(truth));
        const avatar = AvatarInScene(scene);
        const ours = avatar.animator.retarget(group);
        const baseline = new AnimatorAvatar("baseline");
        baseline.showWarnings = false;
        baseline.skeletons.add(avatar.skeleton!);
        const names = Object.entries(fixture.profile.mapping.nodes).map(
            ([joint, node]) => [fixture.rig[node]!.name, joint] as const,
        );
        const theirs = baseline.retargetAnimationGroup(group, { mapNodeNames: new Map(names), fixRootPosition: false });
        const errors = (clip: AnimationGroup, framesPerKey: number): number[] => {
            clip.start(true);
            const found = (["shoulder", "elbow", "wrist"] as const).map((part) => {
                // In a loop the last frame is the first one.
                const angles = truth.poses.slice(0, -1).flatMap((pose, frame) => {
                    ShowFrame(scene, clip, frame * framesPerKey);
                    const [is, shall] = [WorldRotations(avatar), WorldOf(pose)];
                    return (["left", "right"] as const).map((side) =>
                        Degrees(is(`${side}_${part}`), shall(`${side}_${part}`)),
                    );
                });
                return Mean(angles);
            });
            clip.stop();
            return found;
        };
        const [mine, babylons] = [errors(ours, 2), errors(theirs, 1)];
        const show = (values: number[]): string => values.map((value) => value.toFixed(2)).join("° / ");
        process.stdout.write(
            `A-pose clip, upper arm / forearm / hand with roll: ours ${show(mine)}°, AnimatorAvatar ${show(babylons)}°\n`,
        );
        expect(Math.max(...mine)).toBeLessThan(1);
        expect(Math.min(...babylons)).toBeGreaterThan(20); // else the comparison compares nothing
    });
});

DescribeWithCharacters("the clip of a loaded character on an avatar", () => {
    it("is an ordinary group on the avatar's joints, and lives and is copied with the avatar", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/Xbot_mixamo.glb", scene);
        const avatar = AvatarInScene(scene);
        const walk = avatar.animator.retarget(GroupNamed(hero.animationGroups, "walk"), { name: "stroll" });
        hero.dispose();
        expect(walk.name).toBe("stroll");
        expect(walk.from).toBe(0);
        expect(walk.to).toBeGreaterThan(30);
        expect(avatar.animationGroups).toEqual([walk]);
        const keys = walk.targetedAnimations.map(({ animation }) => animation.getKeys());
        expect(walk.targetedAnimations).toHaveLength(56); // rotations, and where the pelvis is
        for (const track of keys) {
            expect([track[0]!.frame, track.at(-1)!.frame]).toEqual([0, walk.to]);
            for (let key = 1; key < track.length && track[key]!.value instanceof Quaternion; key++) {
                expect(
                    Quaternion.Dot(track[key - 1]!.value as Quaternion, track[key]!.value as Quaternion),
                ).toBeGreaterThan(0);
            }
        }
        const copy = avatar.clone("bob");
        expect(copy.animationGroups.map(({ name }) => name)).toEqual(["stroll"]);
        expect(copy.animator).not.toBe(avatar.animator);
        avatar.dispose();
        expect(scene.animationGroups).toEqual(copy.animationGroups);
        copy.animationGroups[0]!.start(true);
        ShowFrame(scene, copy.animationGroups[0]!, 20);
        expect(Degrees(copy.getJoint("left_hip")!.rotationQuaternion!, Quaternion.Identity())).toBeGreaterThan(2);
    });

    it("shows what following the character shows, at every time", async () => {
        const scene = EmptyScene();
        const hero = await LoadCharacterAsync("humanoids/mesh2motion_ue_rig.glb", scene);
        const [group] = hero.animationGroups;
        const [baked, live] = [AvatarInScene(scene), AvatarInScene(scene)];
        const clip = baked.animator.retarget(group!);
        live.animator.follow(hero, { fade: 0 });
        group!.start(true);
        clip.start(true);
        const angles: number[] = [];
        const distances: number[] = [];
        for (let share = 0; share < 1; share += 0.07) {
            group!.goToFrame(group!.from + (group!.to - group!.from) * share);
            ShowFrame(scene, clip, clip.to * share);
            const [a, b] = [Rotations(baked), Rotations(live)];
            angles.push(...a.map((rotation, joint) => Degrees(rotation, b[joint]!)));
            distances.push(Vector3.Distance(JointPosition(baked, "left_wrist"), JointPosition(live, "left_wrist")));
        }
        process.stdout.write(
            `baked against live: worst joint ${Math.max(...angles).toFixed(3)}°, wrist ${(Math.max(...distances) * 1e3).toFixed(2)} mm\n`,
        );
        // Keys are reduced within 0.1° a joint; between two of them the way is a chord.
        expect(Math.max(...angles)).toBeLessThan(0.25);
        expect(Math.max(...distances)).toBeLessThan(2e-3);
    });

    it("hands its travel to Babylon's root motion, which moves the avatar's node", () => {
        const scene = EmptyScene();
        const { group } = FixtureInScene(scene, Walk());
        const avatar = AvatarInScene(scene);
        const walk = avatar.animator.retarget(group);
        const clip = new RootMotionClip(walk, { characterNode: avatar, extractRotation: false });
        expect(clip.characterNode).toBe(avatar);
        const controller = new RootMotionController(avatar);
        controller.addClip(clip);
        clip.animationGroup.start(true);
        for (let step = 0; step < 60; step++) {
            Step(scene, 1 / 60);
        }
        process.stdout.write(`root motion: avatar went ${avatar.position.length().toFixed(3)} m in 1 s of 2 m/s\n`);
        expect(avatar.position.z).toBeGreaterThan(1.8);
        expect(avatar.position.z).toBeLessThan(2.2);
        expect(Math.abs(avatar.getJoint("pelvis")!.position.z)).toBeLessThan(0.05);
    });
});

/** A person who slides ahead at 2 m/s. */
function Walk(): ReturnType<ReturnType<typeof MakeRigFixture>["perform"]> {
    const poses = Array.from({ length: 61 }, (_, frame) => {
        const pose = new BodyPose();
        pose.pelvis.set(GenericSkeleton[0]!);
        pose.pelvis[2]! += frame / 30;
        return pose;
    });
    return MakeRigFixture().perform({ poses, frameRate: 60 });
}

describe("an avatar that follows a rig", () => {
    function RigInScene(scene: Scene): ReturnType<typeof FixtureInScene> {
        return FixtureInScene(scene, MakeRigFixture({ rest: APose, axesSeed: 2 }).perform(MakeTruth(5, 30)));
    }

    it.each([false, true])(
        "raises the arm that is seen raised, wherever both stand (right-handed scene: %s)",
        (isRightHanded) => {
            const scene = EmptyScene(isRightHanded);
            const poses = [new BodyPose()];
            poses[0]!.pelvis.set(GenericSkeleton[0]!);
            poses[0]!.rotations.set([0, 0, Math.sin(0.6), Math.cos(0.6)], SmplxJointNames.indexOf("left_shoulder") * 4);
            const { nodes, group, holder } = FixtureInScene(
                scene,
                MakeRigFixture({ rest: APose }).perform({ poses, frameRate: 30 }),
            );
            const avatar = AvatarInScene(scene);
            const standing = new Vector3(2, 0, -1);
            avatar.position.copyFrom(standing);
            avatar.rotation.y = 0.7;
            holder.position.set(-3, 0.2, 0);
            avatar.animator.follow(holder, { fade: 0 });
            group.start();
            Step(scene, 0);
            const hands = (["LeftHand", "RightHand"] as const).map((name) => {
                const hand = nodes.find((node) => node.name === name)!;
                hand.computeWorldMatrix(true);
                return hand.getAbsolutePosition().subtract(holder.position);
            });
            const [left, right] = [JointPosition(avatar, "left_wrist"), JointPosition(avatar, "right_wrist")].map(
                (position) => Vector3.TransformCoordinates(position, avatar.computeWorldMatrix(true).clone().invert()),
            );
            expect(left!.y - right!.y).toBeGreaterThan(0.3);
            // The rig rests with its legs apart, which makes them 3 mm shorter: by so much the avatar stands higher.
            expect(Vector3.Distance(left!, hands[0]!)).toBeLessThan(4e-3);
            expect(Vector3.Distance(right!, hands[1]!)).toBeLessThan(4e-3);
        },
    );

    it("blends in, and changes over from one rig to another without a jump", () => {
        const scene = EmptyScene();
        const [first, second] = [RigInScene(scene), RigInScene(scene)];
        const avatar = AvatarInScene(scene);
        const other = AvatarInScene(scene);
        avatar.animator.follow(first.holder, { fade: 0 });
        other.animator.follow(second.holder, { fade: 0 });
        ShowFrame(scene, first.group.start(true), 12);
        ShowFrame(scene, second.group.start(true), 25);
        const [from, goal] = [Rotations(avatar), Rotations(other)];
        avatar.animator.follow(second.holder, { fade: 0.5 });
        Step(scene, 0);
        const apart = (a: Quaternion[], b: Quaternion[]): number => Math.max(...a.map((q, i) => Degrees(q, b[i]!)));
        expect(apart(Rotations(avatar), from)).toBeLessThan(1e-3);
        avatar.animator.update(0.25);
        const half = Rotations(avatar);
        expect(apart(half, from)).toBeLessThan(apart(goal, from) * 0.6);
        avatar.animator.update(0.25);
        expect(apart(Rotations(avatar), goal)).toBeLessThan(1e-3);
    });

    it("keeps its last pose when the rig is disposed, and tells so once", () => {
        const scene = EmptyScene();
        const { holder, group } = RigInScene(scene);
        const avatar = AvatarInScene(scene);
        const [lost, warnings]: string[][] = [[], []];
        avatar.animator.onFollowLostObservable.add((name) => lost!.push(name));
        avatar.animator.onWarningObservable.add((message) => warnings!.push(message));
        avatar.animator.follow(holder, { fade: 0 });
        ShowFrame(scene, group.start(true), 20);
        const last = Rotations(avatar);
        warnings!.length = 0;
        group.dispose();
        holder.dispose();
        Step(scene, 0.016);
        Step(scene, 0.016);
        expect(lost).toEqual(["__root__"]);
        expect(warnings).toHaveLength(1);
        expect(avatar.animator.isFollowing).toBe(false);
        expect(Rotations(avatar)).toEqual(last);
    });

    it("refuses what it cannot follow, and goes on as before", () => {
        const scene = EmptyScene();
        const { holder, group } = RigInScene(scene);
        const avatar = AvatarInScene(scene);
        avatar.animator.follow(holder, { fade: 0 });
        expect(() => avatar.animator.follow(avatar.skeleton!)).toThrow(expect.objectContaining({ code: "no-rig" }));
        const box = new TransformNode("box", scene);
        expect(() => avatar.animator.follow(box)).toThrow(expect.objectContaining({ code: "no-rig" }));
        const chain = Array.from({ length: 20 }, (_, i) => new TransformNode(`link${i}`, scene));
        chain.forEach((link, i) => (link.parent = chain[i - 1] ?? box));
        expect(() => avatar.animator.follow(box)).toThrow(expect.objectContaining({ code: "rig-joints-missing" }));
        ShowFrame(scene, group.start(true), 10);
        expect(avatar.animator.isFollowing).toBe(true);
        expect(Degrees(avatar.getJoint("left_knee")!.rotationQuaternion!, Quaternion.Identity())).toBeGreaterThan(1);
    });

    it("gives the same pose for the same frame, forwards, backwards and in a pause", () => {
        const scene = EmptyScene();
        const { holder, group } = RigInScene(scene);
        const avatar = AvatarInScene(scene);
        avatar.animator.follow(holder, { fade: 0 });
        group.start(true);
        const poses = [3, 17, 28, 17, 3].map((frame) => {
            ShowFrame(scene, group, frame);
            return Rotations(avatar);
        });
        const apart = (a: Quaternion[], b: Quaternion[]): number => Math.max(...a.map((q, i) => Degrees(q, b[i]!)));
        expect(apart(poses[0]!, poses[4]!)).toBeLessThan(1e-5);
        expect(apart(poses[1]!, poses[3]!)).toBeLessThan(1e-5);
        group.pause();
        Step(scene, 0.1);
        expect(apart(Rotations(avatar), poses[4]!)).toBeLessThan(1e-5);
    });

    it.each([
        [0, 50],
        // Adjusters box a few numbers that cross their functions.
        [1, 1000],
    ])("allocates nothing while following (foot planting: %d)", (feet, most) => {
        const scene = EmptyScene();
        const { holder, group } = RigInScene(scene);
        const avatar = AvatarInScene(scene);
        avatar.animator.feet.weight = feet;
        avatar.animator.follow(holder, { fade: 0 });
        ShowFrame(scene, group.start(true), 10);
        const follow = (times: number): void => {
            for (let i = 0; i < times; i++) {
                avatar.animator.update(0.016);
            }
        };
        // Numbers are boxed until all of it is optimised code, which a busy machine takes its time for.
        let growth = Infinity;
        for (let round = 0; round < 25 && growth > most; round++) {
            const before = process.memoryUsage().heapUsed;
            follow(1000);
            growth = Math.abs(process.memoryUsage().heapUsed - before) / 1000; // a collection in between is not zero either
        }
        process.stdout.write(`following, foot planting ${feet}: heap grew by ${growth.toFixed(1)} bytes a frame\n`);
        expect(growth).toBeLessThan(most); // one vector for each joint would be 3 kB
    });
});
