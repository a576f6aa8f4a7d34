import { describe, expect, it } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import {
    ArkitIndices,
    ArkitMirror,
    type ArkitName,
    ArkitNames,
    ArkitParts,
} from "../../../../src/animation/face/vocabulary/arkit.js";
import { FaceMixer } from "../../../../src/animation/face/vocabulary/faceMixer.js";
import { FindKnownShape } from "../../../../src/animation/face/vocabulary/knownShapes.js";
import { MapFaceChannels } from "../../../../src/animation/face/vocabulary/mapFaceChannels.js";
import { VisemeNames, VisemeShapes, VisemeWeights } from "../../../../src/animation/face/vocabulary/visemes.js";
import { SeededRandom } from "../../../../src/convert/capture/seededRandom.js";
import { PrintFigure, SharedData } from "../../../support/motions.js";

/** The morph target names of a glTF file. */
function MorphNames(path: string): string[] {
    const bytes = readFileSync(path);
    const json = JSON.parse(bytes.subarray(20, 20 + bytes.readUInt32LE(12)).toString()) as {
        meshes?: { extras?: { targetNames?: string[] }; primitives: { extras?: { targetNames?: string[] } }[] }[];
    };
    const lists = (json.meshes ?? []).flatMap(({ extras, primitives }) => [extras, ...primitives.map((p) => p.extras)]);
    return [...new Set(lists.flatMap((list) => list?.targetNames ?? []))];
}

/** What a name of a file that follows ARKit means, read off its own letters only: an oracle without tables. */
function Expected(name: string): ArkitName | undefined {
    const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/gu, "");
    const sided = name.replace(/_L$/u, "Left").replace(/_R$/u, "Right");
    return ArkitNames.find((shape) => plain(sided).endsWith(plain(shape)) && plain(sided).length <= shape.length + 2);
}

const Files: readonly (readonly [file: string, arkit: number, others: number])[] = [
    ["face/facecap_arkit52.glb", 52, 0],
    ["humanoids/rocketbox_female_01_biped_facial.glb", 52, 15],
    ["base-human/base_human_female.glb", 52, 15],
];

describe.each(Files)("%s", (file, arkit, others) => {
    const path = `${SharedData}/${file}`;
    (existsSync(path) ? it : it.skip)("every name is understood, on its own side", () => {
        const names = MorphNames(path);
        const { channels, unknown, unused } = MapFaceChannels(names, { name: file });
        const right = names.filter((name) => {
            const shape = Expected(name);
            const found = channels.find(({ source }) => source === name);
            return shape !== undefined && found?.shapes[shape] === 1 && Object.keys(found.shapes).length === 1;
        });
        PrintFigure(
            `${file}: ${right.length} ARKit names of ${names.length}, ${unused.length} said twice, ${unknown.length} unknown`,
        );
        expect(names.filter((name) => Expected(name) !== undefined && !right.includes(name))).toEqual([]);
        expect(right).toHaveLength(arkit);
        expect(unused.length + channels.length - arkit).toBe(others);
        expect(unknown).toEqual([]);
    });
});

const LiveLink = `${SharedData}/face/livelink_sad_169.csv`;

(existsSync(LiveLink) ? it : it.skip)("the columns of a Live Link Face recording are the 52 shapes", () => {
    const columns = readFileSync(LiveLink, "utf8").split("\n")[0]!.trim().split(",");
    const { channels, unknown } = MapFaceChannels(columns.slice(2), { name: "recording" });
    expect(new Set(channels.flatMap(({ shapes }) => Object.keys(shapes))).size).toBe(52);
    expect(unknown.every((name) => /Yaw$|Pitch$|Roll$/u.test(name))).toBe(true);
});

const Godette = `${SharedData}/vrm/Godette_vrm0.vrm`;

(existsSync(Godette) ? it : it.skip)("the groups and morphs of a VRM character are understood", () => {
    const groups = ["Neutral", "A", "I", "U", "E", "O", "Blink", "Joy", "Angry", "Sorrow", "Fun"].concat([
        "LookUp", "LookDown", "LookLeft", "LookRight", "Blink_L", "Blink_R",
    ]); // prettier-ignore
    expect(MapFaceChannels(groups, { name: "groups" }).unknown).toEqual([]);
    const { channels, unknown } = MapFaceChannels(MorphNames(Godette), { name: "morphs" });
    const shapesOf = (name: string): unknown => channels.find(({ source }) => source === name)?.shapes;
    expect(shapesOf("blink_left")).toEqual({ eyeBlinkLeft: 1 });
    expect(shapesOf("look_left")).toEqual({ eyeLookOutLeft: 1, eyeLookInRight: 1 });
    expect(unknown).toEqual(["HideHairBalls", "HdieEarRings", "HideBlush", "angled_eyebrows"]);
});

