import { describe, expect, it } from "@jest/globals";
import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { type AvatarAnimator } from "../../../../src/animation/animator/avatarAnimator.js";
import { DeclareExpressionSpace } from "../../../../src/animation/face/space/declareExpressionSpace.js";
import { DescribeExpressionSpace } from "../../../../src/animation/face/space/describeExpressionSpace.js";
import { type IFaceSource } from "../../../../src/animation/face/faceSource.js";
import { ReadArkitJson } from "../../../../src/animation/face/tracks/arkitJson.js";
import { ArkitIndices, type ArkitName, ArkitNames } from "../../../../src/animation/face/vocabulary/arkit.js";
import { VisemeWeights } from "../../../../src/animation/face/vocabulary/visemes.js";
import { GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { EmptyScene } from "./babylonScenes.js";
import { Run } from "./clipsOfAvatar.js";
import { Drawn, Morphs } from "./facesOfAvatar.js";

/** One frame. */
const Frame = 1 / 60;

/** An avatar with the 52 channels. */
function Avatar(): GaussianAvatar {
    const scene = EmptyScene();
    const asset = MakeSampleAvatar({ gaussians: 60, joints: 55, morphTargets: 52 });
    const morphTargets = asset.morphTargets.map((target, i) => ({ ...target, name: ArkitNames[i]! }));
    const avatar = new GaussianAvatar("ada", { ...asset, morphTargets }, scene);
    avatar.morphTargetManager = Morphs(scene, ArkitNames);
    return avatar;
}

/** A face that does one thing all the time. */
function Source(name: string, shape: ArkitName, weight: number, head: readonly number[] | null = null): IFaceSource {
    return {
        name,
        turnsHead: head !== null,
        readFace: (frame) => {
            frame.weights[ArkitIndices[shape]] = weight;
            frame.head.set(head ?? [0, 0, 0, 1]);
            return true;
        },
    };
}

/** How far the head is turned by the face: what the animator's driver has. */
function HeadOf({ animator }: GaussianAvatar): { share: number; turns: boolean; head: number } {
    const { _attachment: attachment } = animator as unknown as {
        _attachment: { face: { followed: { share: number; turnsHead: boolean; face: { head: Float64Array } } } };
    };
    const { followed } = attachment.face;
    return { share: followed.share, turns: followed.turnsHead, head: followed.face.head[1]! };
}

describe("what is followed in place of something else", () => {
    it("is faded to, lips and head alike, and so are the parts that are followed", () => {
        const avatar = Avatar();
        const turned = Source("a", "jawOpen", 0, [0, 0.3, 0, Math.sqrt(1 - 0.09)]);
        avatar.animator.followMorphs(turned, { fade: 0 });
        Run(avatar, 0.1);
        expect(HeadOf(avatar)).toMatchObject({ share: 1, turns: true, head: 0.3 });
        avatar.animator.followMorphs(Source("b", "jawOpen", 1), { fade: 1, parts: { brow: 0 } });
        Run(avatar, Frame);
        expect(Drawn(avatar)["jawOpen"] ?? 0).toBeLessThan(0.02);
        expect(HeadOf(avatar).head).toBeGreaterThan(0.29);
        Run(avatar, 0.5);
        expect(Drawn(avatar)["jawOpen"]).toBeGreaterThan(0.3);
        expect(Drawn(avatar)["jawOpen"]).toBeLessThan(0.7);
        Run(avatar, 0.6);
        expect(Drawn(avatar)).toEqual({ jawOpen: 1 });
        expect(HeadOf(avatar)).toMatchObject({ turns: false, head: 0 });
        avatar.animator.followMorphs(Source("c", "browInnerUp", 0.8), { fade: 1 });
        Run(avatar, 0.5);
        expect(Drawn(avatar)["browInnerUp"]).toBeGreaterThan(0.02);
        Run(avatar, 0.6);
        expect(Drawn(avatar)).toEqual({ browInnerUp: 0.8 });
    });

    it("is taken as it is after a gap, smoothed or not", () => {
        const avatar = Avatar();
        let speaks = true;
        const source: IFaceSource = {
            name: "camera",
            readFace: ({ weights }) => {
                weights[ArkitIndices.browInnerUp] = speaks ? 0.8 : 0;
                return speaks;
            },
        };
        avatar.animator.followMorphs(source, { fade: 0, smooth: true });
        Run(avatar, 0.2);
        speaks = false;
        Run(avatar, 0.45);
        speaks = true;
        Run(avatar, Frame);
        expect(Drawn(avatar)["browInnerUp"]).toBeCloseTo(0.8, 4);
    });

    it("may turn the head only by what is a rotation", () => {
        const avatar = Avatar();
        avatar.animator.followMorphs(Source("broken", "jawOpen", 0.5, [1e200, 0, 0, 1e200]), { fade: 0 });
        Run(avatar, 0.1);
        expect(HeadOf(avatar).head).toBe(0);
        expect(Drawn(avatar)).toEqual({});
    });

    it("is let go when the meshes that have it are disposed", () => {
        const avatar = Avatar();
        const scene = avatar.getScene();
        const mesh = new Mesh("hero", scene);
        mesh.morphTargetManager = Morphs(scene, ["jawOpen"]);
        mesh.morphTargetManager.getTarget(0).influence = 0.8;
        const lost: string[] = [];
        avatar.animator.onFollowLostObservable.add((name) => lost.push(name));
        avatar.animator.onWarningObservable.add(() => undefined);
        avatar.animator.followMorphs(mesh, { fade: 0 });
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.8 });
        mesh.dispose();
        Run(avatar, 0.1);
        expect([Drawn(avatar), lost]).toEqual([{}, ["hero"]]);
    });
});

