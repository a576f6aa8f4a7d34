import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import "@babylonjs/loaders/glTF/2.0/Extensions/KHR_gaussian_splatting.js";
import "@babylonjs/core/Cameras/RigModes/stereoscopicRigMode.js";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { Camera } from "@babylonjs/core/Cameras/camera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { RenderTargetTexture } from "@babylonjs/core/Materials/Textures/renderTargetTexture.js";
import { Color3, Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Viewport } from "@babylonjs/core/Maths/math.viewport.js";
import { CreatePlane } from "@babylonjs/core/Meshes/Builders/planeBuilder.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { Scene } from "@babylonjs/core/scene.js";
import { RenderPixelsAsync } from "../../../src/cli/headless/headlessEngine.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import {
    AvatarRenderer,
    CreateAvatarEngineAsync,
    GaussianAvatar,
    LoadAvatarAsync,
    RegisterAvatarLoader,
} from "../../../src/pure.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { CreateTestEngineAsync, DescribeGpu } from "../../support/gpu.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";
import { Psnr } from "../../support/picture.js";

const Width = 160;
const Height = 96;
const file = WriteAvatar(MakeSampleAvatar({ gaussians: 800, seed: 3 }));

RegisterAvatarLoader();

DescribeGpu("an avatar in every kind of scene", () => {
    let engine: WebGPUEngine;
    let scene: Scene;

    beforeAll(async () => {
        engine = await CreateTestEngineAsync(Width, Height);
    });
    beforeEach(() => {
        scene = new Scene(engine);
        scene.clearColor = new Color4(0, 0, 0, 0);
        AddCamera(scene);
    });
    afterEach(() => {
        scene.dispose();
    });
    afterAll(() => {
        engine.dispose();
    });

    const renderAsync = async (): Promise<Uint8Array> => await RenderPixelsAsync(engine, () => scene.render());

    it("is sorted for each camera, and drawn in each viewport", async () => {
        await LoadAvatarAsync(file, scene);
        const left = scene.activeCamera!;
        const right = AddCamera(scene, -Math.PI / 2);
        left.viewport = new Viewport(0, 0, 0.5, 1);
        right.viewport = new Viewport(0.5, 0, 0.5, 1);
        scene.activeCameras = [left, right];
        const both = await renderAsync();
        scene.activeCameras = [left];
        const leftAlone = await renderAsync();
        scene.activeCameras = [right];
        const rightAlone = await renderAsync();
        expect(Columns(both, 0, Width / 2)).toEqual(Columns(leftAlone, 0, Width / 2));
        expect(Columns(both, Width / 2, Width)).toEqual(Columns(rightAlone, Width / 2, Width));
        expect(Columns(both, 0, Width / 2).some((value) => value > 0)).toBe(true);
        expect(Columns(both, 0, Width / 2)).not.toEqual(Columns(both, Width / 2, Width));
    });

    it("looks the same in a right-handed scene", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        avatar.getJoint("left_elbow")!.rotationQuaternion = Quaternion.RotationAxis(new Vector3(0, 0, 1), 1);
        const leftHanded = await renderAsync();
        scene.dispose();
        scene = new Scene(engine);
        scene.clearColor = new Color4(0, 0, 0, 0);
        scene.useRightHandedSystem = true;
        AddCamera(scene);
        const copy = await LoadAvatarAsync(file, scene);
        copy.getJoint("left_elbow")!.rotationQuaternion = Quaternion.RotationAxis(new Vector3(0, 0, 1), 1);
        // Rounding differs where a splat's edge falls on a pixel's centre, and nowhere else.
        expect(Psnr(await renderAsync(), leftHanded)).toBeGreaterThan(50);
    });

    it("follows bones that were taken off their nodes, as ragdolls and bone controllers do", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const rotation = Quaternion.RotationAxis(new Vector3(0, 0, 1), 0.7);
        avatar.getJoint("right_hip")!.rotationQuaternion = rotation;
        const byNode = await renderAsync();
        for (const bone of avatar.skeleton!.bones) {
            bone.linkTransformNode(null);
        }
        expect(Psnr(await renderAsync(), byNode)).toBeGreaterThan(50);
    });

    it("carries what is attached to a bone", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const sword = new TransformNode("sword", scene);
        const bone = avatar.skeleton!.bones.find((candidate) => candidate.name === "right_wrist")!;
        sword.attachToBone(bone, avatar);
        avatar.position.set(0.3, 0.1, -0.2);
        avatar.getJoint("right_shoulder")!.rotationQuaternion = Quaternion.RotationAxis(new Vector3(0, 0, 1), -1.2);
        await renderAsync();
        const wrist = avatar.getJoint("right_wrist")!.getAbsolutePosition();
        sword.computeWorldMatrix(true);
        expect(sword.getAbsolutePosition().subtract(wrist).length()).toBeLessThan(1e-5);
        expect(wrist.y).toBeGreaterThan(1.6);
    });

    it("is seen alike by an orthographic camera, and with reverse depth as without", async () => {
        await LoadAvatarAsync(file, scene);
        const plain = await renderAsync();
        const camera = scene.activeCamera!;
        engine.useReverseDepthBuffer = true;
        camera.getProjectionMatrix(true); // Babylon keeps the old one otherwise
        expect(Psnr(await renderAsync(), plain)).toBeGreaterThan(60);
        engine.useReverseDepthBuffer = false;
        camera.mode = Camera.ORTHOGRAPHIC_CAMERA;
        // As high at the person's distance as the perspective camera sees, so that she is about as large.
        const half = 3 * Math.tan(camera.fov / 2);
        [camera.orthoTop, camera.orthoBottom] = [half, -half];
        [camera.orthoRight, camera.orthoLeft] = [(half * Width) / Height, (-half * Width) / Height];
        const flat = await renderAsync();
        expect(Psnr(flat, plain)).toBeGreaterThan(18);
        expect(Math.abs(SumAlpha(flat) / SumAlpha(plain) - 1)).toBeLessThan(0.1);
    });

    it("is drawn with MSAA, which smooths the edges of quads that nobody sees: the same picture", async () => {
        await LoadAvatarAsync(file, scene);
        const plain = await renderAsync();
        const smooth = await CreateTestEngineAsync(Width, Height, { antialias: true });
        const smoothScene = new Scene(smooth);
        smoothScene.clearColor = new Color4(0, 0, 0, 0);
        AddCamera(smoothScene);
        await LoadAvatarAsync(file, smoothScene);
        const pixels = await RenderPixelsAsync(smooth, () => smoothScene.render());
        smooth.dispose();
        // A splat has faded to 1/255 where its quad ends, so samples inside a pixel differ by a step or two.
        expect(Psnr(pixels, plain)).toBeGreaterThan(45);
    });

    it("is drawn into render targets, by their own cameras and in their own shape", async () => {
        await LoadAvatarAsync(file, scene);
        const plain = await renderAsync();
        const target = new RenderTargetTexture("portrait", { width: Width, height: Height }, scene);
        target.clearColor = new Color4(0, 0, 0, 0);
        target.activeCamera = scene.activeCamera;
        target.renderList = null;
        scene.customRenderTargets.push(target);
        expect(await renderAsync()).toEqual(plain);
        // Babylon renders textures upside down.
        expect(Psnr(FlipRows(await ReadTargetAsync(target)), plain)).toBeGreaterThan(60);
        target.activeCamera = AddCamera(scene, -Math.PI / 2);
        expect(await renderAsync()).toEqual(plain);
        const fromBehind = FlipRows(await ReadTargetAsync(target));
        expect(Psnr(fromBehind, plain)).toBeLessThan(40);
        expect(Math.abs(SumAlpha(fromBehind) / SumAlpha(plain) - 1)).toBeLessThan(0.1);
    });

    it("keeps its shape in a camera's output target", async () => {
        await LoadAvatarAsync(file, scene);
        const plain = Extent(await renderAsync(), Width);
        const target = new RenderTargetTexture("wide", { width: 4 * Height, height: Height }, scene);
        target.clearColor = new Color4(0, 0, 0, 0);
        target.activeCamera = scene.activeCamera;
        scene.activeCamera!.outputRenderTarget = target;
        await renderAsync();
        const wide = Extent(await ReadTargetAsync(target), 4 * Height);
        expect(Math.abs(wide - plain)).toBeLessThanOrEqual(2);
    });

    it("is seen by both eyes of a camera rig", async () => {
        await LoadAvatarAsync(file, scene);
        const camera = scene.activeCamera!;
        camera.setCameraRigMode(Camera.RIG_MODE_STEREOSCOPIC_SIDEBYSIDE_PARALLEL, { interaxialDistance: 0.06 });
        const both = await renderAsync();
        const [left, right] = [Columns(both, 0, Width / 2), Columns(both, Width / 2, Width)];
        expect(SumAlpha(left)).toBeGreaterThan(0);
        expect(Math.abs(SumAlpha(left) / SumAlpha(right) - 1)).toBeLessThan(0.1);
        expect(left).not.toEqual(right);
        camera.setCameraRigMode(Camera.RIG_MODE_NONE, {});
        expect(SumAlpha(await renderAsync())).toBeGreaterThan(0);
    });

    it("sorts against other transparent meshes by where it is", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const glass = CreatePlane("glass", { size: 3 }, scene);
        const material = new StandardMaterial("glass", scene);
        material.disableLighting = true;
        material.backFaceCulling = false;
        material.emissiveColor = new Color3(0, 1, 0);
        material.alpha = 0.5;
        glass.material = material;
        await scene.whenReadyAsync();
        const greenOnBody = async (z: number): Promise<number> => {
            glass.position.z = z;
            const pixels = await renderAsync();
            avatar.setEnabled(false);
            const withoutBody = await renderAsync();
            avatar.setEnabled(true);
            const chest = ((Height / 2 - 8) * Width + Width / 2) * 4;
            return pixels[chest + 1]! - withoutBody[chest + 1]!;
        };
        // The camera is at +z. In front of the body the pane tints it; behind, the body hides the pane.
        expect(await greenOnBody(1)).not.toBe(await greenOnBody(-1));
    });

    it("comes back after the device was lost, twice in a row, and while it was loading", async () => {
        Logger.LogLevels = Logger.ErrorLogLevel;
        await LoadAvatarAsync(file, scene);
        const before = await renderAsync();
        await LoseDeviceAsync(engine);
        expect(await RenderUntilSeenAsync(renderAsync)).toEqual(before);
        await LoseDeviceAsync(engine);
        await LoseDeviceAsync(engine);
        expect(await RenderUntilSeenAsync(renderAsync)).toEqual(before);
        scene.dispose();
        scene = new Scene(engine);
        scene.clearColor = new Color4(0, 0, 0, 0);
        AddCamera(scene);
        const loading = LoadAvatarAsync(file, scene);
        await LoseDeviceAsync(engine);
        await loading;
        expect(await RenderUntilSeenAsync(renderAsync)).toEqual(before);
    });

    it("leaves nothing on the device when the scene goes while kernels compile", async () => {
        const observers = engine.onContextLostObservable.observers.length;
        const loading = LoadAvatarAsync(file, scene);
        scene.dispose();
        await expect(loading).rejects.toThrow();
        await expect(AvatarRenderer.GetAsync(scene)).rejects.toMatchObject({ code: "scene-disposed" });
        expect(engine.onContextLostObservable.observers.length).toBe(observers);
    });

    it("needs skin and Gaussians: static splats stay Babylon's, and files without our extension are welcome", async () => {
        const anonymous = RewriteGlbJson(file, (json) => {
            json.extensionsUsed = json.extensionsUsed?.filter((name) => name !== "BGA_gaussian_avatar");
            delete json.extensions;
        });
        const skinned = await LoadAssetContainerAsync(anonymous, scene, { pluginExtension: ".glb" });
        expect(skinned.meshes.map((mesh) => mesh.getClassName())).toContain("GaussianAvatar");
        skinned.dispose();
        const withoutSkin = RewriteGlbJson(anonymous, (json) => {
            delete json.nodes!.find((node) => node.skin !== undefined)!.skin;
            delete json.animations;
        });
        // Babylon sorts static splats in a worker, which Node has not; what counts here is whose class is made.
        Object.assign(globalThis, { Worker: IdleWorker });
        const unskinned = await LoadAssetContainerAsync(withoutSkin, scene, { pluginExtension: ".glb" });
        expect(unskinned.meshes.map((mesh) => mesh.getClassName())).toContain("GaussianSplattingMesh");
        expect(unskinned.meshes.some((mesh) => mesh instanceof GaussianAvatar)).toBe(false);
        unskinned.dispose();
        Reflect.deleteProperty(globalThis, "Worker");
    });

    it("runs on the engine of CreateAvatarEngineAsync, which asks for the adapter's large buffers", async () => {
        const canvas = engine.getRenderingCanvas()!;
        const own = await CreateAvatarEngineAsync(canvas, { antialias: false });
        const adapter = await navigator.gpu.requestAdapter();
        expect(own.isWebGPU).toBe(true);
        expect(own.currentLimits.maxBufferSize).toBe(adapter!.limits.maxBufferSize);
        expect(own.currentLimits.maxStorageBufferBindingSize).toBe(adapter!.limits.maxStorageBufferBindingSize);
        own.dispose();
    });
});