/** Names of every scheme with what they mean. */
const Samples: readonly (readonly [name: string, shapes: Record<string, number>])[] = [
    ...ArkitNames.map((name) => [name, { [name]: 1 }] as const),
    ["A14_Eye_Blink_Left", { eyeBlinkLeft: 1 }],
    ["CTRL_expressions_browDownL", { browDownLeft: 1 }],
    ["CTRL_expressions_mouthCornerPullR", { mouthSmileRight: 1 }],
    ["CTRL_expressions_eyeLookLeftL", { eyeLookOutLeft: 1 }],
    ["CTRL_expressions_eyeLookLeftR", { eyeLookInRight: 1 }],
    ["CTRL_expressions_jawFwd", { jawForward: 1 }],
    ["MouthCornerPullLeft", { mouthSmileLeft: 1 }],
    ["EyeClosedRight", { eyeBlinkRight: 1 }],
    ["LipFunnelUpperLeft", { mouthFunnel: 0.25 }],
    ["LipFunnelUpper", { mouthFunnel: 0.5 }],
    ["BrowInnerUpLeft", { browInnerUp: 0.5 }],
    ["AU12L", { mouthSmileLeft: 1 }],
    ["AU12_R", { mouthSmileRight: 1 }],
    ["AU1", { browInnerUp: 1 }],
    ["Lip_Corner_Puller_L", { mouthSmileLeft: 1 }],
    ["mouthSmile", { mouthSmileLeft: 1, mouthSmileRight: 1 }],
    ["eyesClosed", { eyeBlinkLeft: 1, eyeBlinkRight: 1 }],
    ["viseme_PP", VisemeShapes.PP],
    ["vrc.v_aa", VisemeShapes.aa],
    ["V_E", VisemeShapes.E],
    ["AA_VI_12_I", VisemeShapes.I],
    ["blinkLeft", { eyeBlinkLeft: 1 }],
    ["まばたき", { eyeBlinkLeft: 1, eyeBlinkRight: 1 }],
    ["Fcl_EYE_Close_L", { eyeBlinkLeft: 1 }],
] as never;

it.each(Samples.slice(52).map(([name, shapes]) => ({ name, shapes })))("$name is understood", ({ name, shapes }) => {
    expect(FindKnownShape(name)?.shapes).toEqual(shapes);
});

