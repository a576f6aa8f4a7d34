import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { WebIO } from "@gltf-transform/core";
import { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { type AssetContainer } from "@babylonjs/core/assetContainer.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type MorphTarget } from "@babylonjs/core/Morph/morphTarget.js";
import { type MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { ReadArkitJson } from "../../../../src/animation/face/tracks/arkitJson.js";
import { ArkitIndices, ArkitNames } from "../../../../src/animation/face/vocabulary/arkit.js";
import { GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { ReadDocumentAsync } from "../../../../src/convert/bake/readDocument.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { Run } from "./clipsOfAvatar.js";
import { Drawn, Morphs } from "./facesOfAvatar.js";
import { DescribeWithCharacters, EmptyScene, LoadCharacterAsync } from "./babylonScenes.js";

function SetMorph(manager: MorphTargetManager, name: string, weight: number): void {
    manager.getTargetByName(name)!.influence = weight;
}

/** An avatar with channels of some names. */
function AvatarWithFace(scene: Scene, channels: readonly string[] = ArkitNames): GaussianAvatar {
    const asset = MakeSampleAvatar({ gaussians: 60, joints: 55, morphTargets: channels.length });
    const morphTargets = asset.morphTargets.map((target, i) => ({ ...target, name: channels[i]! }));
    const avatar = new GaussianAvatar("ada", { ...asset, morphTargets }, scene);
    avatar.morphTargetManager = Morphs(scene, channels);
    return avatar;
}

/** A channel's name as ARKit has it, in lower case. */
function Plain(name: string): string {
    return name.replace(/_L$/u, "Left").replace(/_R$/u, "Right").replace(/^.*\./u, "").toLowerCase();
}

/** The animated head, without its pictures and packing: the loader would fetch decoders for them. */
async function LoadFacecapAsync(scene: Scene): Promise<AssetContainer> {
    const { document } = await ReadDocumentAsync(readFileSync("../shared/data/face/facecap_arkit52.glb"), "facecap");
    const root = document.getRoot();
    for (const part of [...root.listTextures(), ...root.listExtensionsUsed()]) {
        part.dispose();
    }
    const bytes = await new WebIO().writeBinary(document);
    return await LoadAssetContainerAsync(bytes, scene, {
        pluginExtension: ".glb",
        pluginOptions: { gltf: { skipMaterials: true, animationStartMode: 0 } },
    });
}

describe("a face that is followed", () => {
    it("shows on the avatar, whatever its targets are called, and covers what clips do", () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        const face = Morphs(scene, ["bs_jawOpen", "A14_Eye_Blink_Left", "Smirk", "HideHat"]);
        SetMorph(avatar.morphTargetManager!, "jawOpen", 0.5);
        SetMorph(face, "bs_jawOpen", 0.2);
        SetMorph(face, "A14_Eye_Blink_Left", 1);
        SetMorph(face, "Smirk", 0.6);
        avatar.animator.followMorphs(face, { fade: 0.1, shapes: { Smirk: "mouthSmileRight" } });
        Run(avatar, 1 / 60);
        expect(Drawn(avatar)["jawOpen"]).toBeGreaterThan(0.4);
        Run(avatar, 0.2);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.2, eyeBlinkLeft: 1, mouthSmileRight: 0.6 });
        expect(avatar.morphTargetManager!.getTargetByName("jawOpen")!.influence).toBe(0.5);
        avatar.animator.unfollowMorphs({ fade: 0.1 });
        Run(avatar, 0.2);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.5 });
    });

    it("may be of whoever else speaks; when he falls silent the face goes back, and when he is gone that is told", () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        let state: "speaks" | "silent" | "broken" | "over" = "speaks";
        const lost: string[] = [];
        avatar.animator.onFollowLostObservable.add((name) => lost.push(name));
        avatar.animator.onWarningObservable.add(() => undefined);
        const source = {
            name: "camera",
            get isOver(): boolean {
                return state === "over";
            },
            readFace: ({ weights }: { weights: Float32Array }): boolean => {
                weights[ArkitIndices.jawOpen] = state === "broken" ? NaN : 0.4;
                return state !== "silent";
            },
        };
        avatar.animator.followMorphs(source, { fade: 0 });
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.4 });
        state = "broken";
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.4 });
        state = "silent";
        Run(avatar, 1);
        expect(Drawn(avatar)).toEqual({});
        state = "speaks";
        Run(avatar, 0.1);
        state = "over";
        Run(avatar, 1);
        expect([Drawn(avatar), lost]).toEqual([{}, ["camera"]]);
    });

    it("is let go when its morph targets are disposed", () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        const face = Morphs(scene, ["jawOpen"]);
        SetMorph(face, "jawOpen", 1);
        avatar.animator.followMorphs(face, { fade: 0 });
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 1 });
        face.dispose();
        avatar.animator.onWarningObservable.add(() => undefined);
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({});
    });

    it("must be one", () => {
        const scene = EmptyScene();
        const { animator } = AvatarWithFace(scene);
        expect(() => {
            animator.followMorphs(new Mesh("box", scene));
        }).toThrow(/"box" has no morph targets/u);
        expect(() => {
            animator.followMorphs(Morphs(scene, ["HideHat", "HideShoes"]));
        }).toThrow(/None of the morph targets of "HideHat" \(HideHat, HideShoes\)/u);
    });
});

