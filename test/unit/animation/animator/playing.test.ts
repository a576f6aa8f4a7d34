import { describe, expect, it } from "@jest/globals";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import "@babylonjs/core/Loading/Plugins/babylonFileLoader.js";
import "@babylonjs/core/Materials/standardMaterial.js";
import { SceneSerializer } from "@babylonjs/core/Misc/sceneSerializer.js";
import { AvatarAnimator } from "../../../../src/animation/animator/avatarAnimator.js";
import { AvatarInScene, Degrees, JointPosition } from "./avatarInScene.js";
import { EmptyScene } from "./babylonScenes.js";
import { Body, Clip, Run, Turn } from "./clipsOfAvatar.js";

describe("layers of clips", () => {
    it("cross-fade from clip to clip on one layer, and do not start a clip over that plays", () => {
        const avatar = AvatarInScene(EmptyScene());
        const [a, b] = [Clip(avatar, "a", Body, 10), Clip(avatar, "b", Body, 50)];
        avatar.animator.play(a, { fade: 0 });
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_hip")).toBeCloseTo(10, 3);
        avatar.animator.play(b, { fade: 0.5 });
        Run(avatar, 0.25);
        const half = Turn(avatar, "left_hip");
        expect(half).toBeGreaterThan(20);
        expect(half).toBeLessThan(40);
        Run(avatar, 0.4);
        expect(Turn(avatar, "left_hip")).toBeCloseTo(50, 3);
        expect(a.isPlaying).toBe(false);
        const frame = b.getCurrentFrame();
        avatar.animator.play(b);
        expect(b.getCurrentFrame()).toBe(frame);
    });

    it("cover the joints of their mask, by their weight, and no others", () => {
        const avatar = AvatarInScene(EmptyScene());
        const [walk, wave] = [Clip(avatar, "walk", Body, 10), Clip(avatar, "wave", Body, 50)];
        avatar.animator.play(walk, { fade: 0 });
        avatar.animator.play(wave, { layer: 1, mask: "upperBody", fade: 0 });
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_hip")).toBeCloseTo(10, 2);
        expect(Turn(avatar, "left_shoulder")).toBeCloseTo(50, 2);
        avatar.animator.play(wave, { layer: 1, weight: 0.5 });
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_shoulder")).toBeCloseTo(30, 2);
        avatar.animator.stop(1, { fade: 0 });
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_shoulder")).toBeCloseTo(10, 2);
        expect(wave.mask).toBeNull();
        expect(() => avatar.animator.play(wave, { mask: ["left_tail"] as never })).toThrow(
            expect.objectContaining({ code: "unknown-mask" }),
        );
    });

    it("add the difference from the first frame when additive, and leave the clip as it was", () => {
        const avatar = AvatarInScene(EmptyScene());
        const [base, nod] = [Clip(avatar, "base", Body, 10), Clip(avatar, "nod", ["head"], 30, 45)];
        avatar.animator.play(base, { fade: 0 });
        avatar.animator.play(nod, { layer: 1, additive: true, fade: 0 });
        Run(avatar, 0.8);
        // The base, and 0.8 of the way from 30° to 45° of which the first frame is taken off; the last step is not yet shown.
        expect(Turn(avatar, "head")).toBeGreaterThan(21.5);
        expect(Turn(avatar, "head")).toBeLessThan(22.5);
        expect(nod.isAdditive).toBe(false);
        expect((nod.targetedAnimations[0]!.animation.getKeys()[0]!.value as Quaternion).x).toBeCloseTo(
            Math.sin(Math.PI / 12),
            6,
        );
    });

    it("let a gesture end blended with what goes on below it, and tell so", () => {
        const avatar = AvatarInScene(EmptyScene());
        const [base, wave] = [Clip(avatar, "base", Body, 10), Clip(avatar, "wave", ["left_shoulder"], 60)];
        const ended: string[] = [];
        avatar.animator.play(base, { fade: 0 });
        Run(avatar, 0.1);
        const playing = avatar.animator.play(wave, { layer: 1, loop: false, fade: 0.2 });
        playing.onAnimationGroupEndObservable.add(({ name }) => ended.push(name));
        let last = Turn(avatar, "left_shoulder");
        let jump = 0;
        for (let step = 0; step < 90; step++) {
            Run(avatar, 1 / 60);
            const turn = Turn(avatar, "left_shoulder");
            jump = Math.max(jump, Math.abs(turn - last));
            last = turn;
        }
        expect(ended).toEqual(["wave"]);
        expect(last).toBeCloseTo(10, 2);
        // 50° in 0.2 s, eased: at most 1.5 times 4.2° a step, and half a step of the clip's end.
        expect(jump).toBeLessThan(9);
    });

    it("blend rotations the short way, whatever the signs of their quaternions", () => {
        const avatar = AvatarInScene(EmptyScene());
        const [a, b, c] = [10, 20, 30].map((degrees) => Clip(avatar, `turned${degrees}`, ["head"], degrees));
        for (const { value } of b!.targetedAnimations[0]!.animation.getKeys()) {
            (value as Quaternion).scaleInPlace(-1);
        }
        avatar.animator.play(a!, { fade: 0 });
        avatar.animator.play(b!, { layer: 1, weight: 0.5, fade: 0 });
        avatar.animator.play(c!, { layer: 2, weight: 0.5, fade: 0 });
        Run(avatar, 0.1);
        expect(Turn(avatar, "head")).toBeCloseTo(22.5, 1);
    });
});

