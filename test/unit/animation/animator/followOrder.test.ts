import { describe, expect, it } from "@jest/globals";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { AvatarInScene, Degrees } from "./avatarInScene.js";
import { EmptyScene } from "./babylonScenes.js";
import { Body, Clip, Run, Turn } from "./clipsOfAvatar.js";

function Apart(a: GaussianAvatar, b: GaussianAvatar): number {
    const angles = a.skeleton!.bones.map((bone, i) =>
        Degrees(
            bone.getTransformNode()!.rotationQuaternion!,
            b.skeleton!.bones[i]!.getTransformNode()!.rotationQuaternion!,
        ),
    );
    return Math.max(...angles);
}

describe("who follows somebody", () => {
    it.each([
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
    ])("sees the pose of this frame, in whatever order animators are made (%i %i %i)", (...order) => {
        const scene = EmptyScene();
        const avatars = [0, 1, 2].map(() => AvatarInScene(scene));
        order.forEach((avatar) => avatars[avatar]!.animator);
        avatars[2]!.animator.follow(avatars[1]!.skeleton!, { fade: 0 });
        avatars[1]!.animator.follow(avatars[0]!.skeleton!, { fade: 0 });
        avatars[0]!.animator.play(Clip(avatars[0]!, "walk", Body, 0, 60), { fade: 0 });
        avatars[0]!.animator.setEffector("left_wrist", new Vector3(-0.3, 1.2, 0.4));
        Run(avatars[0]!, 0.3);
        expect(Turn(avatars[2]!, "left_shoulder")).toBeGreaterThan(15);
        expect(Apart(avatars[0]!, avatars[2]!)).toBeLessThan(1e-3);
    });

    it("sees what observers of onBeforeRenderObservable do to the rig", () => {
        const scene = EmptyScene();
        const [source, follower] = [AvatarInScene(scene), AvatarInScene(scene)];
        follower.animator.follow(source.skeleton!, { fade: 0 });
        scene.onBeforeRenderObservable.add(() => {
            source.getJoint("left_elbow")!.rotationQuaternion = Quaternion.RotationAxis(Vector3.Up(), 1);
        });
        Run(source, 1 / 60);
        expect(Apart(source, follower)).toBeLessThan(1e-3);
    });

    it("follows bones that a ragdoll takes off their nodes, and tells when a skeleton is gone", () => {
        const scene = EmptyScene();
        const [source, follower] = [AvatarInScene(scene), AvatarInScene(scene)];
        const skeleton = source.skeleton!;
        skeleton.prepare(true);
        follower.animator.follow(skeleton, { fade: 0 });
        Run(source, 0.05);
        for (const bone of skeleton.bones) {
            bone.linkTransformNode(null);
        }
        const elbow = skeleton.bones.find(({ name }) => name === "left_elbow")!;
        elbow.setRotationQuaternion(Quaternion.RotationAxis(Vector3.Up(), 1));
        Run(source, 0.05);
        expect(Turn(follower, "left_elbow")).toBeCloseTo((1 * 180) / Math.PI, 1);
        follower.animator.follow(skeleton, { fade: 0, grip: 0.5 });
        const lost: string[] = [];
        follower.animator.onFollowLostObservable.add((name) => lost.push(name));
        follower.animator.onWarningObservable.add(() => {});
        skeleton.dispose();
        Run(source, 0.05);
        expect(lost).toHaveLength(1);
        expect(() => {
            follower.animator.follow(skeleton);
        }).toThrow(expect.objectContaining({ code: "disposed-source" }));
    });

    it("goes over to what plays when following ends, and does not begin anew when asked for the same", () => {
        const scene = EmptyScene();
        const [source, follower] = [AvatarInScene(scene), AvatarInScene(scene)];
        source.getJoint("left_shoulder")!.rotationQuaternion = Quaternion.RotationAxis(Vector3.Right(), 1.5);
        follower.animator.play(Clip(follower, "stand", Body, 10), { fade: 0 });
        for (let i = 0; i < 60; i++) {
            follower.animator.follow(source.skeleton!);
            Run(follower, 1 / 60);
        }
        expect(Apart(source, follower)).toBeLessThan(1e-3);
        follower.animator.unfollow();
        let last = Turn(follower, "left_shoulder");
        expect(last).toBeGreaterThan(80);
        for (let i = 0; i < 30; i++) {
            Run(follower, 1 / 60);
            // 76° in 0.25 s, eased: at most 1.5 times 5.1° a step.
            expect(Math.abs(Turn(follower, "left_shoulder") - last)).toBeLessThan(8);
            last = Turn(follower, "left_shoulder");
        }
        expect(last).toBeCloseTo(10, 3);
    });
});
