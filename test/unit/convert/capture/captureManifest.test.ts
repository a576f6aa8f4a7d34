import { describe, expect, it } from "@jest/globals";
import {
    DifferencesOf,
    HasSamePlan,
    ReadCaptureManifest,
    WriteCaptureManifest,
} from "../../../../src/convert/capture/captureManifest.js";

const file = (letter: string): { file: string; sha256: string } => ({
    file: `${letter}.bvh`,
    sha256: letter.repeat(64),
});

const manifest = {
    version: 1 as const,
    name: "Ada",
    license: "CC0-1.0",
    notices: [],
    seed: 1,
    imgSize: [64, 64] as [number, number],
    joints: ["pelvis"],
    expressions: ["jawOpen"],
    light: { what: "a key light", keyColor: [1, 1, 1] },
    cameras: { cam00: { target: "body", split: "train" as const } },
    frames: [{ source: "walk 0.5 s", split: "train" as const, cameras: ["cam00"] }],
    request: { subject: file("a"), motions: [file("b")], poses: 1, heldOut: 0, seed: 1, size: 64 },
};

/** The manifest with one thing changed. */
function Changed(change: object): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ ...manifest, ...change }));
}

describe("capture.json", () => {
    it("is read as it is written", () => {
        const bounds = { center: [0, 1.5, 0.05] as [number, number, number], radius: 0.24 };
        for (const one of [manifest, { ...manifest, bounds }]) {
            expect(ReadCaptureManifest(WriteCaptureManifest(one), "capture.json")).toEqual(one);
        }
        expect(HasSamePlan({ ...manifest, bounds }, manifest)).toBe(false);
    });

    it.each([
        ["another version", { version: 2 }, /capture\.json: version: /],
        ["a ball of no size", { bounds: { center: [0, 0, 0], radius: 0 } }, /capture\.json: bounds\.radius: /],
        ["a picture of no size", { imgSize: [0, 64] }, /imgSize\.0/],
        ["a camera whose name is a path", { cameras: { "../../x": { target: "body", split: "train" } } }, /cameras/],
        [
            "a frame with a camera that is not listed",
            { frames: [{ source: "", split: "train", cameras: ["cam01"] }] },
            /cam01, which is not listed/,
        ],
        ["an unknown split", { frames: [{ source: "", split: "test", cameras: [] }] }, /frames\.0\.split/],
        ["more joints than any body has", { joints: Array.from({ length: 2000 }, () => "x") }, /joints/],
    ])("refuses %s by name", (_what, change, message) => {
        expect(() => ReadCaptureManifest(Changed(change), "capture.json")).toThrow(message);
    });

    it("tells another plan from another name", () => {
        expect(HasSamePlan(manifest, { ...manifest, name: "Eve", license: "MIT", notices: ["n"] })).toBe(true);
        const [frame] = manifest.frames;
        expect(HasSamePlan(manifest, { ...manifest, frames: [{ ...frame!, source: "walk 0.6 s" }] })).toBe(false);
        expect(HasSamePlan(manifest, { ...manifest, cameras: { cam01: manifest.cameras.cam00 } })).toBe(false);
    });

    it("tells what two captures differ in, files by their content", () => {
        const { request } = manifest;
        expect(DifferencesOf(request, { ...request, subject: { ...request.subject, file: "moved.glb" } })).toEqual([]);
        expect(DifferencesOf(request, { ...request, seed: 2, motions: [] })).toEqual(["other motions", "--seed 1"]);
        expect(DifferencesOf(request, { ...request, subject: file("c"), size: 32 })).toEqual([
            "another subject",
            "--size 64",
        ]);
    });
});