describe("adjustments", () => {
    it("do not add up on joints that nothing animates, and give way to who sets a joint", () => {
        const avatar = AvatarInScene(EmptyScene());
        avatar.animator.setEffector("left_wrist", new Vector3(-0.3, 1.2, 0.4));
        Run(avatar, 0.05);
        const once = avatar.getJoint("left_shoulder")!.rotationQuaternion!.clone();
        expect(Vector3.Distance(JointPosition(avatar, "left_wrist"), new Vector3(-0.3, 1.2, 0.4))).toBeLessThan(1e-3);
        Run(avatar, 0.5);
        expect(Degrees(avatar.getJoint("left_shoulder")!.rotationQuaternion!, once)).toBeLessThan(1e-4);
        const own = Quaternion.RotationAxis(Vector3.Up(), 0.3);
        avatar.getJoint("right_shoulder")!.rotationQuaternion = own.clone();
        avatar.animator.setEffector("left_wrist", null);
        Run(avatar, 0.05);
        expect(Turn(avatar, "left_shoulder")).toBeLessThan(1e-3);
        expect(Degrees(avatar.getJoint("right_shoulder")!.rotationQuaternion!, own)).toBeLessThan(1e-4);
    });

    it("hold on to a node wherever it, and the avatar, moves, in left- and right-handed scenes", () => {
        for (const isRightHanded of [false, true]) {
            const scene = EmptyScene(isRightHanded);
            const [avatar, other] = [AvatarInScene(scene), AvatarInScene(scene)];
            const side = isRightHanded ? 1 : -1;
            const cup = other.getJoint("head")!;
            avatar.animator.setEffector("left_wrist", cup, { turn: true });
            other.position.set(side * 0.2, -0.3, 0.25);
            for (const yaw of [0, 0.2]) {
                avatar.rotation.y = yaw;
                Run(avatar, 0.05);
                expect(
                    Vector3.Distance(JointPosition(avatar, "left_wrist"), JointPosition(other, "head")),
                ).toBeLessThan(2e-3);
            }
            // Turned as the other's head, which faces ahead, while the avatar has turned away below it.
            const wrist = avatar.getJoint("left_wrist")!;
            expect(Vector3.Dot(wrist.forward, cup.forward)).toBeGreaterThan(0.999);
        }
    });

    it.each([false, true])(
        "turn the gaze to what is beside the avatar, wherever it stands (right-handed scene: %s)",
        (isRightHanded) => {
            const scene = EmptyScene(isRightHanded);
            const avatar = AvatarInScene(scene);
            avatar.position.set(3, 0, 1);
            avatar.rotation.y = 0.5;
            const eye = avatar.getJoint("left_eye")!;
            const target = new Vector3(0.8, 1.7, 1.2);
            const inScene = Vector3.TransformCoordinates(target, avatar.computeWorldMatrix(true));
            avatar.animator.lookAt(inScene);
            Run(avatar, 2);
            const way = inScene.subtract(JointPosition(avatar, "left_eye")).normalize();
            eye.computeWorldMatrix(true);
            const angle = Math.acos(
                Vector3.Dot(Vector3.TransformNormal(Vector3.Forward(), eye.getWorldMatrix()).normalize(), way),
            );
            expect((angle * 180) / Math.PI).toBeLessThan(3);
            expect(Turn(avatar, "head")).toBeGreaterThan(8);
        },
    );

    it("follow the clip when a clip plays, and are gone with the animator", () => {
        const avatar = AvatarInScene(EmptyScene());
        const { animator } = avatar;
        animator.play(Clip(avatar, "a", Body, 10), { fade: 0 });
        animator.setEffector("left_wrist", new Vector3(-0.3, 1.2, 0.4));
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_hip")).toBeCloseTo(10, 2);
        expect(Turn(avatar, "left_shoulder")).toBeGreaterThan(15);
        avatar.removeBehavior(animator);
        expect(Turn(avatar, "left_shoulder")).toBeCloseTo(10, 2);
        expect(() => animator.lookAt(null)).toThrow(expect.objectContaining({ code: "not-attached" }));
        expect(avatar.animator).not.toBe(animator);
    });
});

