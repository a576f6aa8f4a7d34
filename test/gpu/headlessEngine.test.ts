import { expect, it } from "@jest/globals";
import { CreateTestEngineAsync, DescribeGpu } from "../support/gpu.js";
import { RenderPixelsAsync } from "../../src/cli/headless/headlessEngine.js";
import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.js";
import { HemisphericLight } from "@babylonjs/core/Lights/hemisphericLight.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { Scene } from "@babylonjs/core/scene.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";

const Width = 64;
const Height = 48;

function CreateBoxScene(engine: WebGPUEngine): Scene {
    const scene = new Scene(engine);
    scene.clearColor = new Color4(0, 0, 1, 1);
    new FreeCamera("camera", new Vector3(0, 0, -3), scene);
    new HemisphericLight("light", new Vector3(0, 0, -1), scene);
    const material = new StandardMaterial("material", scene);
    material.diffuseColor = new Color3(1, 0.5, 0);
    material.specularColor = Color3.Black();
    CreateBox("box", { size: 1 }, scene).material = material;
    return scene;
}

DescribeGpu("CreateHeadlessEngineAsync", () => {
    it("renders a lit box and gives its pixels back as RGBA", async () => {
        const engine = await CreateTestEngineAsync(Width, Height);
        const scene = CreateBoxScene(engine);
        await scene.whenReadyAsync();
        const pixels = await RenderPixelsAsync(engine, () => scene.render());
        expect(pixels.length).toBe(Width * Height * 4);
        const at = (x: number, y: number): number[] =>
            Array.from(pixels.slice((y * Width + x) * 4, (y * Width + x) * 4 + 4));
        expect(at(1, 1)).toEqual([0, 0, 255, 255]);
        const [red = 0, green = 0, blue = 0, alpha = 0] = at(Width / 2, Height / 2);
        // The light falls straight on the front face: the diffuse colour as it is, to a rounding step.
        expect(Math.abs(red - 255)).toBeLessThanOrEqual(1);
        expect(Math.abs(green - 128)).toBeLessThanOrEqual(1);
        expect([blue, alpha]).toEqual([0, 255]);
        engine.dispose();
    });

    it("gives the same bytes when a frame is drawn again", async () => {
        const engine = await CreateTestEngineAsync(Width, Height);
        const scene = CreateBoxScene(engine);
        await scene.whenReadyAsync();
        const first = await RenderPixelsAsync(engine, () => scene.render());
        const second = await RenderPixelsAsync(engine, () => scene.render());
        expect(Buffer.compare(first, second)).toBe(0);
        engine.dispose();
    });
});
