import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { unzipSync, zipSync } from "fflate";
import { ReadNpzFileAsync } from "../../../../src/convert/checkpoint/npzFile.js";
import { FileOfBytes, type IRandomAccessFile } from "../../../../src/convert/checkpoint/randomAccessFile.js";
import { EvaluateHeadAsync } from "../../../../src/convert/gaussianHead/evaluateHead.js";
import { ConvertLiteHeadAsync } from "../../../../src/convert/liteHead/convertLiteHead.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { RefinerSides } from "../../../../src/format/headRefiner.js";
import { ReadAvatar } from "../../../../src/format/readAvatar.js";
import { WriteAvatar } from "../../../../src/format/writeAvatar.js";
import { PrintFigure } from "../../../support/motions.js";

/** `head.npz` of a tiny head as the trainer writes it: `training/tests/make_tiny_head.py`. */
const TinyHead = new Uint8Array(readFileSync(new URL("../../../fixtures/training/tiny.head.npz", import.meta.url)));

function FileOf(bytes: Uint8Array): IRandomAccessFile {
    return FileOfBytes(bytes, "tiny.head.npz");
}

let avatar: IAvatarAsset;
const notes: string[] = [];
const shares: number[] = [];

beforeAll(async () => {
    avatar = await ConvertLiteHeadAsync(FileOf(TinyHead), {
        precision: "float32",
        onNote: (note) => notes.push(note),
        onProgress: (share) => shares.push(share),
    });
});

describe("ConvertLiteHeadAsync", () => {
    it("makes the Gaussians and the refined picture that the trainer's own code makes", () => {
        const [, points, picture] = /points differ by (\S+), the refined picture by (\S+)\.$/.exec(notes[0]!)!;
        PrintFigure(`tiny head, between languages: points ${points!}, refined picture ${picture!}`);
        expect(notes).toEqual([expect.stringMatching(/^2 faces as in the training/)]);
        expect(Number(points)).toBeLessThan(1e-5);
        expect(Number(picture)).toBeLessThan(1e-4);
        expect(shares.at(-1)).toBe(1);
    });

    it("stays where it was on its body, refiner and joints with it", async () => {
        const { meta, rest_joints: joints } = Object.fromEntries(
            await ReadNpzFileAsync(FileOf(TinyHead), ["meta", "rest_joints"]),
        ) as unknown as Record<string, { readonly count: number; readonly at: (i: number) => number }>;
        const bytes = Uint8Array.from({ length: meta!.count }, (_, i) => meta!.at(i));
        const { origin, refiner } = JSON.parse(new TextDecoder().decode(bytes)) as {
            origin: number[];
            refiner: { center: number[]; width: number };
        };
        const head = avatar.headModel!;
        expect(head.origin).toEqual(origin);
        expect([head.refiner!.center, head.refiner!.width]).toEqual([refiner.center, refiner.width]);
        expect(RefinerSides(head.refiner!)).toEqual({ features: 32, picture: 64 });
        const names = avatar.joints.map(({ smplx }) => smplx);
        expect([avatar.bodyModel, names]).toEqual(["head", ["spine3", "neck", "head"]]);
        const heights = avatar.joints.map(({ translation }) => translation[1]);
        expect(heights[0]! + heights[1]! + heights[2]!).toBeCloseTo(joints!.at(7), 6);
        expect(avatar.inverseBindMatrices[2 * 16 + 13]).toBeCloseTo(-joints!.at(7), 6);
    });

    it("has a baked tier: the neutral face, and what each channel does alone", async () => {
        const head = avatar.headModel!;
        expect(avatar.morphTargets.map(({ name }) => name)).toEqual(["jawOpen", "eyeBlinkLeft", "mouthSmileLeft"]);
        const neutral = await EvaluateHeadAsync(head, [0, 0, 0], head.poseRange.rest);
        expect(avatar.gaussians.positions).toEqual(neutral.positions);
        const blinking = await EvaluateHeadAsync(head, [0, 1, 0], head.poseRange.rest);
        const { indices, deltas, range } = avatar.morphTargets[1]!;
        expect(range).toEqual([0, 1]);
        expect(indices.length).toBeGreaterThan(0);
        indices.forEach((point, i) => {
            const way = blinking.positions[point * 3]! - neutral.positions[point * 3]!;
            expect(deltas[i * 3]).toBeCloseTo(way, 6);
        });
    });

    it("comes back from a file", () => {
        const back = ReadAvatar(WriteAvatar(avatar));
        const { expression, refiner, influences } = back.headModel!;
        expect(expression).toEqual(avatar.headModel!.expression);
        expect(refiner!.networks[0]!.bytes).toEqual(avatar.headModel!.refiner!.networks[0]!.bytes);
        expect(influences.count).toBe(3);
        expect([back.antialiased, back.name, back.credits.license]).toEqual([true, "Ball", "CC0-1.0"]);
    });

    it.each([
        ["opacities", /tiny\.head\.npz: "opacities" holds NaN or infinity/, [0, 0, 192, 127]],
        ["net/color", /"net\/color" holds NaN or infinity/, [0, 0, 192, 127]],
        ["sample/channels", /does not do what the trainer does: points differ by/, [0, 0, 128, 66]],
        ["sample/scales", /does not do what the trainer does: points differ by/, [0, 0, 0, 61]],
        ["sample/picture", /does not do what the trainer does: .* the refined picture by/, [0, 0, 128, 66]],
        ["meta", /"meta" is no JSON/, [0]],
    ] as const)("refuses a damaged %s in words", async (name, message, end) => {
        const entries = unzipSync(TinyHead);
        const entry = entries[`${name}.npy`]!.slice();
        entry.set(end, entry.length - end.length);
        const damaged = zipSync({ ...entries, [`${name}.npy`]: new Uint8Array(entry) }, { level: 0 });
        await expect(ConvertLiteHeadAsync(FileOf(damaged))).rejects.toThrow(message);
    });

    it("refuses a head of another version, and one that lacks an array, by name", async () => {
        const entries = unzipSync(TinyHead);
        const text = Buffer.from(entries["meta.npy"]!)
            .toString("latin1")
            .replace(/"version": ?1/, (found) => found.replace("1", "9"));
        const newer = zipSync({ ...entries, "meta.npy": new Uint8Array(Buffer.from(text, "latin1")) }, { level: 0 });
        await expect(ConvertLiteHeadAsync(FileOf(newer))).rejects.toThrow(/meta\.version is not as this version reads/);
        const { "net/deformation.npy": _, ...rest } = entries;
        await expect(ConvertLiteHeadAsync(FileOf(zipSync(rest, { level: 0 })))).rejects.toThrow(/"net\/deformation"/);
    });

    it("refuses a model of a body", async () => {
        const { meta: _, ...entries } = unzipSync(TinyHead);
        delete entries["meta.npy"];
        await expect(ConvertLiteHeadAsync(FileOf(zipSync(entries, { level: 0 })))).rejects.toThrow(
            /has no "meta" as the trainer of heads writes it/,
        );
    });
});
