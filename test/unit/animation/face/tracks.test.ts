import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { LipGap } from "../../../../src/animation/face/compose/lipGap.js";
import { RetargetFace } from "../../../../src/animation/face/retargetFace.js";
import { NamedExpressionSpace } from "../../../../src/animation/face/space/namedExpressionSpace.js";
import { ReadArkitJson } from "../../../../src/animation/face/tracks/arkitJson.js";
import { type IFaceRows, type IFaceTrack, MakeFaceTrack } from "../../../../src/animation/face/tracks/faceTrack.js";
import { FaceTrackSampler } from "../../../../src/animation/face/tracks/faceTrackSampler.js";
import { ReadLiveLinkCsv } from "../../../../src/animation/face/tracks/liveLinkCsv.js";
import { ArkitNames } from "../../../../src/animation/face/vocabulary/arkit.js";
import { PrintFigure, SharedData } from "../../../support/motions.js";

/** Rows that are there. */
function Rows(samples: readonly { readonly seconds: number; readonly weights: readonly number[] }[]): IFaceRows {
    return {
        count: samples.length,
        secondsOf: (row) => samples[row]!.seconds,
        read: (row, weights) => weights.set(samples[row]!.weights),
    };
}

const Header = `Timecode,BlendshapeCount,${ArkitNames.join(",")},HeadYaw`;

/** A row of a recording: `weights` by name, all others 0. */
function Row(timecode: string, weights: Readonly<Record<string, number | string>>): string {
    return [timecode, 53, ...ArkitNames.map((name) => weights[name] ?? 0), 0.3].join(",");
}

function Csv(...rows: readonly string[]): string {
    return [Header, ...rows].join("\n");
}

/** The weights of a channel, a number a frame. */
function Channel({ channels, times, values }: IFaceTrack, name: string): number[] {
    const at = channels.indexOf(name);
    return Array.from(times, (_, row) => values[row * channels.length + at]!);
}

describe("recordings of Live Link Face", () => {
    it("take their times from the timecode: fractions of frames, the rate from the highest frame, past midnight", () => {
        const track = ReadLiveLinkCsv(
            Csv(
                Row("23:59:59:10.500", { jawOpen: 0.1 }),
                Row("23:59:59:59.000", { jawOpen: 0.2 }),
                Row("00:00:00:30.000", { jawOpen: 0.3 }),
            ),
            "night",
        );
        expect([...track.times].map((time) => Number(time.toFixed(6)))).toEqual([0, 0.808333, 1.325]);
        expect(Channel(track, "jawOpen")).toEqual([0.1, 0.2, 0.3].map(Math.fround));
        expect(track.channels).toEqual(ArkitNames);
        expect(track.warnings).toEqual([]);
    });

    it("leave out rows of 51 or 53 columns and rows that go back in time, and tell so", () => {
        const whole = Row("10:00:00:01", { jawOpen: 0.5 });
        const track = ReadLiveLinkCsv(
            Csv(whole, `${Row("10:00:00:02", {})},7`, whole.replace("00:01", "00:03").replace(/,[^,]*$/u, ""), whole),
            "torn",
        );
        expect(Channel(track, "jawOpen")).toEqual([0.5]);
        expect(track.warnings).toEqual([
            "It is too short to show its frame rate: 60 frames a second are assumed.",
            "2 of 4 frames do not have the columns of the header: left out.",
            "1 of 2 frames go back in time, or stand still: left out.",
        ]);
        const allWrong = Csv(`${Row("10:00:00:02", {})},7`);
        expect(() => ReadLiveLinkCsv(allWrong, "wide")).toThrow(/"wide".* have 56 columns, its header 55/u);
    });

    it("may lack a shape, and say nothing of it", () => {
        const text = Csv(Row("10:00:00:01", {}), Row("10:00:00:02", {}));
        const track = ReadLiveLinkCsv(text.replace("tongueOut", "surprise"), "old");
        expect(track.channels).toHaveLength(51);
        expect(track.warnings).toContain("Only 51 of the 52 shapes have a column.");
    });

    it("go on with the weight before where there is none, and take percents for what they are", () => {
        const track = ReadLiveLinkCsv(
            Csv(
                Row("10:00:00:01", { jawOpen: 80, browInnerUp: "NaN" }),
                Row("10:00:00:02", { jawOpen: "", browInnerUp: 30 }),
                Row("10:00:00:03", { jawOpen: "Infinity", browInnerUp: "x" }),
            ),
            "percents",
        );
        // An empty cell is read as 0 by every spreadsheet.
        expect(Channel(track, "jawOpen")).toEqual([0.8, 0, 0].map(Math.fround));
        expect(Channel(track, "browInnerUp")).toEqual([0, 0.3, 0.3].map(Math.fround));
        expect(track.warnings).toEqual([
            "It is too short to show its frame rate: 60 frames a second are assumed.",
            "3 weights are no finite numbers: those before them go on.",
            "Weights reach 80.0: they are taken for percents.",
        ]);
    });

    it.each([
        ["no text at all", "", /no column "Timecode"/u],
        ["another table", "a,b\n1,2", /no column "Timecode"/u],
        ["no shapes", "Timecode,a\n10:00:00:00,2", /no column is one of the 52/u],
        ["no frames", Header, /it has no frames/u],
        ["a broken time", Csv(Row("10:00", {})), /frame 1 has the timecode "10:00", not HH:MM:SS:FF/u],
    ])("that have %s are refused", (_title, text, message) => {
        expect(() => ReadLiveLinkCsv(text, "take")).toThrow(message);
    });
});