/** Takes the device away and waits until Babylon has another. */
async function LoseDeviceAsync(engine: WebGPUEngine): Promise<void> {
    const restored = new Promise((resolve) => {
        engine.onContextRestoredObservable.addOnce(resolve);
    });
    engine._device.destroy();
    await restored;
}

/** Kernels compile off the frame; frames until then show the scene without avatars. */
async function RenderUntilSeenAsync(renderAsync: () => Promise<Uint8Array>): Promise<Uint8Array> {
    for (let attempt = 0; attempt < 500; attempt++) {
        const pixels = await renderAsync();
        if (pixels.some((value) => value > 0)) {
            return pixels;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error("No avatar appeared.");
}

async function ReadTargetAsync(target: RenderTargetTexture): Promise<Uint8Array> {
    const pixels = (await target.readPixels(0, 0, null, true, true))!;
    return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

function FlipRows(pixels: Uint8Array): Uint8Array {
    const flipped = new Uint8Array(pixels.length);
    for (let row = 0; row < Height; row++) {
        flipped.set(pixels.subarray(row * Width * 4, (row + 1) * Width * 4), (Height - 1 - row) * Width * 4);
    }
    return flipped;
}

function SumAlpha(pixels: Uint8Array): number {
    return pixels.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
}

/** Columns from the first to the last that the person touches. */
function Extent(pixels: Uint8Array, width: number): number {
    const touched = [...Array(width).keys()].filter((column) =>
        pixels.some((value, i) => i % 4 === 3 && value > 40 && Math.floor(i / 4) % width === column),
    );
    return touched.at(-1)! - touched[0]!;
}

class IdleWorker {
    public postMessage(): void {
        // sorts nothing
    }
    public terminate(): void {
        // holds nothing
    }
}

/** A camera in front of the person, or behind her. */
function AddCamera(scene: Scene, alpha = Math.PI / 2): ArcRotateCamera {
    const camera = new ArcRotateCamera("camera", alpha, Math.PI / 2.1, 3, new Vector3(0, 0.9, 0), scene);
    camera.minZ = 0.1;
    return camera;
}

function Columns(pixels: Uint8Array, from: number, to: number): Uint8Array {
    return pixels.filter((_, i) => {
        const column = Math.floor(i / 4) % Width;
        return column >= from && column < to;
    });
}
