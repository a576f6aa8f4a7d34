import { expect, it } from "@jest/globals";
import { RunAsync } from "../../../support/cliRun.js";

it.each([
    [["--of", "hand"], /--of is "hand": head or body is expected/],
    [["--of", "head", "--motion", "walk.bvh"], /--motion poses bodies: a capture of a head takes none/],
] as const)("refuses %j in words", async (given, message) => {
    const { code, err } = await RunAsync(["capture", "hero.glb", "-o", "captures/hero", ...given]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
});
