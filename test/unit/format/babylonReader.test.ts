import { describe, expect, it, jest } from "@jest/globals";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { GaussianSplattingMesh } from "@babylonjs/core/Meshes/GaussianSplatting/gaussianSplattingMesh.js";
import { Scene } from "@babylonjs/core/scene.js";
import "@babylonjs/loaders/glTF/2.0/Extensions/KHR_gaussian_splatting.js";
import "@babylonjs/loaders/glTF/2.0/Extensions/KHR_mesh_quantization.js";
import "@babylonjs/loaders/glTF/2.0/glTFLoader.js";
import "@babylonjs/loaders/glTF/glTFFileLoader.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";

/** A worker that never answers. */
class IdleWorker {
    public postMessage(): void {}
    public terminate(): void {}
}

describe("Babylon's own glTF loader", () => {
    it("shows the person at rest without this library: same means, scales, colours, opacities and rotations", async () => {
        // Babylon sorts its splats in a worker, which Node lacks; nothing is drawn here.
        Object.assign(globalThis, { Worker: IdleWorker });
        const { gaussians } = MakeSampleAvatar({ gaussians: 64 });
        // Babylon frees the rows once they are textures, so they are caught on their way in.
        let data = new ArrayBuffer(0);
        const update = jest
            .spyOn(GaussianSplattingMesh.prototype, "updateDataAsync")
            .mockImplementation(async (rows) => {
                data = rows;
                await Promise.resolve();
            });
        const engine = new NullEngine();
        const scene = new Scene(engine);
        const container = await LoadAssetContainerAsync(WriteAvatar(MakeSampleAvatar({ gaussians: 64 })), scene, {
            pluginExtension: ".glb",
        });
        update.mockRestore();
        expect(data.byteLength).toBe(gaussians.count * 32);
        const [floats, bytes] = [new Float32Array(data), new Uint8Array(data)];
        for (let i = 0; i < gaussians.count; i++) {
            expect(floats.subarray(i * 8, i * 8 + 3)).toEqual(gaussians.positions.subarray(i * 3, i * 3 + 3));
            expect(floats.subarray(i * 8 + 3, i * 8 + 6)).toEqual(gaussians.scales.subarray(i * 3, i * 3 + 3));
            for (let c = 0; c < 3; c++) {
                const color = Math.min(1, Math.max(0, gaussians.colors[i * 3 + c]!)) * 255;
                // Babylon keeps colours, opacities and rotations in bytes.
                expect(Math.abs(bytes[i * 32 + 24 + c]! - color)).toBeLessThanOrEqual(0.51);
            }
            expect(Math.abs(bytes[i * 32 + 27]! - gaussians.opacities[i]! * 255)).toBeLessThanOrEqual(0.51);
            for (let c = 0; c < 4; c++) {
                const value = gaussians.rotations[i * 4 + ((c + 3) % 4)]! * 127.5 + 127.5;
                expect(Math.abs(bytes[i * 32 + 28 + c]! - value)).toBeLessThanOrEqual(0.51);
            }
        }
        expect(container.animationGroups.map(({ name }) => name)).toEqual(["walk"]);
        expect(container.skeletons).toHaveLength(1);
        container.dispose();
        scene.dispose();
        engine.dispose();
        Reflect.deleteProperty(globalThis, "Worker");
    });
});