describe("clips of faces", () => {
    const clip = (avatar: GaussianAvatar, shape: ArkitName): ReturnType<AvatarAnimator["play"]> => {
        const track = { names: [shape], fps: 10, frames: [[0.7], [0.7], [0.7]] };
        return avatar.animator.retargetFace(ReadArkitJson(JSON.stringify(track), shape));
    };

    it.each([0, 0.25])("leave nothing behind, faded in %d s", (fade) => {
        const avatar = Avatar();
        avatar.morphTargetManager!.getTargetByName("browInnerUp")!.influence = 0.2;
        avatar.animator.play(clip(avatar, "jawOpen"), { layer: 1, fade });
        Run(avatar, 0.5);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.7, browInnerUp: 0.2 });
        avatar.animator.play(clip(avatar, "mouthPucker"), { layer: 1, fade });
        Run(avatar, 0.5);
        expect(Drawn(avatar)).toEqual({ mouthPucker: 0.7, browInnerUp: 0.2 });
        avatar.animator.stop(1, { fade });
        Run(avatar, 0.5);
        expect(Drawn(avatar)).toEqual({ browInnerUp: 0.2 });
    });

    it("show what they do, whatever else is turned on", () => {
        const avatar = Avatar();
        const set = (shape: ArkitName, weight: number): void => {
            avatar.morphTargetManager!.getTargetByName(shape)!.influence = weight;
        };
        set("jawOpen", 0);
        set("mouthClose", 0.6);
        set("browInnerUp", 1.4);
        const { life } = avatar.animator;
        [life.blinking, life.saccades, life.micro, life.weight] = [0, 0, 0, 0.01];
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toMatchObject({ mouthClose: 0.6, browInnerUp: 1.4 });
    });

    it("keep keys of times that fall together in single precision apart", () => {
        const avatar = Avatar();
        const frames = [0, 60.1, 60.1 + 1e-9, 60.2, 60.3].map((time, i) => ({ time, jawOpen: [0, 0.9, 0.9, 0, 0][i] }));
        const group = avatar.animator.retargetFace(ReadArkitJson(JSON.stringify(frames), "take"));
        const keys = group.targetedAnimations[0]!.animation.getKeys().map(({ value }) => value as number);
        expect(Math.max(...keys)).toBeCloseTo(0.9, 6);
        expect(keys.every(Number.isFinite)).toBe(true);
    });
});

describe("what is wrong is refused, and does not stay", () => {
    it.each([
        [{ mode: "replace" }, /`mode` is "replace": additive, blend, override/u],
        [{ parts: ["nostrils"] }, /`parts` is "nostrils"/u],
        [{ overrides: { ears: "block" } }, /`overrides` is "ears": blink, lookAt, mouth/u],
        [{ overrides: { blink: "all" } }, /`overrides` is "all": block, blend/u],
    ])("of an expression: %j", (options, message) => {
        const avatar = Avatar();
        const set = (given: object): void => {
            avatar.animator.setExpression({ jawOpen: 0.4 }, { fade: 0, ...given });
        };
        expect(() => {
            set(options);
        }).toThrow(message);
        set({});
        Run(avatar, 0.1);
        expect(Drawn(avatar)).toEqual({ jawOpen: 0.4 });
    });

    it("of ranges: the neutral face must be in them", () => {
        const asset = MakeSampleAvatar({ gaussians: 40, joints: 22, morphTargets: 1 });
        const morphTargets = asset.morphTargets.map((target) => ({ ...target, range: [0.5, 1] as const }));
        expect(() => ReadAvatar(WriteAvatar({ ...asset, morphTargets }))).toThrow(
            /from 0\.5 to 1: 0, the neutral face/u,
        );
        const space = DescribeExpressionSpace({ ...asset, morphTargets });
        expect(() => DeclareExpressionSpace(asset, space)).toThrow(/goes from 0\.5 to 1, without 0/u);
    });

    it("of schemes of visemes", () => {
        expect(() => VisemeWeights("oculus" as never, 1)).toThrow(/no scheme of visemes "oculus": there are azure/u);
    });

    it("of nothing in seeds, which may be negative", () => {
        const avatar = Avatar();
        avatar.animator.life.seed = -7;
        expect(avatar.clone("copy").animator.life.seed).toBe(-7);
    });
});