describe("recordings as JSON", () => {
    const expected = [0, 0.25, 0.5];
    const rows = expected.map((weight) => [0, weight]);
    const names = ["browInnerUp", "jawOpen"];

    it.each([
        ["rows at a rate", { names, fps: 10, frames: rows }, 0.1],
        ["rows at no rate", { names, frames: rows }, 1 / 30],
        ["frames with times", { names, frames: rows.map((weights, i) => ({ time: 5 + i, weights })) }, 1],
        [
            "frames with names",
            expected.map((jawOpen, i) => ({ timestamp: i, blendShapes: i === 0 ? {} : { jawOpen } })),
            1,
        ],
        ["frames of names only", expected.map((jawOpen) => ({ jawOpen, browInnerUp: 0 })), 1 / 30],
    ])("as %s", (_title, json, step) => {
        const track = ReadArkitJson(JSON.stringify(json), "take");
        expect(Channel(track, "jawOpen")).toEqual(expected);
        expect([...track.times].map((time) => time / step)).toEqual([0, 1, 2].map((i) => expect.closeTo(i, 6)));
    });

    it.each([
        ["no JSON", "{", /it is no JSON/u],
        ["no frames", "{}", /it has no list "frames"/u],
        ["an empty list", "[]", /it has no channels/u],
        ["frames that are numbers", '{"names":["jawOpen"],"frames":[1]}', /no list "frames" of weights/u],
        ["rows of another length", '{"names":["jawOpen"],"frames":[[1],[1,2]]}', /frame 1 has 2 weights for 1 names/u],
        ["a rate of 0", '{"names":["jawOpen"],"fps":0,"frames":[[1]]}', /no list "frames"/u],
        ["names of objects' own", '{"names":["__proto__"],"frames":[{"toString":1}]}', null],
    ])("that have %s are refused", (_title, text, message) => {
        if (message) {
            expect(() => ReadArkitJson(text, "take")).toThrow(message);
        } else {
            expect(Channel(ReadArkitJson(text, "take"), "__proto__")).toEqual([0]);
        }
    });
});

