import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type AvatarTier } from "../../../src/avatar/networks/networkSettings.js";
import { type InferenceSession } from "onnxruntime-web/webgpu";
import { type NetworkProvider } from "../../../src/networks/networkRuntime.js";
import { ChooseWebGpuBuild, LoadOrtAsync, type OrtBuild } from "../../../src/networks/ortModule.js";
import { type GaussianAvatar, RegisterAvatarLoader } from "../../../src/pure.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { FrameTraffic } from "../../support/frameTraffic.js";
import { Adapter, DescribeGpu } from "../../support/gpu.js";
import { MakeNetworkedAvatar } from "../../support/networkedAvatar.js";
import { NetworkStage, PretendHardware, RaiseArms, SettleAsync, TrackBuffers } from "../../support/networkStage.js";
import { KeepPicture, Psnr } from "../../support/picture.js";
import { UsePlainWasm } from "../../support/plainWasm.js";
import { WithRealNetworks } from "../../support/realNetworks.js";

const Size = 96;
/** Decibels at which a difference cannot be seen. */
const Invisible = 45;
/** Below it nobody takes one picture for the other. */
const Visible = 30;
/** Updates after which everything that is kept has been made, and updates that are looked at. */
const Updates = { before: 5, measured: 5 };

RegisterAvatarLoader();
UsePlainWasm();

