import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { ReadArkitJson } from "../../../src/animation/face/tracks/arkitJson.js";
import { ReadLiveLinkCsv } from "../../../src/animation/face/tracks/liveLinkCsv.js";
import { type IFaceReport } from "../../../src/cli/face/measureFace.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { ItWithData, SharedData } from "../../support/motions.js";

const PathOf = MakeTestFolder();
const Ada = "assets/ada.avatar.glb";

/** A file with a text in it. */
function TextFile(name: string, text: string): string {
    const path = PathOf(name);
    writeFileSync(path, text);
    return path;
}

/** A recording of two frames with channels of some names. */
function Recording(name: string, names: readonly string[]): string {
    return TextFile(name, JSON.stringify({ names, fps: 30, frames: [names.map(() => 0), names.map(() => 0.5)] }));
}

/** An avatar with channels of some names. */
function AvatarFile(name: string, channels: readonly string[]): string {
    const asset = MakeSampleAvatar({ gaussians: 40, joints: 55, morphTargets: channels.length });
    const path = PathOf(name);
    const morphTargets = asset.morphTargets.map((target, i) => ({ ...target, name: channels[i]! }));
    writeFileSync(path, WriteAvatar({ ...asset, morphTargets }));
    return path;
}

describe("gaussian-avatar expressions", () => {
    it("prints what a face can do", async () => {
        const avatar = AvatarFile("few.glb", ["Blink", "Hat", "jawOpen"]);
        const { code, out } = await RunAsync(["expressions", avatar]);
        expect(code).toBe(0);
        expect(out).toContain("has 3 expression channels.");
        expect(out).toContain("  Blink    eyeBlinkLeft, eyeBlinkRight\n");
        expect(out).toContain("  Hat      (its own: no ARKit shape moves it)\n");
        expect(out).toContain("  jawOpen  jawOpen\n");
        const json = JSON.parse((await RunAsync(["expressions", avatar, "--json"])).out) as { channels: unknown[] };
        expect(json.channels[2]).toEqual({ name: "jawOpen", follows: { jawOpen: 1 } });
    });

    ItWithData("puts a phone's recording on a person, frame by frame, and says that nothing was lost", async () => {
        const source = `${SharedData}/face/livelink_sad_169.csv`;
        const [out, report] = [PathOf("sad.json"), PathOf("sad.report.json")];
        const { code, out: text } = await RunAsync([
            "expressions",
            Ada,
            "--track",
            source,
            "-o",
            out,
            "--report",
            report,
        ]);
        expect(code).toBe(0);
        expect(text).toMatch(/1852 frames of 30\.899 s, 52 channels understood, 100\.0 % of closed lips kept\n$/u);
        const recorded = ReadLiveLinkCsv(readFileSync(source, "utf8"), "sad");
        const written = ReadArkitJson(readFileSync(out, "utf8"), "sad");
        expect(written.times.length).toBe(recorded.times.length);
        let most = 0;
        for (const [column, channel] of written.channels.entries()) {
            const from = recorded.channels.findIndex((name) => name.toLowerCase() === channel.toLowerCase());
            for (let row = 0; row < recorded.times.length; row++) {
                const value = written.values[row * written.channels.length + column]!;
                most = Math.max(most, Math.abs(value - recorded.values[row * 52 + from]!));
            }
        }
        expect(most).toBeLessThan(1e-5);
        const figures = JSON.parse(readFileSync(report, "utf8")) as IFaceReport;
        expect(figures.notShown).toEqual([]);
        expect(figures.mapping.unknown).toEqual([]);
        expect(figures.closures.kept).toBeGreaterThanOrEqual(0.95);
    });

    ItWithData("takes clips of glTF files, packed as they may be, by name", async () => {
        const source = `${SharedData}/face/facecap_arkit52.glb`;
        const out = PathOf("facecap.json");
        const { code, out: text } = await RunAsync(["expressions", Ada, "--track", source, "-o", out]);
        expect(code).toBe(0);
        expect(text).toMatch(/335 frames of 11\.\d+ s, 52 channels understood/u);
        const other = await RunAsync(["expressions", Ada, "--track", source, "-o", out, "--clip", "smile"]);
        expect(other.code).not.toBe(0);
        expect(other.err).toMatch(/no clip "smile" that moves a face/u);
    });

    it("writes the avatar with the face as a clip of it", async () => {
        const out = PathOf("talks.glb");
        const track = Recording("hum.json", ["A25_Jaw_Open"]);
        expect(await RunAsync(["expressions", Ada, "--track", track, "-o", out])).toMatchObject({ code: 0 });
        const asset = ReadAvatar(readFileSync(out));
        const clip = asset.animations.find(({ name }) => name === "hum")!;
        const jaw = asset.morphTargets.findIndex(({ name }) => name === "jawOpen");
        const { values, times } = clip.tracks[0]!;
        expect([times.length, values[jaw], values[asset.morphTargets.length + jaw]]).toEqual([2, 0, 0.5]);
        expect(asset.animations.length).toBe(ReadAvatar(readFileSync(Ada)).animations.length + 1);
    });

    it("tells what it cannot show, and takes the user's word for names", async () => {
        const avatar = AvatarFile("jaw.glb", ["jawOpen"]);
        const track = Recording("grin.json", ["jawOpen", "mouthSmileLeft", "Smirk"]);
        const out = PathOf("grin.out.json");
        const first = await RunAsync(["expressions", avatar, "--track", track, "-o", out]);
        expect(first.out).toContain("not shown: mouthSmileLeft");
        expect(first.err).toContain("these channels mean nothing here: Smirk.");
        const shapes = TextFile("shapes.json", '{"Smirk": "jawOpen", "jawOpen": null}');
        await RunAsync(["expressions", avatar, "--track", track, "-o", out, "--shapes", shapes]);
        expect(ReadArkitJson(readFileSync(out, "utf8"), "grin").values).toEqual(Float32Array.of(0, 0.5));
    });

    ItWithData("believes the model that a recording was made for", async () => {
        const avatar = AvatarFile("lids.glb", ["eyeBlinkLeft"]);
        const track = Recording("wink.json", ["blinkLeft"]);
        const out = PathOf("wink.out.json");
        const weights = async (...args: string[]): Promise<Float32Array> => {
            await RunAsync(["expressions", avatar, "--track", track, "-o", out, ...args]);
            return ReadArkitJson(readFileSync(out, "utf8"), "wink").values;
        };
        expect(await weights()).toEqual(Float32Array.of(0, 0.5));
        // Lids of this model are open or closed.
        expect(await weights("--vrm", `${SharedData}/vrm/Godette_vrm0.vrm`)).toEqual(Float32Array.of(0, 0));
    });

    it("turns jaws that are joints, in a clip and in numbers", async () => {
        const sample = MakeSampleAvatar({ gaussians: 40, joints: 55, morphTargets: 0 });
        const avatar = PathOf("jawed.glb");
        const faceJoints = [{ joint: "jaw" as const, turns: { jawOpen: [0.4, 0, 0] as const } }];
        writeFileSync(avatar, WriteAvatar({ ...sample, animations: [], faceJoints }));
        const track = Recording("say.json", ["jawOpen"]);
        for (const out of [PathOf("jawed.out.glb"), PathOf("jawed.out.json")]) {
            expect(await RunAsync(["expressions", avatar, "--track", track, "-o", out])).toMatchObject({ code: 0 });
        }
        const read = ReadAvatar(readFileSync(PathOf("jawed.out.glb")));
        const [clip] = read.animations;
        expect(clip!.tracks.map(({ path, joint }) => [path, read.joints[joint]?.name])).toEqual([["rotation", "jaw"]]);
        expect(clip!.tracks[0]!.values[4]).toBeCloseTo(Math.sin(0.1), 5);
        const { frames } = JSON.parse(readFileSync(PathOf("jawed.out.json"), "utf8")) as {
            frames: { turns: { jaw: number[] } }[];
        };
        expect(frames[1]!.turns.jaw[0]).toBeCloseTo(Math.sin(0.1), 4);
        // Jaws that rest are not keyed; an avatar without a face is told.
        const mute = PathOf("mute.glb");
        writeFileSync(mute, WriteAvatar({ ...sample, animations: [], faceJoints: [] }));
        const { err } = await RunAsync(["expressions", mute, "--track", track, "-o", PathOf("mute.out.glb")]);
        expect(err).toMatch(/neither expression channels nor joints of a face/u);
    });

    it("keeps a motion of the recording's name, and puts a face of that name on anew", async () => {
        const avatar = PathOf("walker.glb");
        const sample = MakeSampleAvatar({ gaussians: 40, joints: 55, morphTargets: 1 });
        const morphTargets = sample.morphTargets.map((target) => ({ ...target, name: "jawOpen" }));
        writeFileSync(avatar, WriteAvatar({ ...sample, morphTargets }));
        const track = Recording("walk.json", ["jawOpen"]);
        const clips = (path: string): string[] => ReadAvatar(readFileSync(path)).animations.map(({ name }) => name);
        expect(clips(avatar)).toEqual(["walk"]);
        const out = PathOf("walker.out.glb");
        await RunAsync(["expressions", avatar, "--track", track, "-o", out]);
        expect(clips(out)).toEqual(["walk", "walk 2"]);
        const talk = Recording("talk.json", ["jawOpen"]);
        const [once, twice] = [PathOf("once.glb"), PathOf("twice.glb")];
        await RunAsync(["expressions", avatar, "--track", talk, "-o", once]);
        await RunAsync(["expressions", once, "--track", talk, "-o", twice]);
        expect(clips(twice)).toEqual(["walk", "talk"]);
    });

    it("writes over nothing that it reads or writes", async () => {
        const track = Recording("safe.json", ["jawOpen"]);
        const shapes = TextFile("safe.shapes.json", '{"jawOpen": "jawOpen"}');
        const run = async (...args: string[]): Promise<number> =>
            (await RunAsync(["expressions", Ada, "--track", track, "--shapes", shapes, ...args])).code;
        const out = PathOf("safe.out.json");
        expect([await run("--report", shapes), await run("-o", out, "--report", out)]).toEqual([2, 2]);
        expect(readFileSync(shapes, "utf8")).toBe('{"jawOpen": "jawOpen"}');
        expect(existsSync(out)).toBe(false);
    });

    it.each([
        ["an output without a track", ["-o", "x.json"], /--output does nothing without a recorded face/u],
        ["no output", ["--track", "x.csv"], /Say where to write/u],
        ["another kind of output", ["--track", "x.csv", "-o", "x.fbx"], /ends in \.json or \.glb/u],
    ])("wants no %s", async (_title, args, message) => {
        const { code, err } = await RunAsync(["expressions", Ada, ...args]);
        expect(code).toBe(2);
        expect(err).toMatch(message);
    });

    it.each([
        ["text.csv", "hello", /no column "Timecode"/u],
        ["broken.json", "{", /it is no JSON/u],
        ["nothing.json", '{"names":["Hat"],"frames":[[1]]}', /None of the channels of "nothing" \(Hat\)/u],
    ])("refuses %s and writes nothing", async (name, text, message) => {
        const out = PathOf(`${name}.out.json`);
        const { code, err } = await RunAsync(["expressions", Ada, "--track", TextFile(name, text), "-o", out]);
        expect(code).not.toBe(0);
        expect(err).toMatch(message);
        expect(existsSync(out)).toBe(false);
    });

    it.each([
        ["[1]", /is no list of shapes by channel/u],
        ["{", /is no JSON/u],
        ['{"Smirk": "grin"}', /"grin".* none of the 52/u],
        ['{"Coat": "jawOpen"}', /no channel "Coat"/u],
        ['{"Smirk": 7}', /none of the 52/u],
    ])("refuses the shapes %s", async (text, message) => {
        const track = Recording("smirk.json", ["jawOpen", "Smirk"]);
        const shapes = TextFile("wrong.json", text);
        const { code, err } = await RunAsync([
            "expressions",
            Ada,
            "--track",
            track,
            "--shapes",
            shapes,
            "-o",
            PathOf("o.json"),
        ]);
        expect(code).not.toBe(0);
        expect(err).toMatch(message);
    });
});