describe("a track", () => {
    it("may be longer than an hour, which is told, but not as long as can never be meant", () => {
        const sample = (seconds: number): { seconds: number; weights: number[] } => ({ seconds, weights: [0] });
        expect(MakeFaceTrack("talk", ["jawOpen"], Rows([sample(0), sample(7200)])).warnings).toEqual([
            "It is 120 minutes long.",
        ]);
        const days = Array.from({ length: 864_001 }, (_, i) => sample(i));
        expect(() => MakeFaceTrack("talk", ["jawOpen"], Rows(days))).toThrow(
            /864001 frames of 1 channels are more than/u,
        );
        expect(() => MakeFaceTrack("talk", ["jawOpen"], Rows([]))).toThrow(/it has no frames/u);
    });

    it("takes weights for percents only where they may be, by the names that are a face's, and not for a glitch", () => {
        const rows = (body: number, jaw: (row: number) => number): IFaceRows =>
            Rows(Array.from({ length: 40 }, (_, row) => ({ seconds: row / 30, weights: [jaw(row), body] })));
        const jaw = (track: IFaceTrack): number =>
            track.values.filter((_, i) => i % 2 === 0).reduce((a, b) => Math.max(a, b));
        const names = ["jawOpen", "BodyHeavy"];
        const wave = (row: number): number => row / 40;
        expect(
            jaw(
                MakeFaceTrack(
                    "group",
                    names,
                    rows(2, (row) => 3 * wave(row)),
                ),
            ),
        ).toBeCloseTo(2.925, 5);
        expect(jaw(MakeFaceTrack("text", names, rows(90, wave), true))).toBeCloseTo(0.975, 5);
        expect(
            jaw(
                MakeFaceTrack(
                    "text",
                    names,
                    rows(0, (row) => (row === 20 ? 1.6 : wave(row))),
                    true,
                ),
            ),
        ).toBeCloseTo(1.6, 5);
        const percent = MakeFaceTrack(
            "text",
            names,
            rows(0, (row) => 100 * wave(row)),
            true,
        );
        expect([jaw(percent).toFixed(3), percent.warnings.length]).toEqual(["0.975", 1]);
    });

    it("has times that are times, and numbers that stay numbers in single precision", () => {
        const at = (...seconds: number[]): IFaceRows =>
            Rows(seconds.map((second) => ({ seconds: second, weights: [0.5] })));
        expect(() => MakeFaceTrack("talk", ["jawOpen"], at(NaN, NaN))).toThrow(/none of its 2 frames has a time/u);
        expect(() => MakeFaceTrack("talk", ["jawOpen"], at(-1e308, 1e308))).toThrow(/more than a day/u);
        const huge = Rows([{ seconds: 0, weights: [0.5] }, { seconds: 1, weights: [1e300] }]); // prettier-ignore
        const { values, warnings } = MakeFaceTrack("talk", ["jawOpen"], huge, true);
        expect([[...values], warnings.length]).toEqual([[0.5, 0.5], 1]);
    });

    it("is refused by its size before its rows are made", () => {
        const never = (): never => {
            throw new Error("a row was read");
        };
        const rows = { count: 800_000, secondsOf: never, read: never };
        const names = Array.from({ length: 100 }, (_, i) => `shape${i}`);
        expect(() => MakeFaceTrack("talk", names, rows)).toThrow(/800000 frames of 100 channels are more than/u);
        const frames = Array.from({ length: 20_000 }, (_, i) => ({ [`a${i}`]: 1 }));
        expect(() => ReadArkitJson(JSON.stringify(frames), "talk")).toThrow(/are more than/u);
    });

    it("knows what frames say of themselves from what their face does", () => {
        const frames = [0, 1, 2].map((frame) => ({ time: frame / 30, frame: frame + 17, index: frame, jawOpen: 0.3 }));
        const track = ReadArkitJson(JSON.stringify(frames), "talk");
        expect([track.channels, [...track.values], track.warnings]).toEqual([
            ["jawOpen"],
            [0.3, 0.3, 0.3].map(Math.fround),
            [],
        ]);
        const spoken = JSON.stringify([{ time: "0:01", blendShapes: { jawOpen: 0.3 } }]);
        expect(() => ReadArkitJson(spoken, "talk")).toThrow(/none of its 1 frames has a time that is a number/u);
    });

    it("has the frame rate that most seconds show, or says that none does", () => {
        const take = (count: number, torn: number): string => {
            const rows = Array.from({ length: count }, (_, i) => {
                const frame = i === torn ? 99 : i % 30;
                return `00:00:${String(Math.floor(i / 30)).padStart(2, "0")}:${String(frame).padStart(2, "0")},0.5`;
            });
            return ["Timecode,jawOpen", ...rows].join("\n");
        };
        const torn = ReadLiveLinkCsv(take(90, 40), "take");
        expect(torn.times.at(-1)).toBeCloseTo(89 / 30, 6);
        expect(torn.times.length).toBeGreaterThan(70);
        const short = ReadLiveLinkCsv(take(20, -1), "take");
        expect(short.times.at(-1)).toBeCloseTo(19 / 60, 6);
        expect(short.warnings.join()).toMatch(/too short to show its frame rate: 60 frames/u);
    });

    it("is read by time: at any rate, in any order, the ends beyond them", () => {
        const times = [0, 0.1, 0.15, 1, 4];
        const track = MakeFaceTrack("talk", ["a"], Rows(times.map((seconds) => ({ seconds, weights: [seconds / 4] })))); // prettier-ignore
        const sampler = new FaceTrackSampler(track);
        const out = new Float32Array(1);
        for (const seconds of [0.05, 0.12, 3, 0, -1, 0.99, 1, 4, 9, NaN, 2]) {
            sampler.sample(seconds, out);
            const within = Math.min(4, Math.max(0, seconds || 0));
            expect(out[0]).toBeCloseTo(within / 4, 6);
        }
        expect(sampler.duration).toBe(4);
    });
});

