import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.js";
import { ImportMeshAsync, LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { Scene } from "@babylonjs/core/scene.js";
import {
    AvatarDeviceError,
    AvatarFormatError,
    AvatarRenderer,
    GaussianAvatar,
    LoadAvatarAsync,
    RegisterAvatarLoader,
} from "../../../src/pure.js";
import { RenderPixelsAsync } from "../../../src/cli/headless/headlessEngine.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { CreateTestEngineAsync, DescribeGpu } from "../../support/gpu.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";

const Size = 128;
const sample = MakeSampleAvatar({ gaussians: 1500, seed: 7 });
const file = WriteAvatar(sample);

RegisterAvatarLoader();

DescribeGpu("an avatar in a Babylon scene", () => {
    let engine: WebGPUEngine;
    let scene: Scene;

    beforeAll(async () => {
        engine = await CreateTestEngineAsync(Size, Size);
    });
    beforeEach(() => {
        scene = MakeScene(engine);
    });
    afterEach(() => {
        scene.dispose();
    });
    afterAll(() => {
        engine.dispose();
    });

    const renderAsync = async (): Promise<Uint8Array> => await RenderPixelsAsync(engine, () => scene.render());

    it("comes out of ImportMeshAsync as a skinned, morphable character", async () => {
        const { meshes, skeletons, animationGroups } = await ImportMeshAsync(file, scene, { pluginExtension: ".glb" });
        const avatar = meshes.find((mesh) => mesh instanceof GaussianAvatar)!;
        expect(avatar.getClassName()).toBe("GaussianAvatar");
        expect(avatar.skeleton).toBe(skeletons[0]);
        expect(avatar.skeleton!.bones.map((bone) => bone.name)).toEqual(sample.joints.map((joint) => joint.name));
        expect(avatar.skeleton!.bones.every((bone) => bone.getTransformNode()?.name === bone.name)).toBe(true);
        const channels = avatar.morphTargetManager!;
        expect(Array.from({ length: channels.numTargets }, (_, i) => channels.getTarget(i).name)).toEqual(
            sample.morphTargets.map((target) => target.name),
        );
        expect(animationGroups.map((group) => group.name)).toEqual(sample.animations.map((clip) => clip.name));
        expect(avatar.animationGroups).toEqual(animationGroups);
        for (const joint of sample.joints) {
            const node = avatar.getJoint(joint.smplx!)!;
            expect(Quaternion.Identity().equalsWithEpsilon(node.rotationQuaternion!, 1e-6)).toBe(true);
        }
        expect(avatar.asset.gaussians.count).toBe(sample.gaussians.count);
    });

    it("is drawn, the first frame like all that follow and like that of another engine, byte for byte", async () => {
        await LoadAvatarAsync(file, scene);
        const first = await renderAsync();
        expect(CountCovered(first)).toBeGreaterThan(Size * Size * 0.02);
        expect(await renderAsync()).toEqual(first);
        expect(await renderAsync()).toEqual(first);
        const otherEngine = await CreateTestEngineAsync(Size, Size);
        const other = MakeScene(otherEngine);
        await LoadAvatarAsync(file, other);
        expect(await RenderPixelsAsync(otherEngine, () => other.render())).toEqual(first);
        otherEngine.dispose();
    });

    it("moves, turns and scales like any node of the scene", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        await renderAsync();
        const before = avatar.getBoundingInfo().boundingBox.centerWorld.clone();
        avatar.position.set(0.4, 0.2, -0.3);
        await renderAsync();
        const moved = avatar.getBoundingInfo().boundingBox.centerWorld.subtract(before);
        expect(moved.subtract(avatar.position).length()).toBeLessThan(1e-5);
        avatar.position.setAll(0);
        avatar.scaling.setAll(2);
        await renderAsync();
        const scaled = avatar.getBoundingInfo().boundingBox.centerWorld;
        expect(scaled.subtract(before.scale(2)).length()).toBeLessThan(1e-5);
    });

    it("shows the raised left arm on the person's left: the glTF mirror is undone once, not twice", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        avatar.getJoint("left_shoulder")!.rotationQuaternion = Quaternion.RotationAxis(
            new Vector3(0, 0, 1),
            Math.PI / 2,
        );
        const wrist = avatar.getJoint("left_wrist")!;
        const pixels = await renderAsync();
        // The person faces +z, towards the camera, so her left is at the viewer's right.
        const { x, y } = ProjectToPixel(wrist.getAbsolutePosition(), scene);
        expect(x).toBeGreaterThan(Size / 2);
        expect(wrist.getAbsolutePosition().y).toBeGreaterThan(1.7);
        expect(AlphaAround(pixels, x, y)).toBeGreaterThan(100);
        expect(AlphaAround(pixels, Size - x, y)).toBe(0);
    });

    it("plays its clips, moves its expressions and carries what is attached to its joints", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const hat = new TransformNode("hat", scene);
        hat.parent = avatar.getJoint("head");
        const rest = await renderAsync();
        const channel = avatar.morphTargetManager!.getTargetByName(sample.morphTargets[0]!.name)!;
        channel.influence = 1;
        const expressive = await renderAsync();
        expect(expressive).not.toEqual(rest);
        channel.influence = 0;
        expect(await renderAsync()).toEqual(rest);
        avatar.getJoint("spine1")!.rotationQuaternion = Quaternion.RotationAxis(new Vector3(1, 0, 0), 0.5);
        await renderAsync();
        expect(
            hat.getAbsolutePosition().subtract(avatar.getJoint("head")!.getAbsolutePosition()).length(),
        ).toBeLessThan(1e-6);
        avatar.getJoint("spine1")!.rotationQuaternion = Quaternion.Identity();
        const group = avatar.animationGroups[0]!;
        group.start(true);
        group.goToFrame((group.from + group.to) / 2);
        group.pause();
        expect(await renderAsync()).not.toEqual(rest);
    });

    it("keeps its bounding box around the pose", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        await renderAsync();
        const wide = avatar.getBoundingInfo().boundingBox.extendSizeWorld.clone();
        for (const side of ["left", "right"] as const) {
            avatar.getJoint(`${side}_shoulder`)!.rotationQuaternion = Quaternion.RotationAxis(
                new Vector3(0, 0, side === "left" ? -1 : 1),
                Math.PI / 2,
            );
        }
        await renderAsync();
        const narrow = avatar.getBoundingInfo().boundingBox.extendSizeWorld;
        expect(narrow.x).toBeLessThan(wide.x * 0.6);
        const head = avatar.getJoint("head")!.getAbsolutePosition();
        expect(avatar.getBoundingInfo().intersectsPoint(head)).toBe(true);
    });

    it("is copied by an asset container, sharing its Gaussians", async () => {
        const container = await LoadAssetContainerAsync(file, scene, { pluginExtension: ".glb" });
        const renderer = await AvatarRenderer.GetAsync(scene);
        await renderAsync();
        expect(renderer.avatarCount).toBe(0);
        const copies = [container.instantiateModelsToScene(), container.instantiateModelsToScene()];
        (copies[1]!.rootNodes[0] as TransformNode).position.x = 0.5;
        copies[0]!.animationGroups[0]!.start(true);
        await renderAsync();
        expect(renderer.avatarCount).toBe(2);
        const avatars = scene.meshes.filter((mesh) => mesh instanceof GaussianAvatar);
        expect(avatars[0]!.asset).toBe(avatars[1]!.asset);
        expect(avatars[0]!.skeleton).not.toBe(avatars[1]!.skeleton);
        const [a, b] = avatars.map((avatar) => avatar.getJoint("pelvis")!.getAbsolutePosition().x);
        expect(Math.abs(a! - b!)).toBeGreaterThan(0.4);
        for (const copy of copies) {
            copy.dispose();
        }
        await renderAsync();
        expect(renderer.avatarCount).toBe(0);
        container.dispose();
    });

    it("leaves nothing behind when it is disposed, however it came, and however often", async () => {
        await AvatarRenderer.GetAsync(scene);
        await renderAsync();
        const before = CountContents(scene);
        const buffers = TrackBuffers(engine._device);
        for (let cycle = 0; cycle < 5; cycle++) {
            const avatar = await LoadAvatarAsync(file, scene);
            const copy = avatar.clone("copy");
            await renderAsync();
            expect(buffers.live().length).toBeGreaterThan(0);
            avatar.dispose();
            avatar.dispose();
            copy.dispose();
            await renderAsync();
            expect(CountContents(scene)).toEqual(before);
            // What is left of the pipeline without people: room for a single Gaussian.
            expect(buffers.live().filter((buffer) => buffer.size > 1024)).toEqual([]);
        }
        const { meshes } = await ImportMeshAsync(file, scene, { pluginExtension: ".glb" });
        await renderAsync();
        meshes.find((mesh) => mesh instanceof GaussianAvatar)!.dispose();
        meshes[0]!.dispose(); // Babylon's own __root__
        await renderAsync();
        expect(CountContents(scene)).toEqual(before);
        buffers.stop();
        expect(CountCovered(await renderAsync())).toBe(0);
    });

    it("is cloned as a character of its own", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const one = CountCovered(await renderAsync());
        const copy = avatar.clone("copy");
        copy.position.x = 0.9;
        expect(CountCovered(await renderAsync())).toBeGreaterThan(one * 1.5);
        copy.getJoint("left_elbow")!.rotationQuaternion = Quaternion.RotationAxis(new Vector3(0, 0, 1), 1);
        copy.morphTargetManager!.getTarget(0).influence = 1;
        copy.animationGroups[0]!.start(true);
        expect(avatar.getJoint("left_elbow")!.rotationQuaternion!.w).toBe(1);
        expect(avatar.morphTargetManager!.getTarget(0).influence).toBe(0);
        expect(avatar.animationGroups[0]!.isPlaying).not.toBe(true);
        copy.dispose();
        expect(CountCovered(await renderAsync())).toBe(one);
        expect(avatar.skeleton!.bones.length).toBeGreaterThan(sample.joints.length);
        expect(scene.skeletons).toEqual([avatar.skeleton]);
    });

    it("keeps a container's originals whole when copies are disposed", async () => {
        const container = await LoadAssetContainerAsync(file, scene, { pluginExtension: ".glb" });
        const original = container.meshes.find((mesh) => mesh instanceof GaussianAvatar)!;
        original.clone("alone", null, true).dispose();
        expect(container.skeletons).toEqual([original.skeleton]);
        expect(original.skeleton!.bones.length).toBe(sample.joints.length);
        container.dispose();
    });

    it("stands at rest without a skeleton", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const atRest = CountCovered(await renderAsync());
        const { skeleton } = avatar;
        avatar.skeleton = null;
        // Mirrored, since the glTF mirror is above the joints; as large as ever.
        expect(Math.abs(CountCovered(await renderAsync()) / atRest - 1)).toBeLessThan(0.05);
        avatar.skeleton = skeleton;
        expect(CountCovered(await renderAsync())).toBe(atRest);
    });

    it("is moved in the same frame by what observers of the frame do", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        avatar.position.x = 0.7;
        const moved = await renderAsync();
        avatar.position.x = 0;
        await renderAsync();
        scene.onBeforeRenderObservable.addOnce(() => {
            avatar.position.x = 0.7;
        });
        expect(await renderAsync()).toEqual(moved);
    });

    it("keeps its place in the picture under an armature, and goes with it", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        await renderAsync();
        const wrist = avatar.getJoint("left_wrist")!.getAbsolutePosition().clone();
        avatar.dispose();
        await renderAsync();
        const before = CountContents(scene);
        const withArmature = RewriteGlbJson(file, (json) => {
            const joints = new Set(json.skins![0]!.joints);
            const isChild = new Set(json.nodes!.flatMap((node) => node.children ?? []));
            const roots = [...joints].filter((joint) => !isChild.has(joint));
            json.nodes!.push({ name: "Armature", children: roots });
            const { nodes } = json.scenes![0]!;
            json.scenes![0]!.nodes = [...nodes.filter((node) => !roots.includes(node)), json.nodes!.length - 1];
        });
        const rigged = await LoadAvatarAsync(withArmature, scene);
        rigged.position.x = 0.5;
        await renderAsync();
        const moved = rigged.getJoint("left_wrist")!.getAbsolutePosition().subtract(wrist);
        expect(moved.subtract(rigged.position).length()).toBeLessThan(1e-6);
        rigged.dispose();
        await renderAsync();
        expect(CountContents(scene)).toEqual(before);
    });

    it("comes back after all meshes of the scene were disposed", async () => {
        await LoadAvatarAsync(file, scene);
        const before = await renderAsync();
        for (const mesh of scene.meshes.slice()) {
            mesh.dispose();
        }
        await LoadAvatarAsync(file, scene);
        expect(await renderAsync()).toEqual(before);
    });

    it("tells Babylon where it is", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        avatar.position.x = 5;
        await renderAsync();
        const { min, max } = scene.getWorldExtends();
        const hierarchy = avatar.getHierarchyBoundingVectors();
        for (const [low, high] of [
            [min, max],
            [hierarchy.min, hierarchy.max],
        ] as const) {
            expect(low.x).toBeGreaterThan(3.5);
            expect(high.x).toBeLessThan(6.5);
            expect(high.y).toBeGreaterThan(1.5);
            expect(high.y).toBeLessThan(2.2);
        }
    });

    it("fades with visibility, and vanishes with isVisible and setEnabled", async () => {
        const avatar = await LoadAvatarAsync(file, scene);
        const opaque = SumAlpha(await renderAsync());
        avatar.visibility = 0.3;
        const faded = SumAlpha(await renderAsync());
        // One layer would give 0.3; where two or three lie behind each other it is 1 - 0.7² or 1 - 0.7³.
        expect(faded).toBeGreaterThan(opaque * 0.3);
        expect(faded).toBeLessThan(opaque * 0.66);
        avatar.visibility = 1;
        avatar.isVisible = false;
        expect(CountCovered(await renderAsync())).toBe(0);
        avatar.isVisible = true;
        avatar.setEnabled(false);
        expect(CountCovered(await renderAsync())).toBe(0);
        avatar.setEnabled(true);
        expect(SumAlpha(await renderAsync())).toBe(opaque);
    });

    it("refuses a damaged file with our own error and leaves the scene as it was", async () => {
        await renderAsync();
        const before = CountContents(scene);
        const damaged = DamagePositions(file);
        await expect(LoadAvatarAsync(damaged, scene)).rejects.toThrow(AvatarFormatError);
        await expect(LoadAvatarAsync(damaged, scene)).rejects.toMatchObject({ code: "non-finite" });
        await expect(ImportMeshAsync(damaged, scene, { pluginExtension: ".glb" })).rejects.toThrow(/row 0 holds NaN/);
        expect(CountContents(scene)).toEqual(before);
    });

    it("says so where there is no WebGPU, and leaves the scene as it was", async () => {
        const nullEngine = new NullEngine();
        const plain = new Scene(nullEngine);
        const before = CountContents(plain);
        await expect(LoadAvatarAsync(file, plain)).rejects.toThrow(AvatarDeviceError);
        await expect(LoadAvatarAsync(file, plain)).rejects.toMatchObject({ code: "webgpu-unavailable" });
        expect(CountContents(plain)).toEqual(before);
        nullEngine.dispose();
    });
});

