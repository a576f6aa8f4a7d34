import { describe, expect, it } from "@jest/globals";
import { ClipFrame } from "../../../src/cli/render/clipFrame.js";

describe("ClipFrame", () => {
    it.each([
        ["begins at the clip's own time zero, not at its first key", 0, 2, 2],
        ["waits at the first key until its time has come", 0.02, 2, 2],
        ["is not late by the time of the first key", 0.5, 2, 30],
        ["has the last frame at the very end", 1, 0, 60],
        ["begins again after the end", 1.25, 0, 15],
    ])("%s", (_, seconds, from, frame) => {
        expect(ClipFrame(seconds, 60, from, 60)).toBeCloseTo(frame, 9);
    });

    it("stays on the frame of a clip that has one", () => {
        expect(ClipFrame(3, 60, 0, 0)).toBe(0);
    });
});
