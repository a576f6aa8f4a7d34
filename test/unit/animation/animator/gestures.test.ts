import { describe, expect, it } from "@jest/globals";
import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { AssetContainer } from "@babylonjs/core/assetContainer.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { type IPlayOptions } from "../../../../src/animation/animator/playOptions.js";
import { type GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { AvatarInScene } from "./avatarInScene.js";
import { EmptyScene } from "./babylonScenes.js";
import { Body, Clip, Run, Turn } from "./clipsOfAvatar.js";

/** An avatar on which a clip that holds 10° plays. */
function StandingAvatar(): GaussianAvatar {
    const avatar = AvatarInScene(EmptyScene());
    avatar.animator.play(Clip(avatar, "base", Body, 10), { fade: 0 });
    Run(avatar, 0.1);
    return avatar;
}

/** Plays a gesture on layer 1 for 1.5 s: the greatest step of the shoulder, its greatest turn, and how often the end was told. */
function Gesture(
    avatar: GaussianAvatar,
    gesture: AnimationGroup,
    options: IPlayOptions,
): { readonly step: number; readonly turn: number; readonly ends: number } {
    let [step, turn, ends] = [0, 0, 0];
    const playing = avatar.animator.play(gesture, { layer: 1, loop: false, ...options });
    playing.onAnimationGroupEndObservable.add(() => ends++);
    let last = Turn(avatar, "left_shoulder");
    for (let i = 0; i < 90; i++) {
        Run(avatar, 1 / 60);
        const now = Turn(avatar, "left_shoulder");
        step = Math.max(step, Math.abs(now - last));
        turn = Math.max(turn, now);
        last = now;
    }
    expect(last).toBeCloseTo(10, 2);
    return { step, turn, ends };
}

describe("gestures", () => {
    it.each<[string, IPlayOptions]>([
        ["masked, its first tracks kept out", { mask: "upperBody", fade: 0.2 }],
        ["unmasked", { fade: 0.2 }],
        ["backwards", { speed: -1, fade: 0.2 }],
        ["longer in its fade than it lasts", { fade: 5, from: 0, to: 24 }],
        ["a part of it", { from: 20, to: 50, fade: 0.2 }],
    ])("begin and end blended, and tell their end once: %s", (_, options) => {
        const avatar = StandingAvatar();
        const { step, turn, ends } = Gesture(avatar, Clip(avatar, "wave", Body, 60), options);
        // 50° in 0.2 s, eased: at most 1.5 times 4.2° a step, and half a step of the clip's end.
        expect(step).toBeLessThan(9);
        expect(turn).toBeGreaterThan(59);
        expect(ends).toBe(1);
    });

    it("end at once where their mask leaves nothing to play, and fade out where nothing plays below", () => {
        const avatar = StandingAvatar();
        const wave = Clip(avatar, "wave", Body, 60);
        expect(Gesture(avatar, wave, { mask: "hands" })).toMatchObject({ ends: 1 });
        avatar.animator.stop(0, { fade: 0 });
        Gesture(avatar, wave, { fade: 0.2 });
        expect(wave.isStarted).toBe(false);
    });

    it("begin anew when asked to, and go on where they were paused", () => {
        const avatar = StandingAvatar();
        const wave = Clip(avatar, "wave", Body, 0, 60);
        const options = { layer: 1, loop: false, fade: 0 };
        avatar.animator.play(wave, options);
        Run(avatar, 0.5);
        wave.pause();
        Run(avatar, 0.2);
        expect(Turn(avatar, "head")).toBeCloseTo(10, 1);
        avatar.animator.play(wave, options);
        Run(avatar, 0.1);
        expect(Turn(avatar, "head")).toBeGreaterThan(33);
        avatar.animator.play(wave, { ...options, restart: true });
        Run(avatar, 0.05);
        expect(Turn(avatar, "head")).toBeLessThan(5);
    });
});

describe("a clip", () => {
    it("takes over what changes in its options while it plays", () => {
        const avatar = StandingAvatar();
        const lean = Clip(avatar, "lean", Body, 50);
        avatar.animator.play(lean, { layer: 1, fade: 0 });
        Run(avatar, 0.1);
        avatar.animator.play(lean, { layer: 1, fade: 0, mask: "upperBody" });
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_hip")).toBeCloseTo(10, 1);
        expect(Turn(avatar, "head")).toBeCloseTo(50, 1);
        avatar.animator.play(lean, { layer: 1, fade: 0 });
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_hip")).toBeCloseTo(50, 1);
    });

    it("plays on two layers at once, and its copy goes with it", () => {
        const avatar = AvatarInScene(EmptyScene());
        const walk = Clip(avatar, "walk", Body, 0, 60);
        avatar.animator.play(walk, { fade: 0 });
        Run(avatar, 0.2);
        avatar.animator.play(walk, { layer: 1, mask: "upperBody", fade: 0 });
        const before = Turn(avatar, "left_hip");
        Run(avatar, 0.2);
        expect(Turn(avatar, "left_hip") - before).toBeGreaterThan(10);
        expect(Turn(avatar, "left_hip") - Turn(avatar, "head")).toBeGreaterThan(10);
        walk.dispose();
        Run(avatar, 0.05);
        expect(avatar.getScene().animationGroups).toEqual([]);
    });

    it("does not jump when it comes back while another replaces it", () => {
        const avatar = AvatarInScene(EmptyScene());
        const [walk, run] = [Clip(avatar, "walk", Body, 30), Clip(avatar, "run", Body, 50)];
        avatar.animator.play(walk, { fade: 0 });
        Run(avatar, 0.1);
        avatar.animator.play(run);
        Run(avatar, 0.12);
        let last = Turn(avatar, "head");
        expect(last).toBeGreaterThan(35);
        avatar.animator.play(walk);
        for (let i = 0; i < 30; i++) {
            Run(avatar, 1 / 60);
            expect(Math.abs(Turn(avatar, "head") - last)).toBeLessThan(3);
            last = Turn(avatar, "head");
        }
        expect(last).toBeCloseTo(30, 2);
    });

    it("belongs to the asset container that its avatar is in, whose copies have it", () => {
        const avatar = AvatarInScene(EmptyScene());
        const container = new AssetContainer(avatar.getScene());
        avatar._parentContainer = container;
        const walk = Clip(avatar, "walk", Body, 10);
        expect(container.animationGroups).toEqual([walk]);
        avatar.dispose();
        expect(container.animationGroups).toEqual([]);
    });

    it("is blended with how the body stood without adjustments, and copied without the mask of its layer", () => {
        const avatar = AvatarInScene(EmptyScene());
        const { animator } = avatar;
        animator.setEffector("left_wrist", new Vector3(-0.3, 1.2, 0.4));
        animator.idle.weight = 0.5;
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_shoulder")).toBeGreaterThan(15);
        animator.play(Clip(avatar, "half", Body, 0), { weight: 0.5, fade: 0, mask: "upperBody" });
        const copy = avatar.clone("copy");
        animator.setEffector("left_wrist", null);
        animator.idle.weight = 0;
        Run(avatar, 0.1);
        expect(Turn(avatar, "left_shoulder")).toBeLessThan(0.01);
        expect(copy.animationGroups[0]!.mask).toBeNull();
        expect(copy.animator.idle.weight).toBe(0.5);
        copy.animator.idle.weight = 0;
        Run(copy, 0.05);
        expect(Turn(copy, "left_shoulder")).toBeLessThan(0.01);
    });

    it("refuses numbers that are none, and leaves everything as it was", () => {
        const avatar = StandingAvatar();
        const wave = Clip(avatar, "wave", Body, 60);
        for (const name of ["layer", "fade", "speed", "weight", "from", "to"]) {
            expect(() => avatar.animator.play(wave, { layer: 1, [name]: NaN })).toThrow(
                expect.objectContaining({ code: "invalid-option" }),
            );
        }
        expect(() => avatar.animator.lookAt(Vector3.Zero(), { weight: NaN })).toThrow(/weight/u);
        expect(() => avatar.animator.setEffector("head" as never, null)).toThrow(
            expect.objectContaining({ code: "unknown-joint" }),
        );
        avatar.animator.update(NaN);
        Run(avatar, 0.1);
        expect(wave.isStarted).toBeFalsy();
        expect(Turn(avatar, "left_shoulder")).toBeCloseTo(10, 3);
    });
});

describe("settings of an animator", () => {
    it.each([{ mask: "upper" }, { mask: 5 }, { layer: "x" }, { weight: 7 }, { speed: null }, { fade: "a" }])(
        "that are broken (%j) are left out with a warning that who asked for the animator hears",
        (broken) => {
            const avatar = AvatarInScene(EmptyScene());
            Clip(avatar, "walk", Body, 10);
            avatar.metadata = {
                animator: { rigs: { hero: 5 }, idle: { weight: 0.5 }, playing: [{ group: "walk", ...broken }] },
            };
            const heard: string[] = [];
            avatar.animator.onWarningObservable.add((warning) => heard.push(warning));
            Run(avatar, 0.1);
            expect(heard).toEqual([expect.stringContaining('"walk"')]);
            expect(avatar.animator.serialize()).toMatchObject({ rigs: {}, idle: { weight: 0.5 }, playing: [] });
        },
    );

    it("go along to the next avatar, which has this animator alone", () => {
        const scene = EmptyScene();
        const [a, b] = [AvatarInScene(scene), AvatarInScene(scene)];
        const { animator } = a;
        animator.idle.weight = 0.7;
        b.animator.idle.weight = 0.1;
        b.addBehavior(animator, true);
        expect(b.animator).toBe(animator);
        expect(animator.idle.weight).toBe(0.7);
        expect(a.behaviors).toEqual([]);
        a.dispose();
        expect(() => a.animator).toThrow(expect.objectContaining({ code: "not-attached" }));
        expect(a.behaviors).toEqual([]);
    });
});