DescribeGpu("the networks of an avatar", () => {
    let stage: NetworkStage;
    let errors: string[];

    beforeAll(async () => {
        stage = await NetworkStage.CreateAsync(Size, { enableAllFeatures: true });
        // What a scene makes for its first avatar stays with it.
        await stage.loadAsync({ ...MakeNetworkedAvatar(), mapModels: [] });
        await stage.renderAsync();
        await stage.clearAsync();
    });
    beforeEach(() => {
        errors = [];
        jest.spyOn(Logger, "Error").mockImplementation((message) => errors.push(String(message)));
        jest.spyOn(Logger, "Warn").mockImplementation(() => undefined); // the device is software
    });
    afterEach(async () => {
        await stage.clearAsync();
        jest.restoreAllMocks();
    });
    afterAll(() => {
        stage.engine.dispose();
    });

    /** The avatar shows its own Gaussians or another tier, moves, and has one error, which was said once. */
    const expectFailureAsync = async (avatar: GaussianAvatar, tier: AvatarTier, error: unknown): Promise<void> => {
        const { networks } = avatar;
        expect([networks.state, networks.tier]).toEqual([tier === "baked" ? "failed" : "running", tier]);
        expect(networks.error).toMatchObject(error as object);
        expect(errors).toEqual([expect.stringContaining(networks.error!.message)]);
        RaiseArms(avatar, 0);
        const down = await stage.renderAsync();
        RaiseArms(avatar, 1.2);
        expect(Psnr(down, await stage.renderAsync())).toBeLessThan(Visible);
    };
    /** What was in the way has gone. */
    const expectRecoveryAsync = async (avatar: GaussianAvatar, tier: AvatarTier): Promise<void> => {
        await stage.readyAsync(avatar);
        await stage.settleAsync(avatar);
        expect([avatar.networks.state, avatar.networks.tier, avatar.networks.error]).toEqual(["running", tier, null]);
    };
    /** Watches buffers while something is done with an avatar, which then goes. */
    const expectNoLeakAsync = async (task: () => Promise<GaussianAvatar>): Promise<void> => {
        await stage.renderAsync();
        const buffers = TrackBuffers(stage.engine._device);
        (await task()).dispose();
        const rest = (): string[] => buffers.live().flatMap(({ size, label }) => (size > 1024 ? [label] : []));
        await stage.renderUntilAsync(() => rest().length === 0, 50).catch(() => undefined);
        expect(rest()).toEqual([]);
        buffers.stop();
    };

    /** Pictures of both tiers, with weights of both widths. */
    const comparePrecisionsAsync = async (provider: NetworkProvider): Promise<void> => {
        const person = MakeSampleAvatar({ gaussians: 300, joints: 22, morphTargets: 0, seed: 7 });
        const pictures = new Map<string, Uint8Array>();
        for (const kind of ["float32", "float16"] as const) {
            const avatar = await stage.loadAsync(WithRealNetworks(person, kind));
            RaiseArms(avatar, 0.7);
            for (const tier of ["lite", "full"] as const) {
                avatar.networks.preferredTier = tier;
                await expectRecoveryAsync(avatar, tier);
                expect(avatar.networks.provider).toBe(provider);
                const picture = await stage.renderAsync();
                // What networks say has to matter for how well they say it to count.
                const { data } = (await avatar.networks.readMapAsync("color"))!;
                expect(
                    data.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0),
                ).toBeGreaterThan(0.5);
                KeepPicture(`networks-${tier}-${kind}-${provider}`, picture, Size);
                pictures.set(`${tier} ${kind}`, picture);
            }
            avatar.dispose();
        }
        for (const tier of ["lite", "full"]) {
            const wanted = pictures.get(`${tier} float32`)!;
            const halves = Psnr(wanted, pictures.get(`${tier} float16`)!);
            process.stdout.write(`${tier} tier, ${provider}: halves ${halves.toFixed(1)} dB\n`);
            expect(halves).toBeGreaterThanOrEqual(Invisible);
            expect(halves).toBeLessThan(Infinity); // other weights did compute it
        }
    };

    it("are missed when ONNX Runtime is not installed, and found when it comes", async () => {
        jest.unstable_mockModule("onnxruntime-web/wasm", () => {
            throw new Error("Cannot find package 'onnxruntime-web'");
        });
        await expectNoLeakAsync(async () => {
            const avatar = await stage.loadAsync(MakeNetworkedAvatar({ lite: "product" }));
            await stage.readyAsync(avatar);
            const message = expect.stringContaining("npm install onnxruntime-web");
            await expectFailureAsync(avatar, "baked", { code: "runtime-missing", message });
            jest.unstable_unmockModule("onnxruntime-web/wasm");
            avatar.networks.preferredTier = "auto";
            await expectRecoveryAsync(avatar, "lite");
            return avatar;
        });
    });

    it("are given up when they have an unknown operator, which is named with its network", async () => {
        await expectNoLeakAsync(async () => {
            const avatar = await stage.loadAsync(MakeNetworkedAvatar({ lite: "product", full: "unknown-operator" }));
            avatar.networks.preferredTier = "full";
            await stage.readyAsync(avatar);
            const message = expect.stringMatching(/"full .*Frobnicate/);
            await expectFailureAsync(avatar, "lite", { code: "unsupported-operator", message });
            return avatar;
        });
    });

    it("are given up when the graphics device cannot hold them, and had when it can", async () => {
        const device = stage.engine._device;
        await expectNoLeakAsync(async () => {
            const avatar = await stage.loadAsync(MakeNetworkedAvatar({ lite: "product" }));
            const { createBuffer } = device;
            let refused = 0;
            device.createBuffer = (descriptor) => {
                const isRefused = descriptor.label?.endsWith(", decoded") ?? false;
                refused += Number(isRefused);
                return createBuffer(isRefused ? { ...descriptor, size: 2 ** 42 } : descriptor);
            };
            await stage.readyAsync(avatar);
            device.createBuffer = createBuffer;
            expect(refused).toBe(1);
            await expectFailureAsync(avatar, "baked", {
                code: "out-of-memory",
                message: expect.stringContaining("The lite tier"),
            });
            avatar.networks.preferredTier = "lite";
            await expectRecoveryAsync(avatar, "lite");
            return avatar;
        });
    });

    it("are given up when a run finds no memory, and had when one does", async () => {
        await expectNoLeakAsync(async () => {
            const avatar = await stage.loadAsync(MakeNetworkedAvatar({ lite: "product" }));
            await expectRecoveryAsync(avatar, "lite");
            const session = await OrtSessionAsync("wasm");
            jest.spyOn(session, "run").mockRejectedValueOnce(new Error("std::bad_alloc"));
            RaiseArms(avatar, 0.4);
            await stage.renderUntilAsync(() => avatar.networks.tier === "baked");
            await expectFailureAsync(avatar, "baked", {
                code: "out-of-memory",
                message: expect.stringContaining('"lite product"'),
            });
            avatar.networks.preferredTier = "lite";
            await expectRecoveryAsync(avatar, "lite");
            return avatar;
        });
    });

    const countTrafficAsync = async (provider: NetworkProvider): Promise<void> => {
        const avatar = await stage.loadAsync(MakeNetworkedAvatar({ lite: "product" }));
        await stage.readyAsync(avatar);
        expect(avatar.networks.provider).toBe(provider);
        const traffic = new FrameTraffic(stage.engine._device);
        await stage.moveAsync(avatar, Updates.before, traffic);
        traffic.take();
        await stage.moveAsync(avatar, Updates.measured, traffic);
        const { frameUploads, frameDownloads, otherDownloads, frameObjects, otherObjects } = traffic.take();
        const rest = JSON.stringify({ frameUploads, otherDownloads, otherObjects });
        process.stdout.write(`${Updates.measured} updates with ${provider}: ${rest}\n`);
        expect(Object.keys(frameUploads).length).toBeGreaterThan(0); // it does listen
        expect(frameDownloads).toEqual({});
        expect(frameObjects).toEqual({});
        // The processor has to be told the pose, after the frame. ONNX Runtime names what it makes by the operator.
        expect(Object.keys(otherDownloads).map((label) => label !== "")).toEqual(provider === "wasm" ? [true] : []);
        expect(Object.keys(otherObjects)).toEqual(provider === "wasm" ? [] : ["Mul"]);
    };

    it("make no frame wait, read back or allocate, with wasm", async () => {
        await countTrafficAsync("wasm");
    });

    it("show with halves as weights what they show with floats, with wasm", async () => {
        await comparePrecisionsAsync("wasm");
    });

    describe("on the graphics device", () => {
        let undo: () => void;

        beforeAll(() => {
            undo = PretendHardware(stage.engine._device);
            stage.restart();
        });
        afterAll(() => {
            undo();
        });

        it("make no frame wait, read back or allocate", async () => {
            await countTrafficAsync("webgpu");
        });

        const itWithHalves = Adapter.isFast && Adapter.features.has("shader-f16") ? it : it.skip;
        // Without the optimising compiler for WebAssembly, the graphs of a body take long to prepare.
        itWithHalves(
            "show with halves what they show with floats",
            async () => await comparePrecisionsAsync("webgpu"),
            120_000,
        );

        it("come back when the device is lost while they run", async () => {
            const { engine } = stage;
            const avatar = await stage.loadAsync(MakeNetworkedAvatar({ lite: "product" }));
            const lost = engine._device;
            const buffers = TrackBuffers(lost);
            await expectRecoveryAsync(avatar, "lite");
            const restored = new Promise<void>((resolve) => {
                engine.onContextRestoredObservable.addOnce(() => {
                    PretendHardware(engine._device);
                    resolve();
                });
            });
            const session = await OrtSessionAsync(ChooseWebGpuBuild());
            const { run } = session;
            let isLostInRun = false;
            jest.spyOn(session, "run").mockImplementationOnce(async function (this: InferenceSession, ...given) {
                isLostInRun = true;
                const running = run.apply(this, given);
                lost.destroy();
                return await running;
            });
            RaiseArms(avatar, 0.4);
            await stage.renderUntilAsync(() => isLostInRun);
            await restored;
            expect([avatar.networks.state, avatar.networks.tier]).toEqual(["loading", "baked"]);
            let before = await stage.renderAsync();
            while (before.every((value) => value === 0)) {
                await SettleAsync(); // the kernels compile anew
                before = await stage.renderAsync();
            }
            RaiseArms(avatar, 1.2);
            expect(Psnr(before, await stage.renderAsync())).toBeLessThan(Visible);
            await expectRecoveryAsync(avatar, "lite");
            expect([avatar.networks.provider, errors]).toEqual(["webgpu", []]);
            expect(buffers.live().map(({ label }) => label)).toEqual([]);
        });
    });
});

/** What all sessions of ONNX Runtime have in common. */
async function OrtSessionAsync(build: OrtBuild): Promise<InferenceSession> {
    const { ort } = await LoadOrtAsync(build);
    return (ort.InferenceSession as unknown as { readonly prototype: InferenceSession }).prototype;
}
