import { describe, expect, it } from "@jest/globals";
import { DeclareExpressionSpace } from "../../../../src/animation/face/space/declareExpressionSpace.js";
import { DescribeExpressionSpace } from "../../../../src/animation/face/space/describeExpressionSpace.js";
import { ExpressionMapper } from "../../../../src/animation/face/space/expressionMapper.js";
import { NamedExpressionSpace } from "../../../../src/animation/face/space/namedExpressionSpace.js";
import { ShapeSolver } from "../../../../src/animation/face/space/shapeSolver.js";
import { ArkitCount, ArkitIndices, type ArkitName } from "../../../../src/animation/face/vocabulary/arkit.js";
import { FaceMixer } from "../../../../src/animation/face/vocabulary/faceMixer.js";
import { MapFaceChannels } from "../../../../src/animation/face/vocabulary/mapFaceChannels.js";
import { VisemeNames } from "../../../../src/animation/face/vocabulary/visemes.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";
import { PrintFigure } from "../../../support/motions.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const Sets: Readonly<Record<string, readonly string[]>> = {
    visemes: VisemeNames.map((name) => `viseme_${name}`),
    "VRM 1": [..."happy angry sad relaxed surprised aa ih ou ee oh blink blinkLeft blinkRight neutral".split(" ")],
    "VRM 1, gaze": [
        ..."happy angry sad relaxed surprised aa ih ou ee oh lookUp lookDown lookLeft lookRight".split(" "),
    ],
    "shapes in parts": [
        ..."CheekPuffLeft CheekPuffRight BrowInnerUpLeft BrowInnerUpRight jawOpen mouthSmileLeft mouthSmileRight".split(
            " ",
        ),
    ],
};

/** Both ways: weights of channels → face, face → weights of channels. */
function Ways(channels: readonly string[]): {
    readonly face: (weights: ArrayLike<number>) => Float32Array;
    readonly back: (face: ArrayLike<number>) => Float32Array;
} {
    const mixer = new FaceMixer(MapFaceChannels(channels, { name: "hero" }));
    const mapper = new ExpressionMapper(NamedExpressionSpace("hero", channels));
    return {
        face: (weights) => {
            const face = new Float32Array(ArkitCount);
            mixer.mix(weights, 0, face);
            return face;
        },
        back: (face) => {
            const code = new Float32Array(channels.length);
            mapper.map(face, code, new Float64Array(0));
            return code;
        },
    };
}

describe.each(Object.entries(Sets))("an avatar whose channels are %s", (name, channels) => {
    const { face, back } = Ways(channels);

    it("shows a channel of another one of its kind by that channel", () => {
        channels.forEach((channel, index) => {
            const given = Float32Array.from(channels, (_, i) => Number(i === index));
            const shown = back(face(given));
            const others = shown.filter((_, i) => i !== index);
            const isSide = /CheekPuff|BrowInner/u.test(channel); // half of what ARKit has once
            if (face(given).some((weight) => weight > 0) && !isSide) {
                expect([channel, shown[index]! > 0.97, Math.max(...others) < 0.03]).toEqual([channel, true, true]);
            }
        });
    });

    it("shows mixed faces as what they are", () => {
        const random = SeededRandom(3);
        let [error, size] = [0, 0];
        for (let trial = 0; trial < 200; trial++) {
            const few = Float32Array.from(channels, () => (random() < 0.25 ? random() : 0));
            const wanted = face(few);
            const found = face(back(wanted));
            error += found.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0);
            size += wanted.reduce((sum, value) => sum + value * value, 0);
        }
        PrintFigure(`${name}: mixed faces are missed by ${(100 * Math.sqrt(error / size)).toFixed(2)} %`);
        expect(Math.sqrt(error / size)).toBeLessThan(0.03);
    });

    it("shows single shapes no stronger than they are", () => {
        for (let shape = 0; shape < ArkitCount; shape++) {
            const wanted = Float32Array.from({ length: ArkitCount }, (_, i) => Number(i === shape));
            const found = face(back(wanted));
            expect(Math.max(...found)).toBeLessThan(1.01);
        }
    });
});

it("lids are closed once where there is a blink of both eyes and one of each", () => {
    const { face, back } = Ways(Sets["VRM 1"]!);
    const both = face(Float32Array.from(Sets["VRM 1"]!, (channel) => Number(channel === "blink")));
    const shown = back(both);
    const weight = (channel: string): number => shown[Sets["VRM 1"]!.indexOf(channel)]!;
    expect([weight("blink"), weight("blinkLeft"), weight("blinkRight")]).toEqual([1, 0, 0]);
    expect(face(shown)[ArkitIndices.eyeBlinkLeft]).toBe(1);
});

it("a channel that the user names does not silence the others of its part", () => {
    for (const channels of [Sets["visemes"]!, Sets["VRM 1"]!]) {
        const { channels: kept, unused } = MapFaceChannels([...channels, "Smirk"], {
            name: "hero",
            shapes: { Smirk: "mouthSmileLeft" },
        });
        expect([kept.length, unused]).toEqual([channels.length + 1, []]);
    }
});

it("what is no number moves nothing", () => {
    const { back } = Ways(Sets["visemes"]!);
    expect(Math.max(...back(new Float32Array(ArkitCount).fill(NaN)))).toBe(0);
});

it("compounds survive a file, by their names, and codes of them are read back", () => {
    const names = ["aa", "oh", "browInnerUp"];
    const sample = MakeSampleAvatar({ gaussians: 40, joints: 22, morphTargets: 3 });
    const asset = { ...sample, morphTargets: sample.morphTargets.map((target, i) => ({ ...target, name: names[i]! })) };
    const space = DescribeExpressionSpace(asset);
    expect(space.compounds!.map(({ channel }) => channel)).toEqual([0, 1]);
    const again = DescribeExpressionSpace(DeclareExpressionSpace(asset, space));
    expect(again.compounds).toEqual(space.compounds);
    expect(again.fromArkit).toEqual(space.fromArkit);
    const shapes = new Float32Array(ArkitCount);
    new ShapeSolver(space).solve([1, 0, 0.5], shapes);
    const shape = (name: ArkitName): number => Number(shapes[ArkitIndices[name]]!.toFixed(2));
    expect([shape("jawOpen"), shape("mouthLowerDownLeft"), shape("browInnerUp")]).toEqual([0.6, 0.2, 0.5]);
});
