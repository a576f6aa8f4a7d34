import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import "@babylonjs/loaders/glTF/2.0/Extensions/KHR_gaussian_splatting.js";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Viewport } from "@babylonjs/core/Maths/math.viewport.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Scene } from "@babylonjs/core/scene.js";
import { RenderPixelsAsync } from "../../../src/cli/headless/headlessEngine.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { CreateAvatarEngineAsync, GaussianAvatar, LoadAvatarAsync, RegisterAvatarLoader } from "../../../src/pure.js";
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

    it("comes back after the device was lost", async () => {
        await LoadAvatarAsync(file, scene);
        const before = await renderAsync();
        const restored = new Promise((resolve) => {
            engine.onContextRestoredObservable.addOnce(resolve);
        });
        engine._device.destroy();
        await restored;
        // Kernels compile off the frame; frames until then show the scene without avatars.
        let after = await renderAsync();
        for (let attempt = 0; attempt < 200 && !after.some((value) => value > 0); attempt++) {
            await new Promise((resolve) => setTimeout(resolve, 10));
            after = await renderAsync();
        }
        expect(after).toEqual(before);
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
        expect(own.isWebGPU).toBe(true);
        expect(own.currentLimits.maxBufferSize).toBeGreaterThanOrEqual(engine.currentLimits.maxBufferSize);
        own.dispose();
    });
});

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
