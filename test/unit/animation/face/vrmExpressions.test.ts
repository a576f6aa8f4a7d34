import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ArkitIndices, type ArkitName } from "../../../../src/animation/face/vocabulary/arkit.js";
import { type FaceStatements } from "../../../../src/animation/face/vocabulary/faceMapping.js";
import { FaceMixer } from "../../../../src/animation/face/vocabulary/faceMixer.js";
import { MapFaceChannels } from "../../../../src/animation/face/vocabulary/mapFaceChannels.js";
import { ReadVrmExpressions } from "../../../../src/animation/face/vocabulary/vrmExpressions.js";
import { JoinGlb } from "../../../../src/format/glbContainer.js";
import { DescribeWithData, SharedData } from "../../../support/motions.js";

/** A model with one mesh on node 1, whose targets are named as VRM exporters name them. */
function Model(extensions: object): Uint8Array {
    const targetNames = ["Fcl_MTH_A", "mouthSmileLeft", "mouthSmileRight", "Hat"];
    return JoinGlb(
        {
            asset: { version: "2.0" },
            nodes: [{ name: "root" }, { mesh: 0 }, { mesh: 0 }],
            meshes: [{ primitives: [{ attributes: {}, extras: { targetNames } }] }],
            extensions,
        },
        new Uint8Array(0),
    );
}

/** The 52 shapes that weights of a model's expressions make. */
function Mix(channels: FaceStatements, weights: Readonly<Record<string, number>>): (shape: ArkitName) => number {
    const names = Object.keys(weights);
    const out = new Float32Array(52);
    new FaceMixer(MapFaceChannels(names, { name: "hero", channels })).mix(Object.values(weights), 0, out);
    return (shape) => out[ArkitIndices[shape]]!;
}

const Happy = { isBinary: false, overrideBlink: "block", overrideLookAt: "none", overrideMouth: "blend" };
const Smirk = {
    morphTargetBinds: [
        { node: 1, index: 1, weight: 0.8 },
        { node: 2, index: 1, weight: 0.8 },
        { node: 1, index: 2, weight: 0.2 },
        { node: 1, index: 3, weight: 1 },
        { node: 9, index: 0, weight: 1 },
    ],
};

describe("a model of VRM 1", () => {
    const read = (preset: object, custom: object | null = {}): FaceStatements =>
        ReadVrmExpressions(Model({ VRMC_vrm: { specVersion: "1.0", expressions: { preset, custom } } }), "hero.vrm");

    it("has expressions that keep others away, and its own, by what they are made of", () => {
        const channels = read({ happy: Happy, blink: {}, aa: {} }, { Smirk, Wave: {} });
        expect(channels["happy"]).toMatchObject({ isBinary: false, overrides: { blink: "block", mouth: "blend" } });
        expect(channels["Smirk"]?.shapes).toEqual({ mouthSmileLeft: 0.8, mouthSmileRight: 0.2 });
        expect(channels["Wave"]?.shapes).toBeUndefined();
        const open = Mix(channels, { aa: 1, blink: 1 });
        const happy = Mix(channels, { aa: 1, blink: 1, happy: 0.25 });
        expect(happy("eyeBlinkLeft")).toBe(0);
        expect(happy("jawOpen")).toBeCloseTo(0.75 * open("jawOpen"), 6);
        expect(Mix(channels, { Smirk: 0.5 })("mouthSmileLeft")).toBeCloseTo(0.4, 6);
    });

    it("may have none at all", () => {
        expect(read({}, null)).toEqual({});
        expect(ReadVrmExpressions(Model({ VRMC_vrm: { expressions: null } }), "hero.vrm")).toEqual({});
    });

    it("does not overrule what a name or the user says", () => {
        const channels = read({ happy: { morphTargetBinds: [{ node: 1, index: 3, weight: 1 }] } }, { Smirk });
        expect(Mix(channels, { happy: 1 })("mouthSmileLeft")).toBeCloseTo(0.8, 6);
        const { channels: mapped } = MapFaceChannels(["Smirk"], {
            name: "hero",
            channels,
            shapes: { Smirk: "jawLeft" },
        });
        expect(mapped[0]).toMatchObject({ family: "custom", shapes: { jawLeft: 1 } });
    });
});

DescribeWithData("a real model of VRM 0", () => {
    const read = (file: string): FaceStatements => ReadVrmExpressions(readFileSync(`${SharedData}/vrm/${file}`), file);

    it("has its presets under all their names, and eyes that wink all or nothing", () => {
        const channels = read("Godette_vrm0.vrm");
        expect(channels["Blink_L"]).toEqual({ isBinary: true, shapes: { eyeBlinkLeft: 1 } });
        expect(channels["blinkLeft"]).toEqual(channels["Blink_L"]);
        expect(channels["happy"]).toEqual(channels["Joy"]);
        expect(channels["Blink"]?.shapes).toEqual({ eyeBlinkLeft: 1, eyeBlinkRight: 1 });
        expect(Mix(channels, { blinkLeft: 0.4 })("eyeBlinkLeft")).toBe(0);
        expect(Mix(channels, { blinkLeft: 0.6 })("eyeBlinkLeft")).toBe(1);
    });

    it("is told from other files", () => {
        expect(() => read("test_expression.vrma")).toThrow(
            /"test_expression.vrma" cannot be read: it is no VRM model/u,
        );
    });
});

it.each([
    ["no GLB", new Uint8Array(40), /begins neither with "glTF"/u],
    [
        "weights that are text",
        Model({ VRM: { blendShapeMaster: { blendShapeGroups: [{ binds: [{ mesh: "0" }] }] } } }),
        /binds/u,
    ],
    [
        "ways that do not exist",
        Model({ VRMC_vrm: { expressions: { preset: { a: { overrideBlink: "all" } } } } }),
        /overrideBlink/u,
    ],
])("%s are refused by name", (_, bytes, reason) => {
    expect(() => ReadVrmExpressions(bytes, "hero.vrm")).toThrow(/The expressions of "hero.vrm" cannot be read/u);
    expect(() => ReadVrmExpressions(bytes, "hero.vrm")).toThrow(reason);
});