/** A transparent scene with a camera in front of the person. */
function MakeScene(engine: WebGPUEngine): Scene {
    const scene = new Scene(engine);
    scene.clearColor = new Color4(0, 0, 0, 0);
    const camera = new ArcRotateCamera("camera", Math.PI / 2, Math.PI / 2, 3, new Vector3(0, 0.9, 0), scene);
    camera.minZ = 0.1;
    return scene;
}

/** Writes a NaN over the first position, which is what the file's binary chunk begins with. */
function DamagePositions(original: Uint8Array): Uint8Array {
    const damaged = original.slice();
    const view = new DataView(damaged.buffer);
    const jsonBytes = view.getUint32(12, true);
    const json = JSON.parse(new TextDecoder().decode(damaged.subarray(20, 20 + jsonBytes))) as IGltfBuffers;
    const positions = json.accessors[json.meshes[0]!.primitives[0]!.attributes["POSITION"]!]!.bufferView;
    view.setFloat32(20 + jsonBytes + 8 + (json.bufferViews[positions]!.byteOffset ?? 0), NaN, true);
    return damaged;
}

/** What {@link DamagePositions} needs of a glTF document. */
interface IGltfBuffers {
    accessors: { bufferView: number }[];
    bufferViews: { byteOffset?: number }[];
    meshes: { primitives: { attributes: Record<string, number> }[] }[];
}