describe("an animator in a saved scene", () => {
    it("is saved with its avatar's node, and comes back with its settings and what plays", () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene);
        Clip(avatar, "walk", Body, 10);
        avatar.metadata = { team: "red" };
        avatar.animator.idle.weight = 0.5;
        avatar.animator.idle.seed = 9;
        avatar.animator.feet.weight = 1;
        avatar.animator.rigs["hero"] = { jaw: null };
        avatar.animator.play(avatar.animationGroups[0]!, { layer: 2, mask: "upperBody", speed: 1.5, fade: 0 });
        const saved = JSON.parse(JSON.stringify(SceneSerializer.Serialize(scene))) as {
            meshes: { name: string; metadata: unknown }[];
        };
        const { metadata } = saved.meshes.find(({ name }) => name === "ada")!;
        expect(metadata).toMatchObject({ team: "red", animator: { customType: "BABYLON.AvatarAnimator" } });
        const loaded = AvatarInScene(EmptyScene());
        Clip(loaded, "walk", Body, 10);
        loaded.metadata = metadata;
        expect(loaded.animator.idle).toMatchObject({ weight: 0.5, seed: 9 });
        expect(loaded.animator.feet.weight).toBe(1);
        expect(loaded.animator.serialize()).toEqual(avatar.animator.serialize());
        Run(loaded, 0.1);
        expect(Turn(loaded, "spine1")).toBeCloseTo(10, 1);
    });

    it("comes back through Babylon's loader on the avatar of its own file", async () => {
        const scene = EmptyScene();
        const avatar = AvatarInScene(scene);
        avatar.position.set(1, 2, 3);
        avatar.animator.play(Clip(avatar, "walk", Body, 10), { fade: 0 });
        avatar.animator.idle.weight = 0.5;
        Run(avatar, 0.1);
        const file = `data:${JSON.stringify(SceneSerializer.Serialize(scene))}`;
        const opened = EmptyScene();
        (await LoadAssetContainerAsync(file, opened)).addAllToScene();
        const saved = opened.getMeshByName("ada")!;
        const loaded = AvatarInScene(opened);
        Clip(loaded, "walk", Body, 10);
        loaded.position.copyFrom(saved.position);
        loaded.addBehavior(AvatarAnimator.Parse((saved.metadata as { animator: unknown }).animator), true);
        saved.dispose();
        Run(loaded, 0.1);
        expect(loaded.position.asArray()).toEqual([1, 2, 3]);
        expect(loaded.animator.idle.weight).toBe(0.5);
        expect(Turn(loaded, "left_shoulder")).toBeGreaterThan(9);
    });

    it.each([null, 7, { idle: { weight: "high" }, playing: [{}, { group: "lost" }] }])(
        "reads %j as far as it goes",
        (parsed) => {
            const avatar = AvatarInScene(EmptyScene());
            const animator = AvatarAnimator.Parse(parsed);
            animator.onWarningObservable.add(() => {});
            avatar.addBehavior(animator, true);
            expect(avatar.animator).toBe(animator);
            expect(animator.idle.weight).toBe(0);
        },
    );
});
