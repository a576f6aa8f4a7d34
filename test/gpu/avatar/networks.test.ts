import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from "@jest/globals";
import { type ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Quaternion } from "@babylonjs/core/Maths/math.vector.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { AvatarRenderer, type GaussianAvatar, RegisterAvatarLoader } from "../../../src/pure.js";
import { NetworkProgram } from "../../../src/networks/networkProgram.js";
import { ProgramRun } from "../../../src/networks/programRun.js";
import { Adapter, DescribeGpu } from "../../support/gpu.js";
import { type INetworkedAvatarOptions, MakeNetworkedAvatar } from "../../support/networkedAvatar.js";
import {
    NetworkStage,
    PretendHardware,
    RaiseArms as Pose,
    SettleAsync,
    TrackBuffers,
} from "../../support/networkStage.js";
import { KeepPicture, Psnr } from "../../support/picture.js";

const Size = 64;

RegisterAvatarLoader();

DescribeGpu("an avatar with networks", () => {
    let stage: NetworkStage;
    let engine: WebGPUEngine;
    let errors: string[];
    let warnings: string[];

    beforeAll(async () => {
        stage = await NetworkStage.CreateAsync(Size); // one for all: its kernels take long to compile
        engine = stage.engine;
    });
    beforeEach(() => {
        errors = [];
        warnings = [];
        jest.spyOn(Logger, "Error").mockImplementation((message) => errors.push(String(message)));
        jest.spyOn(Logger, "Warn").mockImplementation((message) => warnings.push(String(message)));
    });
    afterEach(async () => {
        await stage.clearAsync();
        jest.restoreAllMocks();
    });
    afterAll(() => {
        engine.dispose();
    });

    const renderAsync = async (): Promise<Uint8Array> => await stage.renderAsync();
    const settleAsync = async (avatar: GaussianAvatar): Promise<void> => {
        await stage.settleAsync(avatar);
    };
    const readyAsync = async (avatar: GaussianAvatar): Promise<void> => {
        await stage.readyAsync(avatar);
    };
    const loadAsync = async (options: INetworkedAvatarOptions): Promise<GaussianAvatar> =>
        await stage.loadAsync(MakeNetworkedAvatar(options));

    it("looks as the file has it when its networks change nothing, also from another canonical space", async () => {
        const { x, y, z, w } = Quaternion.FromEulerAngles(0.3, -0.2, 0.5);
        for (const turn of [null, [x, y, z, w]] as const) {
            const avatar = await loadAsync(turn ? { turn } : {});
            expect(warnings).toEqual([]);
            Pose(avatar, 0.7);
            const baked = await renderAsync();
            expect(avatar.networks.tier).toBe("baked");
            await readyAsync(avatar);
            expect([avatar.networks.state, avatar.networks.tier, errors]).toEqual(["running", "lite", []]);
            // Tests run on a software adapter, of which is said once that the processor is faster.
            expect([avatar.networks.provider, warnings]).toEqual([
                "wasm",
                turn ? [] : [expect.stringMatching(/software/)],
            ]);
            warnings.length = 0;
            const networked = await renderAsync();
            const decibels = Psnr(baked, networked);
            console.info(`networks that change nothing${turn ? ", turned space" : ""}: ${decibels.toFixed(1)} dB`);
            KeepPicture(`networks-zero${turn ? "-turned" : ""}`, networked, Size);
            expect(decibels).toBeGreaterThan(45);
            expect(avatar.networks.latency).toBeGreaterThan(0);
            avatar.dispose();
        }
    });

    it("skins quaternions where the file says so, in the space of the person and not in the scene's mirror of it", async () => {
        const avatar = await loadAsync({ covariance: "quaternion" });
        avatar.rotation.set(0.2, 1, 0.1);
        avatar.scaling.setAll(1.3);
        Pose(avatar, 0.7);
        const baked = await renderAsync();
        await readyAsync(avatar);
        const decibels = Psnr(baked, await renderAsync());
        console.info(`quaternions beside matrices: ${decibels.toFixed(1)} dB`);
        // The two rules agree but where joints blend. Quaternions of mirrored matrices would give 33 dB.
        expect(decibels).toBeGreaterThan(50);
    });

    it("moves in every frame, and follows with what its networks make of the pose", async () => {
        const avatar = await loadAsync({ lite: "red" });
        await readyAsync(avatar);
        await settleAsync(avatar);
        let updates = 0;
        avatar.networks.onMapsUpdatedObservable.add(() => updates++);
        const down = await renderAsync();
        expect(await renderAsync()).toEqual(down); // nobody moves: nothing runs
        Pose(avatar, 1.2);
        const moved = await renderAsync();
        expect(updates).toBe(0);
        expect(Psnr(down, moved)).toBeLessThan(30);
        await stage.renderUntilAsync(() => updates > 0);
        const red = await renderAsync();
        KeepPicture("networks-red", red, Size);
        expect(Psnr(moved, red)).toBeLessThan(45);
        expect(SumRed(red)).not.toBe(SumRed(moved));
        let turn = 1.2;
        await stage.renderUntilAsync(() => {
            Pose(avatar, (turn -= 0.05));
            return updates > 2 && avatar.networks.rate > 0;
        });
        // The same pose by another way: maps are a function of the pose.
        Pose(avatar, 0);
        await settleAsync(avatar);
        expect(Psnr(await renderAsync(), down)).toBeGreaterThan(60);
    });

    it("lets frames pass while its networks wait for time, and runs when it gets some", async () => {
        const renderer = await AvatarRenderer.GetAsync(stage.scene);
        expect(renderer.networkBudget).toBe(4);
        const avatar = await loadAsync({ lite: "red" });
        renderer.networkBudget = 0;
        await stage.renderUntilAsync(() => avatar.networks.progress === 1);
        for (let frame = 0; frame < 5; frame++) {
            Pose(avatar, frame / 5);
            await renderAsync();
            await SettleAsync();
        }
        expect([avatar.networks.state, avatar.networks.tier]).toEqual(["loading", "baked"]);
        renderer.networkBudget = 100;
        await readyAsync(avatar);
        expect(avatar.networks.tier).toBe("lite");
        avatar.networks.enabled = false;
        await renderAsync();
        expect([avatar.networks.state, avatar.networks.tier]).toEqual(["idle", "baked"]);
    });

    it("goes down a tier when one fails, says so once for all its copies, and keeps moving", async () => {
        const cases = [
            ["damaged", "damaged-network"],
            ["unknown-operator", "unsupported-operator"],
            ["nan", "non-finite"],
        ] as const;
        for (const [full, code] of cases) {
            errors.length = 0;
            const avatar = await loadAsync({ full });
            avatar.networks.preferredTier = "full";
            const copy = avatar.clone("copy");
            await readyAsync(avatar);
            await readyAsync(copy);
            for (const { networks } of [avatar, copy]) {
                expect([networks.state, networks.tier, networks.error?.code]).toEqual(["running", "lite", code]);
            }
            expect(errors).toEqual([expect.stringMatching(/goes on without its full tier: .*/)]);
            expect(await avatar.networks.whenReadyAsync()).toBe("lite");
            avatar.dispose();
            copy.dispose();
        }
        const avatar = await loadAsync({ lite: "damaged" });
        await readyAsync(avatar);
        expect([avatar.networks.state, avatar.networks.tier]).toEqual(["failed", "baked"]);
        const before = await renderAsync();
        Pose(avatar, 1);
        expect(Psnr(before, await renderAsync())).toBeLessThan(30);
    });

    it("shares networks and weights with its copies, of which each has maps of its own", async () => {
        const programs = jest.spyOn(NetworkProgram, "CreateAsync");
        await AvatarRenderer.GetAsync(stage.scene); // what a scene without avatars keeps
        await renderAsync();
        const buffers = TrackBuffers(engine._device);
        const avatar = await loadAsync({ lite: "red" });
        await readyAsync(avatar);
        const [copy] = [avatar.clone("copy")];
        Pose(copy, 1.2);
        await readyAsync(copy);
        await settleAsync(copy);
        expect(programs).toHaveBeenCalledTimes(1);
        expect(copy.networks).not.toBe(avatar.networks);
        const [own, other] = [await avatar.networks.readMapAsync("color"), await copy.networks.readMapAsync("color")];
        expect(own!.components).toBe(3);
        expect(own!.data).not.toEqual(other!.data);
        // The program outlives the first of them, and goes with the last.
        avatar.dispose();
        await renderAsync();
        Pose(copy, 0.3);
        await settleAsync(copy);
        expect(copy.networks.state).toBe("running");
        copy.dispose();
        await renderAsync();
        await SettleAsync();
        await renderAsync();
        expect(buffers.live().filter((buffer) => buffer.size > 1024)).toEqual([]);
        buffers.stop();
    });

    it("runs only what depends on the camera when only the camera moved", async () => {
        const tails = jest.spyOn(ProgramRun.prototype, "beginCamera");
        const begins = jest.spyOn(NetworkProgram.prototype, "begin");
        const avatar = await loadAsync({ lite: "view" });
        await readyAsync(avatar);
        await settleAsync(avatar);
        const before = await renderAsync();
        const whole = begins.mock.calls.length;
        const camera = stage.scene.activeCamera as ArcRotateCamera;
        camera.alpha += 0.01; // less than two degrees
        await settleAsync(avatar);
        expect(tails).toHaveBeenCalledTimes(0);
        camera.alpha -= 0.01;
        camera.beta -= 0.6;
        await settleAsync(avatar);
        expect(tails).toHaveBeenCalledTimes(1);
        expect(begins.mock.calls.length).toBe(whole);
        expect(SumRed(await renderAsync())).not.toBe(SumRed(before));
        // Who turns under a camera that stands is seen from elsewhere as well.
        camera.beta += 0.6;
        await settleAsync(avatar);
        avatar.rotation.y = 1;
        await settleAsync(avatar);
        expect(tails).toHaveBeenCalledTimes(3);
        expect(Psnr(await renderAsync(), before)).toBeLessThan(40);
        expect(errors).toEqual([]);
    });

    it("leaves nothing behind, whether it goes while it loads, while it runs, or later", async () => {
        const renderer = await AvatarRenderer.GetAsync(stage.scene);
        await renderAsync();
        const buffers = TrackBuffers(engine._device);
        for (const frames of [1, 3, 12]) {
            const avatar = await loadAsync({ lite: "view", full: "zero" });
            const copy = avatar.clone("copy");
            for (let frame = 0; frame < frames; frame++) {
                Pose(avatar, frame);
                copy.networks.preferredTier = frame % 3 === 0 ? "full" : "lite";
                await renderAsync();
            }
            avatar.dispose();
            copy.dispose();
            await renderAsync();
            // What was under way when they went ends in its own time.
            const rest = (): string[] =>
                buffers
                    .live()
                    .filter((buffer) => buffer.size > 1024)
                    .map((buffer) => buffer.label);
            await stage.renderUntilAsync(() => rest().length === 0).catch(() => undefined);
            expect(rest()).toEqual([]);
            expect(renderer.avatarCount).toBe(0);
        }
        const avatar = await loadAsync({ lite: "view" });
        await readyAsync(avatar);
        stage.restart();
        await SettleAsync();
        expect(buffers.live()).toEqual([]);
        buffers.stop();
        expect(errors).toEqual([]);
    });

    // On SwiftShader compiling what ONNX Runtime makes of one convolution takes seconds.
    (Adapter.isFast ? it : it.skip)(
        "runs its networks on the engine's own device where that is hardware, and shows the same",
        async () => {
            const onProcessor = await loadAsync({ lite: "red" });
            Pose(onProcessor, 0.8);
            await readyAsync(onProcessor);
            await settleAsync(onProcessor);
            expect(onProcessor.networks.provider).toBe("wasm");
            expect(warnings).toEqual([expect.stringMatching(/software/)]);
            warnings.length = 0;
            const wanted = await renderAsync();
            stage.restart();
            const undo = PretendHardware(engine._device);
            const avatar = await loadAsync({ lite: "red" });
            Pose(avatar, 0.8);
            await readyAsync(avatar);
            await settleAsync(avatar);
            expect([avatar.networks.provider, avatar.networks.error, warnings]).toEqual(["webgpu", null, []]);
            expect(Psnr(await renderAsync(), wanted)).toBeGreaterThan(60);
            undo();
        },
    );

    it("comes back with its networks after the device was lost", async () => {
        const avatar = await loadAsync({ lite: "red" });
        Pose(avatar, 0.5);
        await readyAsync(avatar);
        await settleAsync(avatar);
        const before = await renderAsync();
        const restored = new Promise((resolve) => {
            engine.onContextRestoredObservable.addOnce(resolve);
        });
        engine._device.destroy();
        await restored;
        expect([avatar.networks.tier, avatar.networks.state]).toEqual(["baked", "loading"]);
        await readyAsync(avatar);
        expect([avatar.networks.tier, avatar.networks.error, errors]).toEqual(["lite", null, []]);
        expect(await renderAsync()).toEqual(before);
    });
});

function SumRed(pixels: Uint8Array): number {
    return pixels.reduce((sum, value, i) => (i % 4 === 0 ? sum + value : sum), 0);
}
