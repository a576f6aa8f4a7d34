import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { WriteFilesAtomicAsync } from "../../../src/cli/files.js";
import { ReadAvatar } from "../../../src/format/readAvatar.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { SmallBodyCheckpointAsync } from "../../support/bodyCheckpoint.js";
import { MakeBodySubject } from "../../support/bodySubject.js";
import { DescribeGolden } from "../../support/goldenFixture.js";

const pathOf = MakeTestFolder();
const Data = pathOf("subject00");
for (const [path, bytes] of MakeBodySubject({ mapSize: 128, frames: 2 }).files) {
    mkdirSync(dirname(join(Data, path)), { recursive: true });
    writeFileSync(join(Data, path), bytes);
}

describe("gaussian-avatar convert", () => {
    it.each([
        [[], /by which method the person was trained: lite, lite-head, animatable-gaussians, gaussian-head-avatar\./],
        [
            ["gaussian-head"],
            /no method "gaussian-head"; there is lite, lite-head, animatable-gaussians, gaussian-head-avatar/,
        ],
        [["animatable-gaussians"], /Say where the subject is: --data subject00\./],
        [["animatable-gaussians", "--data", "a"], /Say where to write, -o avatar\.glb\./],
        [["animatable-gaussians", "a", "-o", "a.glb"], /"a" follows the method: .* behind --data/],
        [["animatable-gaussians", "--data", "a", "-o", "a.ply"], /a name that ends in \.glb/],
        [
            ["animatable-gaussians", "--data", "a", "-o", "a.glb", "--precision", "int8"],
            /--precision is "int8": fp16 or fp32/,
        ],
        [["lite", "-o", "a.glb"], /Exactly one model is expected, 0 were given: .* convert lite model\.npz/],
        [["lite", "a.npz", "b.npz", "-o", "a.glb"], /Exactly one model is expected, 2 were given/],
        [["lite-head", "-o", "a.glb"], /Exactly one head is expected, 0 were given: .* convert lite-head head\.npz/],
        [["lite-head", "a.npz", "--data", "a", "-o", "a.glb"], /--data is no option of lite-head: leave it out/],
        [["lite", "a.npz"], /Say where to write, -o avatar\.glb\./],
        [["lite", "a.npz", "-o", "a.npz"], /a name that ends in \.glb/],
        [["lite", "a.npz", "--data", "a", "-o", "a.glb"], /--data is no option of lite: leave it out/],
    ])("explains what is wrong with %j", async (args, message) => {
        const { code, err } = await RunAsync(["convert", ...args]);
        expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    });

    it("says what it cannot read, and leaves nothing behind", async () => {
        const output = pathOf("none.glb");
        const run = async (...args: string[]): Promise<string> => {
            const { code, err } = await RunAsync(["convert", "animatable-gaussians", "-o", output, ...args]);
            expect(code).toBe(1);
            return err;
        };
        expect(await run("--data", pathOf("nowhere"))).toMatch(
            /error: .*nowhere cannot be read: there is no such file/,
        );
        expect(await run("--data", join(Data, "smpl_params.npz"))).toMatch(/smpl_params\.npz .*: it is no folder/);
        expect(await run("--data", Data)).toMatch(/error: .*subject00 lacks net\.pt \(the networks; .*--checkpoint/);
        expect(await run("--data", Data, "--checkpoint", Data)).toMatch(/error: .*cannot be read: it is a folder/);
        const params = join(Data, "smpl_params.npz");
        expect(await run("--data", Data, "--checkpoint", params)).toMatch(/without "data\.pkl"/);
        expect(existsSync(output)).toBe(false);
    });
});

it("writes files that belong together all, or none", async () => {
    const [first, blocked] = [pathOf("pair/a.onnx"), pathOf("blocked")];
    const bytes = new Uint8Array(3);
    writeFileSync(blocked, "a file, where a folder is needed");
    await expect(
        WriteFilesAtomicAsync([
            [first, bytes],
            [join(blocked, "a.glb"), bytes],
        ]),
    ).rejects.toMatchObject({ code: "file-unwritable", message: expect.stringMatching(/a\.glb cannot be written/) });
    expect(readdirSync(dirname(first))).toEqual([]);
});

DescribeGolden("gaussian-avatar convert (golden)", () => {
    it("writes an avatar with its networks beside it", async () => {
        writeFileSync(join(Data, "net.pt"), await SmallBodyCheckpointAsync());
        const config = pathOf("avatar.yaml");
        writeFileSync(config, "test:\n  n_pca: 0\n");
        const output = pathOf("out/ada.glb");
        const { code, out, err } = await RunAsync([
            ...["convert", "animatable-gaussians", "--data", Data, "--config", config, "--side-files", "-o", output],
        ]);
        expect(err).toMatch(/running the networks once[^]*note: the file names no licence/);
        expect([code, out]).toEqual([
            0,
            expect.stringMatching(/ada\.glb: ada\.position\.onnx .*, ada\.glb [\d.]+ [kM]B, [\d.]+ s\n$/),
        ]);
        const files = readdirSync(dirname(output)).sort();
        expect(files).toEqual([
            "ada.color.onnx",
            "ada.color_view.onnx",
            "ada.glb",
            "ada.other.onnx",
            "ada.position.onnx",
        ]);
        const asset = ReadAvatar(new Uint8Array(readFileSync(output)));
        expect([asset.name, asset.mapModels[0]!.networks.map(({ uri }) => uri).sort()]).toEqual([
            "ada",
            files.filter((name) => name !== "ada.glb"),
        ]);
    });
});