it("names survive changes of case, prefix and separators", () => {
    const random = SeededRandom(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const words = (name: string): string[] => name.replace(/([a-z0-9])([A-Z])/gu, "$1 $2").split(/[ _.]/u);
    const cases = [
        (list: string[]): string => list.join(""),
        (list: string[]): string => list.join("_"),
        (list: string[]): string => list.join("-").toLowerCase(),
        (list: string[]): string => list.join("_").toUpperCase(),
        (list: string[]): string => list.join("").toLowerCase(),
        (list: string[]): string => list.join(" "),
        (list: string[]): string => list.map((word) => word[0]!.toUpperCase() + word.slice(1)).join(""),
    ];
    const prefixes = ["", "", "bs_", "blendShape1.", "Head|", "Wolf3D_Head.", "mesh_", "ARKit_", "body:face:", "Face_"];
    const ascii = Samples.filter(([name]) => /^[\w.]+$/u.test(name) && !/^(?:vrc|v_|AA_VI|A14|viseme)/iu.test(name));
    const failures: string[] = [];
    let count = 0;
    for (let round = 0; round < 20; round++) {
        for (const [name, shapes] of ascii) {
            const scrambled = pick(prefixes) + pick(cases)(words(name));
            const found = FindKnownShape(scrambled)?.shapes ?? {};
            count++;
            if (JSON.stringify(found) !== JSON.stringify(shapes)) {
                failures.push(`${name}: ${scrambled}`);
            }
        }
    }
    PrintFigure(`scrambled names: ${(100 - (100 * failures.length) / count).toFixed(2)} % of ${count} understood`);
    expect(failures.length / count).toBeLessThan(0.02);
});

it("tables know no side better than the other", () => {
    const mirror = (name: string): string =>
        name.replace(/Left|Right|_L$|_R$|L$|R$/gu, (side) => SideSwaps[side as keyof typeof SideSwaps]);
    const swap = (shapes: Readonly<Record<string, number>>): Record<string, number> =>
        Object.fromEntries(
            Object.entries(shapes).map(([shape, weight]) => [
                ArkitNames[ArkitMirror[ArkitIndices[shape as ArkitName]]!]!,
                weight,
            ]),
        );
    for (const [name, shapes] of Samples) {
        if (mirror(name) !== name && !/eyeLook(?:Left|Right)/u.test(name)) {
            expect([name, FindKnownShape(mirror(name))?.shapes]).toEqual([name, swap(shapes)]);
        }
    }
    for (const viseme of VisemeNames) {
        expect(swap(VisemeShapes[viseme] as Record<string, number>)).toEqual(VisemeShapes[viseme]);
    }
});

const SideSwaps = { Left: "Right", Right: "Left", _L: "_R", _R: "_L", L: "R", R: "L" } as const;

it("shapes, visemes and whole expressions of one source are not added up", () => {
    const { channels, unused } = MapFaceChannels(["jawOpen", "viseme_aa", "happy", "eyeBlinkLeft", "A"], {
        name: "hero",
    });
    expect(channels.map(({ source }) => source)).toEqual(["jawOpen", "happy", "eyeBlinkLeft"]);
    // A smile keeps its brows: nothing else of the source moves them.
    expect(channels[1]!.shapes).toEqual({ cheekSquintLeft: 0.45, cheekSquintRight: 0.45, browInnerUp: 0.1 });
    expect(unused).toEqual(["viseme_aa", "A"]);
});

it("one of several channels of a name is read", () => {
    const { channels, unused } = MapFaceChannels(["Head.jawOpen", "Teeth.jawOpen"], { name: "hero" });
    expect(channels.map(({ source }) => source)).toEqual(["Head.jawOpen"]);
    expect(unused).toEqual(["Teeth.jawOpen"]);
});

it("the user's word counts", () => {
    const options = { name: "hero", shapes: { Smirk: { mouthSmileLeft: 0.8 }, jawOpen: null } } as const;
    const { channels, unknown } = MapFaceChannels(["Smirk", "jawOpen", "mouthSmileLeft"], options);
    expect(channels.find(({ source }) => source === "Smirk")?.shapes).toEqual({ mouthSmileLeft: 0.8 });
    expect(unknown).toEqual(["jawOpen"]);
    expect(() => MapFaceChannels(["a"], { name: "hero", shapes: { b: "jawOpen" } })).toThrow(
        /no channel "b": it has a/u,
    );
    expect(() => MapFaceChannels(["a"], { name: "hero", shapes: { a: "jawopen" as "jawOpen" } })).toThrow(
        /none of the 52/u,
    );
});

it("channels are added up, and keep others away as VRM says", () => {
    const names = ["aa", "blink", "happy", "surprised"];
    const mapping = MapFaceChannels(names, {
        name: "hero",
        channels: { happy: { overrides: { mouth: "blend", blink: "block" } }, surprised: { isBinary: true } },
    });
    const mixer = new FaceMixer(mapping);
    const out = new Float32Array(52);
    const mix = (...values: number[]): void => {
        mixer.mix(values, 0, out);
    };
    mix(1, 1, 0, 0.4);
    expect(out[ArkitIndices.jawOpen]).toBeCloseTo(0.6, 6);
    expect(out[ArkitIndices.eyeBlinkLeft]).toBe(1);
    mix(1, 1, 0.25, 0);
    expect(out[ArkitIndices.jawOpen]).toBeCloseTo(0.75 * 0.6, 6);
    expect(out[ArkitIndices.eyeBlinkLeft]).toBe(0);
    mix(NaN, 0, 0, 0.6);
    expect(out[ArkitIndices.jawOpen]).toBeCloseTo(0.35, 6);
    expect(out.every(Number.isFinite)).toBe(true);
});

it("visemes of speech services are understood by their own names", () => {
    expect(VisemeWeights("azure", 21)).toEqual(VisemeShapes.PP);
    expect(VisemeWeights("azure", 1)["jawOpen"]).toBeCloseTo(0.7 * 0.62 + 0.3 * 0.32, 9);
    expect(VisemeWeights("polly", "@")["jawOpen"]).toBeCloseTo(0.6 * 0.32, 9);
    expect(() => VisemeWeights("azure", 22)).toThrow(/"22" is no viseme of the scheme "azure"/u);
});

it("names that are no names are harmless", () => {
    for (const name of ["", ".", "___", "L", "_L", "constructor", "__proto__", "left", "x".repeat(100_000), "😀_L"]) {
        expect([name.slice(0, 12), FindKnownShape(name)]).toEqual([name.slice(0, 12), null]);
    }
    expect(ArkitParts).toHaveLength(52);
});