describe("a recorded face becomes a clip", () => {
    it("of the avatar's channels; names that mean nothing are the user's to tell", () => {
        const space = NamedExpressionSpace("ada", ["jawOpen", "Hat", "mouthSmileLeft"]);
        const track = MakeFaceTrack("take", ["A25_Jaw_Open", "Smirk"], Rows([
            { seconds: 0, weights: [0.5, 0] },
            { seconds: 1, weights: [2 / 3, 0.5] },
        ])); // prettier-ignore
        const [weights] = RetargetFace(track, space, [], { shapes: { Smirk: "mouthSmileLeft" } }).tracks;
        expect([weights!.path, ...weights!.times]).toEqual(["weights", 0, 1]);
        expect([...weights!.values]).toEqual([0.5, 0, 0, Math.fround(2 / 3), 0, 0.5]);
        expect(() => RetargetFace({ ...track, channels: ["Hat", "Coat"] }, space, [])).toThrow(
            /None of the channels of "take" \(Hat, Coat\)/u,
        );
        expect(() => RetargetFace(track, space, [], { shapes: { Smile: "jawOpen" } })).toThrow(/no channel "Smile"/u);
    });
});

const hasFaces = existsSync(`${SharedData}/face`);
if (!hasFaces && process.env["CI"]) {
    throw new Error(`${SharedData}/face is missing; CI must have it.`);
}

(hasFaces ? describe : describe.skip)(`real recordings (${SharedData}/face)`, () => {
    const read = (file: string): string => readFileSync(`${SharedData}/face/${file}`, "utf8");

    it("of a phone are 30 seconds of all 52 shapes, number for number", () => {
        const text = read("livelink_sad_169.csv");
        const track = ReadLiveLinkCsv(text, "sad");
        const lines = text.trim().split(/\r?\n/u);
        const header = lines[0]!.split(",");
        expect([track.channels.length, track.times.length]).toEqual([52, lines.length - 1]);
        for (const row of [1, 700, lines.length - 1]) {
            const cells = lines[row]!.split(",");
            for (const name of track.channels) {
                expect(Channel(track, name)[row - 1]).toBe(Math.fround(Number(cells[header.indexOf(name)])));
            }
        }
        // Its first and last timecodes are 19:57:09:00.452 and 19:57:39:54.406, of 60 frames a second.
        expect(track.times.at(-1)).toBeCloseTo(30 + (54.406 - 0.452) / 60, 6);
        PrintFigure(`a phone's recording: ${track.times.at(-1)!.toFixed(2)} s, ${track.warnings.length} warnings`);
    });

    it("of speech keep their closures as clips of a face with other names", () => {
        const track = ReadArkitJson(read("arkit52_speech_track.json"), "speech");
        const channels = ArkitNames.map((name) => `bs_${name}`);
        const [clip] = RetargetFace(track, NamedExpressionSpace("ada", channels), []).tracks;
        const gaps = [track.values, clip!.values].map((values) =>
            Array.from(track.times, (_, row) => LipGap(values.subarray(row * 52, row * 52 + 52))),
        );
        const [source, result] = gaps as [number[], number[]];
        const closed = 0.1 * (source.reduce((sum, gap) => sum + gap, 0) / source.length);
        const closures = source.flatMap((gap, row) => (gap < closed ? [row] : []));
        const kept = closures.filter((row) => result[row]! < closed).length / closures.length;
        PrintFigure(`closures kept: ${(100 * kept).toFixed(1)} % of ${closures.length} closed frames`);
        expect(closures.length).toBeGreaterThan(10);
        expect(kept).toBeGreaterThanOrEqual(0.95);
    });
});