describe("an expression", () => {
    it("is laid over what the face does, within what a face can do, and taken back", () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        SetMorph(avatar.morphTargetManager!, "jawOpen", 0.8);
        SetMorph(avatar.morphTargetManager!, "eyeWideLeft", 0.3);
        avatar.animator.setExpression({ jawOpen: 0.4, blinkLeft: 0.5 }, { fade: 0.1 });
        Run(avatar, 0.05);
        const between = Drawn(avatar)["eyeBlinkLeft"] ?? 0;
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.9928, eyeBlinkLeft: 0.2 }); // sums approach 1;
        expect(between).toBeLessThan(0.2);
        avatar.animator.setExpression(null);
        Run(avatar, 0.5);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.8, eyeWideLeft: 0.3 });
    });

    it("shows on avatars that have whole expressions only, and leaves channels that mean nothing alone", () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene, ["Blink", "Hat"]);
        SetMorph(avatar.morphTargetManager!, "Hat", 0.7);
        avatar.animator.setExpression({ eyeBlinkLeft: 1, eyeBlinkRight: 1, jawOpen: 1 }, { fade: 0 });
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ Blink: 1, Hat: 0.7 });
    });

    it("has names and numbers that are known", () => {
        const { animator } = AvatarWithFace(EmptyScene());
        expect(() => {
            animator.setExpression({ grinn: 1 });
        }).toThrow(/"grinn" is no expression that is known/u);
        expect(() => {
            animator.setExpression({ happy: NaN });
        }).toThrow(/weight of "happy" is NaN/u);
    });
});

describe("a recorded face", () => {
    const names = ["A25_Jaw_Open", "AK_09_EyeBlinkLeft"];
    const frames = Array.from({ length: 90 }, (_, i) => [0.5 + 0.5 * Math.sin(i / 5), i % 30 === 0 ? 1 : 0]);
    const track = ReadArkitJson(JSON.stringify({ names, fps: 30, frames }), "take 3");

    it("becomes a clip that the avatar owns, and plays as it was recorded with fewer keys", () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        const clip = avatar.animator.retargetFace(track);
        expect(avatar.animationGroups).toContain(clip);
        expect(clip.targetedAnimations.map(({ target }) => (target as MorphTarget).name).sort()).toEqual([
            "eyeBlinkLeft",
            "jawOpen",
        ]);
        const most = clip.targetedAnimations.map(({ animation, target }) => {
            const column = (target as MorphTarget).name === "jawOpen" ? 0 : 1;
            // 60 frames a second of a recording that has 30.
            const errors = frames.map((weights, i) => Math.abs(Number(animation.evaluate(2 * i)) - weights[column]!));
            return Math.max(...errors);
        });
        expect(Math.max(...most)).toBeLessThan(0.0025);
        const keys = clip.targetedAnimations.map(({ animation }) => animation.getKeys().length);
        expect(Math.min(...keys)).toBeLessThan(20);
        avatar.animator.play(clip);
        Run(avatar, 1);
        expect(Drawn(avatar)["jawOpen"]).toBeGreaterThan(0);
    });

    it("has names that are known, and channels", () => {
        const scene = EmptyScene();
        const { animator } = AvatarWithFace(scene);
        expect(() => animator.retargetFace({ ...track, channels: ["Hat", "Coat"] })).toThrow(/None of the channels/u);
        expect(() => animator.retargetFace(new AnimationGroup("walk", scene))).toThrow(
            /"walk" has no key that moves a morph target/u,
        );
    });
});

DescribeWithCharacters("a real character's face", () => {
    it("becomes a clip of an avatar: the recorded weights at their times", async () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        const hero = await LoadFacecapAsync(scene);
        const [group] = hero.animationGroups;
        const clip = avatar.animator.retargetFace(group!);
        let keys = 0;
        let [most, compared] = [0, 0];
        for (const { animation, target } of group!.targetedAnimations) {
            const { name } = target as MorphTarget;
            const shape = ArkitNames.find((arkit) => arkit.toLowerCase() === Plain(name));
            const own = clip.targetedAnimations.find((one) => (one.target as MorphTarget).name === shape);
            keys += own?.animation.getKeys().length ?? 0;
            for (const { frame, value } of animation.getKeys()) {
                const at = (60 * frame) / animation.framePerSecond;
                const weight = own ? Number(own.animation.evaluate(at)) : 0;
                most = Math.max(most, Math.abs(weight - (value as number)));
                compared++;
            }
        }
        console.info(
            `a clip of 52 shapes: ${compared} keys, ${keys} of them kept; most different by ${most.toFixed(4)}`,
        );
        expect(compared).toBeGreaterThan(1000);
        expect(most).toBeLessThan(0.0025);
        expect(keys).toBeLessThan(compared);
    }, 30_000);

    it("is followed by its 52 shapes, and its visemes beside them are not added", async () => {
        const scene = EmptyScene();
        const avatar = AvatarWithFace(scene);
        const hero = await LoadCharacterAsync("humanoids/rocketbox_female_01_biped_facial.glb", scene);
        const mapping = avatar.animator.describeFace(hero);
        expect([mapping.channels.length, mapping.unknown]).toEqual([53, []]); // 52 shapes and silence
        avatar.animator.followMorphs(hero, { fade: 0 });
        for (const manager of hero.morphTargetManagers) {
            SetMorph(manager, "AK_25_JawOpen", 0.7);
            SetMorph(manager, "AA_VI_10_aa", 1);
        }
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.7 });
    }, 30_000);
});
