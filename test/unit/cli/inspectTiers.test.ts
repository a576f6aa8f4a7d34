import { writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { type IAvatarSummary } from "../../../src/cli/avatarSummary.js";
import { WriteAvatar, WriteAvatarFiles } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeTestFolder, RunAsync } from "../../support/cliRun.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

const pathOf = MakeTestFolder();

function MakeAvatar(): ReturnType<typeof MakeSampleAvatar> {
    const asset = MakeSampleAvatar({ gaussians: 50 });
    const lite = MakeSampleMapModel(asset, { hasFixedHands: true });
    const full = MakeSampleMapModel(asset, { tier: "full", hasProjection: true, conditioning: { viewSize: 4 } });
    const networks = full.networks.map((network) => ({ ...network, name: "body" }));
    return { ...asset, mapModels: [lite, { ...full, networks }] };
}

describe("gaussian-avatar inspect of an avatar with networks", () => {
    it("tells what each tier takes and makes, and which files it needs", async () => {
        const path = pathOf("ada.glb");
        // The side files are not there: nothing but their names is needed.
        writeFileSync(path, WriteAvatarFiles(MakeAvatar(), "ada").avatar);
        const { code, out } = await RunAsync(["inspect", path, "--json"]);
        const summary = JSON.parse(out) as IAvatarSummary;
        expect(code).toBe(0);
        expect(summary.tiers).toEqual(["baked", "lite", "full"]);
        expect(summary.models).toMatchObject([
            { tier: "lite", splats: 60, mapSize: 16, influences: 4, dependsOnCamera: false, hasFixedHands: true },
            { tier: "full", poseMap: { size: 8, side: "front", channels: ["position"], projection: 2 } },
        ]);
        expect(summary.models[0]!.attributes).toEqual(["position", "opacity", "scale", "rotation", "color"]);
        expect(summary.models[1]!.networks).toEqual([
            {
                name: "body",
                bytes: 1000,
                file: "ada.body.onnx",
                inputs: ["pose_map float32 [1,3,8,8]"],
                outputs: ["maps float32 [1,28,8,8]"],
            },
        ]);
        const { out: text } = await RunAsync(["inspect", path]);
        expect(text).toMatch(
            /^lite +60 splats on maps of 16 × 16; front and back position at 8 × 8 in; 1 network of 1\.0 kB; fixed/m,
        );
        expect(text).toMatch(/^ {2}body +1\.0 kB in ada\.body\.onnx: pose_map float32 \[1,3,8,8\] → maps /m);
    });

    it("counts the bytes of maps and networks", async () => {
        const bytes = WriteAvatar(MakeAvatar());
        const path = pathOf("embedded.glb");
        writeFileSync(path, bytes);
        const { bytes: sizes } = JSON.parse((await RunAsync(["inspect", path, "--json"])).out) as IAvatarSummary;
        const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
        // 28 bytes of headers, and at most three bytes of padding a buffer view.
        expect(bytes.length - total).toBeGreaterThanOrEqual(28);
        expect(bytes.length - total).toBeLessThan(28 + 3 * 64);
        expect(sizes["networks"]).toBe(2000);
        expect(sizes["maps"]).toBeGreaterThan(2 * 60 * 22);
        expect(sizes).not.toHaveProperty("other");
    });
});
