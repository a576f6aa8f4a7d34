import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from "@jest/globals";
import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { RenderTargetTexture } from "@babylonjs/core/Materials/Textures/renderTargetTexture.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateBox } from "@babylonjs/core/Meshes/Builders/boxBuilder.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { NetworkError } from "../../../src/networks/networkError.js";
import { NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { ProgramRun } from "../../../src/networks/programRun.js";
import { AvatarRenderer, type GaussianAvatar, RegisterAvatarLoader } from "../../../src/pure.js";
import { FrameTraffic } from "../../support/frameTraffic.js";
import { DescribeGpu } from "../../support/gpu.js";
import { FaceCloudAsync, MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";
import { NetworkStage, SettleAsync, TrackBuffers } from "../../support/networkStage.js";
import { KeepPicture, Psnr } from "../../support/picture.js";
import { MakeSampleRefiner } from "../../support/sampleRefiner.js";
import { UsePlainWasm } from "../../support/plainWasm.js";

const Size = 192;

/** Decibels of a picture at half the resolution of the screen, taken through networks and back. */
const Close = 38;

/** r g b of a refined picture: the mean of 1 and of b r g, so that white stays what it is. */
const Weights = new Float64Array(15);
const Mixed = [2, 0, 1] as const;
Mixed.forEach((channel, row) => (Weights[row * 5 + channel] = 0.5));

const Asset = await MakeHeadedAvatarAsync({
    refiner: { side: 64, weights: Float32Array.from(Weights), bias: [0.5, 0.5, 0.5] },
});

/** Whose colours do not change with the pose. */
const WithoutPose = await MakeHeadedAvatarAsync({
    hasPose: false,
    refiner: { side: 64, weights: Float32Array.from(Weights), bias: [0.5, 0.5, 0.5] },
});

RegisterAvatarLoader();
UsePlainWasm();

DescribeGpu("the refined picture of a head", () => {
    let stage: NetworkStage;
    let errors: string[];

    beforeAll(async () => {
        stage = await NetworkStage.CreateAsync(Size);
    });
    beforeEach(() => {
        errors = [];
        jest.spyOn(Logger, "Error").mockImplementation((message) => errors.push(String(message)));
        jest.spyOn(Logger, "Warn").mockImplementation(() => undefined);
    });
    afterEach(async () => {
        await stage.clearAsync();
        Camera().radius = 3;
        jest.restoreAllMocks();
    });
    afterAll(() => {
        stage.engine.dispose();
    });

    const loadAsync = async (asset: IAvatarAsset = Asset): Promise<GaussianAvatar> => {
        const avatar = await stage.loadAsync(asset);
        avatar.scaling.setAll(4);
        avatar.position.y = -5.6; // the head before the camera
        return avatar;
    };

    const pictureAsync = async (avatar: GaussianAvatar): Promise<Uint8Array> => {
        await stage.renderAsync();
        await stage.renderUntilAsync(() => avatar.networks.picture.size > 0 && avatar.networks._isUpToDate, 200);
        return await stage.renderAsync();
    };

    const Camera = (): ArcRotateCamera => stage.scene.activeCamera as ArcRotateCamera;

    /** What is to be seen: the head in colours that networks would make of its own. */
    const expectedAsync = async (
        code: readonly number[],
        change?: (avatar: GaussianAvatar) => void,
        asset = Asset,
    ): Promise<Uint8Array> => {
        const gaussians = Recolored(await FaceCloudAsync(asset.headModel!, code));
        const avatar = await loadAsync({ ...asset, gaussians, headModel: null });
        change?.(avatar);
        const picture = await stage.renderAsync();
        avatar.dispose();
        return picture;
    };

    it("gives its splats the colours that networks made of them", async () => {
        const avatar = await loadAsync();
        const found = await pictureAsync(avatar);
        const { networks } = avatar;
        expect([networks.picture.size, networks.picture.error, errors]).toEqual([128, null, []]);
        avatar.setEnabled(false);
        const expected = await expectedAsync([]);
        KeepPicture("head-refined", found, Size);
        KeepPicture("head-refined-expected", expected, Size);
        networks.picture.maximumSize = 0;
        avatar.setEnabled(true);
        await stage.renderAsync();
        await stage.renderAsync();
        const plain = await stage.renderAsync();
        console.info(
            `refined head: ${Psnr(expected, found).toFixed(1)} dB; its own colours ${Psnr(expected, plain).toFixed(1)} dB`,
        );
        expect(Psnr(expected, found)).toBeGreaterThan(Close);
        expect(Psnr(expected, plain)).toBeLessThan(25);
    });

    it("moves with the head while it is out of date: at walking speed by less than a pixel", async () => {
        const renderer = await AvatarRenderer.GetAsync(stage.scene);
        // Two frames at 60 Hz: 47 mm ahead and aside, a nod of 2°, and a camera that turns by 1.5°.
        const walk = (avatar: GaussianAvatar, frames: number): void => {
            const way = (1.4 * frames) / 60;
            avatar.position.set(4 * way * 0.8, -5.6, 4 * way * 0.6);
            avatar.rotation.y = 0.4;
            const angle = (frames * Math.PI) / 180;
            avatar.getJoint("head")!.rotationQuaternion = Quaternion.RotationAxis(Vector3.Right(), angle);
            Camera().alpha = Math.PI / 2 + 0.75 * angle;
        };
        const avatar = await loadAsync(WithoutPose);
        walk(avatar, 0);
        await pictureAsync(avatar);
        renderer.networkBudget = 0;
        walk(avatar, 2);
        const late = await stage.renderAsync();
        expect(avatar.networks.picture.size).toBe(128);
        KeepPicture("head-refined-late", late, Size);
        avatar.dispose();
        const expected = await expectedAsync(
            [],
            (other) => {
                walk(other, 2);
            },
            WithoutPose,
        );
        // What an error of a pixel would look like.
        const shifted = expected.map((_, i) => expected[i - 4] ?? 0);
        const [found, aside] = [Psnr(expected, late), Psnr(expected, shifted)];
        console.info(`a picture two frames late: ${found.toFixed(1)} dB; a pixel aside ${aside.toFixed(1)} dB`);
        expect(found).toBeGreaterThan(Close - 2);
        expect(found).toBeGreaterThan(aside + 6);
    });

    it("gives way to the splats' own colours when the camera is somewhere else, and where the head is small", async () => {
        const renderer = await AvatarRenderer.GetAsync(stage.scene);
        const avatar = await loadAsync();
        const near = await pictureAsync(avatar);
        renderer.networkBudget = 0;
        Camera().alpha += 0.5;
        const away = await stage.renderAsync();
        avatar.networks.picture.maximumSize = 0;
        await stage.renderAsync();
        expect(Psnr(await stage.renderAsync(), away)).toBeGreaterThan(60);
        avatar.networks.picture.maximumSize = 1024;
        renderer.networkBudget = 1000;
        Camera().alpha -= 0.5;
        expect(Psnr(await pictureAsync(avatar), near)).toBeGreaterThan(50);
        Camera().radius = 8;
        await stage.renderUntilAsync(() => avatar.networks.picture.size === 0, 20);
        expect(avatar.networks._isUpToDate).toBe(true);
    });

    it("is hidden by what stands before it, and drawn by two cameras at once", async () => {
        const box = CreateBox("box", { size: 0.5 }, stage.scene);
        box.position.set(0.2, 0.9, 0.9);
        const material = new StandardMaterial("white", stage.scene);
        material.emissiveColor = Color3.White();
        box.material = material;
        const left = Camera();
        const right = new ArcRotateCamera(
            "right",
            Math.PI / 2 - 0.8,
            Math.PI / 2,
            3,
            new Vector3(0, 0.9, 0),
            stage.scene,
        );
        right.minZ = 0.1;
        left.viewport.width = 0.5;
        right.viewport.x = 0.5;
        right.viewport.width = 0.5;
        stage.scene.activeCameras = [left, right];
        const avatar = await loadAsync();
        const found = await pictureAsync(avatar);
        avatar.dispose();
        const expected = await expectedAsync([]);
        KeepPicture("head-refined-cameras", found, Size);
        KeepPicture("head-refined-cameras-expected", expected, Size);
        stage.scene.activeCameras = [];
        left.viewport.width = 1;
        right.dispose();
        box.dispose();
        console.info(`two cameras and a box: ${Psnr(expected, found).toFixed(1)} dB`);
        expect(Psnr(expected, found)).toBeGreaterThan(Close);
    });

    it("is one for each of several heads, sorted into each other, and in the texture of a render target too", async () => {
        const target = new RenderTargetTexture("target", Size, stage.scene);
        target.activeCamera = Camera();
        const place = (avatar: GaussianAvatar, at: number): void => {
            avatar.position.x = at * 0.5;
            avatar.position.z = at * 0.7;
            target.renderList = null;
        };
        stage.scene.customRenderTargets.push(target);
        const heads = [await loadAsync(), await loadAsync()];
        heads.forEach(place);
        await pictureAsync(heads[0]!);
        const found = await pictureAsync(heads[1]!);
        const inTarget = new Uint8Array((await target.readPixels())!.buffer);
        heads.forEach((head) => {
            head.dispose();
        });
        const gaussians = Recolored(await FaceCloudAsync(Asset.headModel!, []));
        const plain = { ...Asset, gaussians, headModel: null };
        const others = [await loadAsync(plain), await loadAsync(plain)];
        others.forEach(place);
        await stage.renderAsync(); // compiles for the target
        await SettleAsync();
        const expected = await stage.renderAsync();
        const expectedInTarget = new Uint8Array((await target.readPixels())!.buffer);
        stage.scene.customRenderTargets.splice(0);
        target.dispose();
        KeepPicture("head-refined-two", found, Size);
        KeepPicture("head-refined-target", inTarget, Size);
        console.info(
            `two heads: ${Psnr(expected, found).toFixed(1)} dB; in a render target ${Psnr(expectedInTarget, inTarget).toFixed(1)} dB`,
        );
        // The one in front is larger than its picture.
        expect(Psnr(expected, found)).toBeGreaterThan(Close - 3);
        expect(Psnr(expectedInTarget, inTarget)).toBeGreaterThan(Close - 3);
    });

    it("is written as light, like all splats, where the scene wants that", async () => {
        const renderer = await AvatarRenderer.GetAsync(stage.scene);
        const avatar = await loadAsync();
        const display = await pictureAsync(avatar);
        renderer.colorSpace = "linear";
        await stage.renderUntilAsync(() => false, 10).catch(() => undefined);
        const light = await stage.renderAsync();
        renderer.colorSpace = "display";
        KeepPicture("head-refined-light", light, Size);
        // Where splats lie behind each other, what is blended differs; within the head, not by much.
        const errors: number[] = [];
        for (let pixel = 0; pixel < display.length; pixel += 4) {
            if (display[pixel + 3] === 255) {
                for (let channel = 0; channel < 3; channel++) {
                    const value = display[pixel + channel]! / 255;
                    const wanted = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
                    errors.push(Math.abs(light[pixel + channel]! / 255 - wanted));
                }
            }
        }
        const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
        console.info(`light of a refined head: ${(255 * mean).toFixed(2)} steps off`);
        expect(errors.length).toBeGreaterThan(3000);
        expect(mean).toBeLessThan(0.02);
        await stage.renderUntilAsync(() => false, 10).catch(() => undefined);
        expect(Psnr(await stage.renderAsync(), display)).toBeGreaterThan(50);
    });

    it("keeps its colours while the head fades", async () => {
        const avatar = await loadAsync();
        await pictureAsync(avatar);
        const { picture } = avatar.networks;
        const { latency } = picture;
        avatar.visibility = 0.4;
        for (let frame = 0; frame < 8; frame++) {
            await stage.renderAsync();
            await SettleAsync();
        }
        const found = await stage.renderAsync();
        expect([picture.latency, picture.size, avatar.networks._isUpToDate]).toEqual([latency, 128, true]);
        avatar.dispose();
        const expected = await expectedAsync([], (other) => (other.visibility = 0.4));
        const decibels = Psnr(expected, found);
        console.info(`a head that fades: ${decibels.toFixed(1)} dB`);
        expect(decibels).toBeGreaterThan(Close - 4);
    });

    it("follows the face", async () => {
        const avatar = await loadAsync();
        await pictureAsync(avatar);
        [1.5, -2, 0.5].forEach((value, i) => (avatar.morphTargetManager!.getTarget(i).influence = value));
        const found = await pictureAsync(avatar);
        const { latency } = avatar.networks.picture;
        avatar.dispose();
        const decibels = Psnr(await expectedAsync([1.5, -2, 0.5]), found);
        console.info(`another face: ${decibels.toFixed(1)} dB`);
        expect(decibels).toBeGreaterThan(Close);
        expect(latency).toBeGreaterThan(0);
    });

    it("is left out, which is said once, where its networks are of no use, and tried again when asked for", async () => {
        const refiner = MakeSampleRefiner({ channels: 5, side: 64, bias: [NaN, 0, 0] });
        const avatar = await loadAsync({ ...Asset, headModel: { ...Asset.headModel!, refiner } });
        await stage.renderUntilAsync(() => avatar.networks.picture.error !== null, 200);
        expect(avatar.networks.picture.error).toMatchObject({ code: "non-finite" });
        expect(avatar.networks.tier).toBe("lite");
        expect(errors).toEqual([expect.stringMatching(/goes on without refined pictures: .*"refiner_1".*NaN/u)]);
        await stage.renderAsync();
        expect([avatar.networks.picture.size, avatar.networks._isUpToDate]).toEqual([0, true]);
        avatar.networks.picture.maximumSize = 512;
        expect(avatar.networks.picture.error).toBeNull();
        await stage.renderUntilAsync(() => avatar.networks.picture.error !== null, 200);
        expect(errors.length).toBe(1);
    });

    it("fails in a run for all who have the head, and comes for all when it is asked for once more", async () => {
        const head = await loadAsync();
        const copy = head.clone("copy"); // of the same networks
        copy.position.x = 0.7;
        copy.networks.maximumRate = 1000;
        const heads = [head, copy];
        const run = jest
            .spyOn(ProgramRun.prototype, "stepAsync")
            .mockRejectedValueOnce(new NetworkError("runtime-failed", "gave up"));
        await stage.renderUntilAsync(() => heads[0]!.networks.picture.error !== null, 200);
        expect(run).toHaveBeenCalled();
        expect(heads.map(({ networks }) => networks.picture.error?.code)).toEqual(["runtime-failed", "runtime-failed"]);
        expect(errors).toEqual([expect.stringMatching(/goes on without refined pictures: gave up/u)]);
        for (const { networks } of heads) {
            networks.picture.maximumSize = 1024;
        }
        await pictureAsync(head);
        await pictureAsync(copy);
        expect(heads.map(({ networks }) => networks.picture.error)).toEqual([null, null]);
    });

    it("goes on in a smaller size for all who have the head where a run of a larger one fails", async () => {
        const refiner = MakeSampleRefiner({ channels: 5, side: 256, weights: Float32Array.from(Weights) });
        const head = await loadAsync({ ...Asset, headModel: { ...Asset.headModel!, refiner } });
        const copy = head.clone("copy");
        copy.networks.maximumRate = 1000;
        Camera().radius = 1.5;
        jest.spyOn(ProgramRun.prototype, "stepAsync").mockRejectedValueOnce(
            new NetworkError("runtime-failed", "gave up"),
        );
        await pictureAsync(head);
        await pictureAsync(copy);
        expect([head, copy].map(({ networks }) => networks.picture.size)).toEqual([256, 256]);
        expect([head, copy].map(({ networks }) => networks.picture.error)).toEqual([null, null]);
        expect(errors).toEqual([expect.stringMatching(/goes on with smaller refined pictures: gave up/u)]);
    });

    it("is not there without ONNX Runtime, which is said once, and comes when it is asked for once more", async () => {
        stage.restart();
        const missing = new NetworkError("runtime-missing", "install onnxruntime-web");
        jest.spyOn(NetworkRuntime, "CreateAsync").mockRejectedValueOnce(missing);
        const heads = [await loadAsync(), await loadAsync()];
        await stage.renderUntilAsync(() => heads.every(({ networks }) => networks.picture.error !== null), 200);
        expect(errors).toEqual([expect.stringMatching(/without refined pictures: install onnxruntime-web/u)]);
        for (const head of heads) {
            head.networks.picture.maximumSize = 1024;
        }
        await pictureAsync(heads[0]!);
        expect(errors.length).toBe(1);
    });

    it("comes back with a device that was lost, and leaves nothing behind", async () => {
        const avatar = await loadAsync();
        const before = await pictureAsync(avatar);
        const restored = new Promise((resolve) => {
            stage.engine.onContextRestoredObservable.addOnce(resolve);
        });
        stage.engine._device.destroy();
        await restored;
        await stage.readyAsync(avatar);
        await (await AvatarRenderer.GetAsync(stage.scene)).readTimesAsync();
        expect(Psnr(await pictureAsync(avatar), before)).toBeGreaterThan(60);
        const { live, stop } = TrackBuffers(stage.engine._device);
        const again = await loadAsync();
        again.position.x = 1;
        await pictureAsync(again);
        const ofPictures = (): string[] =>
            live().flatMap(({ label }) => (/picture|features/u.test(label) ? [label] : []));
        expect(ofPictures().length).toBeGreaterThan(0);
        again.dispose();
        for (let frame = 0; frame < 3; frame++) {
            await stage.renderAsync();
            await SettleAsync();
        }
        expect(ofPictures()).toEqual([]);
        stop();
    });

    it("neither swims nor shows a seam while the camera walks around the head, 120 frames long", async () => {
        const avatar = await loadAsync(WithoutPose);
        await pictureAsync(avatar);
        // 1.4 m/s at 0.75 m from a head of its own size.
        const step = 1.4 / 60 / 0.75;
        const orbitAsync = async (): Promise<Uint8Array[]> => {
            Camera().alpha = Math.PI / 2;
            const frames: Uint8Array[] = [];
            for (let frame = 0; frame < 120; frame++) {
                frames.push(await stage.renderAsync());
                Camera().alpha += step;
                await new Promise((resolve) => setTimeout(resolve, 0));
            }
            return frames;
        };
        const found = await orbitAsync();
        avatar.dispose();
        const gaussians = Recolored(await FaceCloudAsync(WithoutPose.headModel!, []));
        await loadAsync({ ...WithoutPose, gaussians, headModel: null });
        const expected = await orbitAsync();
        const decibels = found.map((picture, frame) => Psnr(expected[frame]!, picture));
        const worst = decibels.indexOf(Math.min(...decibels));
        KeepPicture("head-refined-orbit", found[worst]!, Size);
        const sorted = [...decibels].sort((a, b) => a - b);
        console.info(
            `an orbit: ${sorted[0]!.toFixed(1)} dB at worst (frame ${worst}), ${sorted[60]!.toFixed(1)} dB in the middle`,
        );
        expect(sorted[0]).toBeGreaterThan(Close - 6);
    });

    it("makes and reads back nothing in a frame, whatever moves", async () => {
        const avatar = await loadAsync();
        await pictureAsync(avatar);
        const { engine, scene } = stage;
        const traffic = new FrameTraffic(engine._device);
        let pictures = 0;
        const framesAsync = async (count: number): Promise<void> => {
            for (let frame = 0; frame < count; frame++) {
                avatar.morphTargetManager!.getTarget(0).influence = Math.sin(frame);
                Camera().alpha += 0.01;
                const before = avatar.networks.picture.latency;
                engine.beginFrame();
                traffic.count(() => {
                    scene.render();
                });
                engine.endFrame();
                pictures += Number(avatar.networks.picture.latency !== before);
                await engine._device.queue.onSubmittedWorkDone();
                await SettleAsync();
            }
        };
        await framesAsync(6);
        traffic.take();
        pictures = 0;
        await framesAsync(12);
        const { frameDownloads, frameObjects } = traffic.take();
        expect(pictures).toBeGreaterThan(2);
        expect([frameDownloads, frameObjects]).toEqual([{}, {}]);
    });

    it("follows from another side", async () => {
        const avatar = await loadAsync();
        await pictureAsync(avatar);
        Camera().alpha += 0.6;
        const found = await pictureAsync(avatar);
        avatar.dispose();
        KeepPicture("head-refined-side", found, Size);
        const decibels = Psnr(await expectedAsync([]), found);
        console.info(`from another side: ${decibels.toFixed(1)} dB`);
        expect(decibels).toBeGreaterThan(Close);
    });
});

function Recolored(cloud: IGaussianCloud): IGaussianCloud {
    const colors = cloud.colors.map((_, i) => 0.5 + 0.5 * cloud.colors[i - (i % 3) + Mixed[i % 3]!]!);
    return { ...cloud, colors };
}