/** Follows the GPU buffers made from here on. */
function TrackBuffers(device: GPUDevice): { live(): GPUBuffer[]; stop(): void } {
    const live = new Set<GPUBuffer>();
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
        const buffer = create(descriptor);
        const destroy = buffer.destroy.bind(buffer);
        // Babylon pools its own upload buffers; ours are known by their names.
        if (/gaussian|splat|sort|morph|instance state/i.test(buffer.label)) {
            live.add(buffer);
        }
        buffer.destroy = () => {
            live.delete(buffer);
            destroy();
        };
        return buffer;
    };
    const stop = (): void => {
        device.createBuffer = create;
    };
    return { live: () => [...live], stop };
}

function CountContents(scene: Scene): Record<string, number> {
    const { animationGroups, geometries, materials, meshes, morphTargetManagers, skeletons, textures, transformNodes } =
        scene;
    const lists = {
        animationGroups,
        geometries,
        materials,
        meshes,
        morphTargetManagers,
        skeletons,
        textures,
        transformNodes,
    };
    return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length]));
}

function CountCovered(pixels: Uint8Array): number {
    return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
}

function SumAlpha(pixels: Uint8Array): number {
    return pixels.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
}

/** Largest alpha within two pixels. */
function AlphaAround(pixels: Uint8Array, x: number, y: number): number {
    let largest = 0;
    for (let row = Math.round(y) - 2; row <= Math.round(y) + 2; row++) {
        for (let column = Math.round(x) - 2; column <= Math.round(x) + 2; column++) {
            largest = Math.max(largest, pixels[(row * Size + column) * 4 + 3] ?? 0);
        }
    }
    return largest;
}

function ProjectToPixel(point: Vector3, scene: Scene): Vector3 {
    const camera = scene.activeCamera!;
    return Vector3.Project(
        point,
        Matrix.IdentityReadOnly,
        scene.getTransformMatrix(),
        camera.viewport.toGlobal(Size, Size),
    );
}
