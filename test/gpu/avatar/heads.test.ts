import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from "@jest/globals";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type GaussianAvatar, RegisterAvatarLoader } from "../../../src/pure.js";
import { DescribeGpu } from "../../support/gpu.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { FaceCloudAsync, MakeHeadedAvatarAsync } from "../../support/headedAvatar.js";
import { NetworkStage, SettleAsync, TrackBuffers } from "../../support/networkStage.js";
import { KeepPicture, Psnr } from "../../support/picture.js";

const Size = 96;

/** Pictures of the same Gaussians, made by the device and by the processor, from halves of a quantised file. */
const Same = 45;

const Asset = await MakeHeadedAvatarAsync();
const Head = Asset.headModel!;

RegisterAvatarLoader();

DescribeGpu("an avatar with a head that networks make", () => {
    let stage: NetworkStage;
    let errors: string[];

    beforeAll(async () => {
        stage = await NetworkStage.CreateAsync(Size);
    });
    beforeEach(() => {
        errors = [];
        jest.spyOn(Logger, "Error").mockImplementation((message) => errors.push(String(message)));
    });
    afterEach(async () => {
        await stage.clearAsync();
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

    /** The picture of a face that the processor made, as an avatar without networks. */
    const expectedAsync = async (code: readonly number[], turn?: readonly number[]): Promise<Uint8Array> => {
        const gaussians = await FaceCloudAsync(Head, code, turn);
        const avatar = await loadAsync({ ...Asset, gaussians, headModel: null });
        Turn(avatar, turn);
        const picture = await stage.renderAsync();
        avatar.dispose();
        return picture;
    };

    const Turn = (avatar: GaussianAvatar, [x, y, z]: readonly number[] = [0, 0, 0]): void => {
        const axis = new Vector3(x, y, z);
        avatar.getJoint("head")!.rotationQuaternion = Quaternion.RotationAxis(axis, axis.length());
    };

    const Express = (avatar: GaussianAvatar, code: readonly number[]): void => {
        code.forEach((value, i) => (avatar.morphTargetManager!.getTarget(i).influence = value));
    };

    it("shows what the processor makes of expression and pose", async () => {
        const avatar = await loadAsync();
        const baked = await stage.renderAsync();
        await stage.readyAsync(avatar);
        expect([avatar.networks.state, avatar.networks.tier, avatar.networks.provider, errors]).toEqual([
            "running",
            "lite",
            "webgpu",
            [],
        ]);
        const neutral = await stage.renderAsync();
        expect(Psnr(baked, neutral)).toBeGreaterThan(Same);
        const cases: [string, number[], number[]][] = [
            ["smile", [1.5, -2, 0.5], [0, 0, 0]],
            ["turned", [1.5, -2, 0.5], [0.1, -0.4, 0.2]],
        ];
        const pictures = [neutral];
        for (const [name, code, turn] of cases) {
            Express(avatar, code);
            Turn(avatar, turn);
            const found = await stage.renderAsync();
            avatar.setEnabled(false);
            const expected = await expectedAsync(code, turn);
            avatar.setEnabled(true);
            KeepPicture(`head-${name}`, found, Size);
            const decibels = Psnr(expected, found);
            console.info(
                `head, ${name}: ${decibels.toFixed(1)} dB; against the one before ${Psnr(pictures.at(-1)!, found).toFixed(1)} dB`,
            );
            expect(decibels).toBeGreaterThan(Same);
            expect(Psnr(pictures.at(-1)!, found)).toBeLessThan(30);
            pictures.push(found);
        }
    });

    it("gives networks no pose that the training has not seen", async () => {
        const avatar = await loadAsync();
        await stage.readyAsync(avatar);
        Turn(avatar, [0, 1.2, 0]);
        const found = await stage.renderAsync();
        avatar.dispose();
        const limited = await FaceCloudAsync(Head, [], [0, 0.5, 0]);
        const other = await loadAsync({ ...Asset, gaussians: limited, headModel: null });
        Turn(other, [0, 1.2, 0]);
        expect(Psnr(await stage.renderAsync(), found)).toBeGreaterThan(Same);
    });

    it("runs networks only when something has changed, and takes what is no number for 0", async () => {
        const avatar = await loadAsync();
        await stage.readyAsync(avatar);
        const neutral = await stage.renderAsync();
        let updates = 0;
        avatar.networks.onMapsUpdatedObservable.add(() => updates++);
        await stage.renderAsync();
        expect(updates).toBe(0);
        Express(avatar, [NaN, Infinity, 0]);
        const broken = await stage.renderAsync();
        expect([updates, Buffer.from(broken).equals(neutral)]).toEqual([0, true]);
        Express(avatar, [1, 0, 0]);
        await stage.renderAsync();
        expect(updates).toBe(1);
    });

    it("changes no faster than it is told to, and knows when it lags behind", async () => {
        const avatar = await loadAsync();
        await stage.readyAsync(avatar);
        await stage.renderAsync();
        const pause = jest.spyOn(performance, "now");
        const begin = performance.now();
        let updates = 0;
        avatar.networks.onMapsUpdatedObservable.add(() => updates++);
        avatar.networks.maximumRate = 10;
        const seen: [number, boolean][] = [];
        for (const milliseconds of [1000, 1050, 1085, 1110, 1150, 1200]) {
            pause.mockReturnValue(begin + milliseconds);
            Express(avatar, [milliseconds / 1000, 0, 0]);
            await stage.renderAsync();
            seen.push([updates, avatar.networks._isUpToDate]);
        }
        pause.mockRestore();
        expect(seen).toEqual([
            [1, true],
            [1, false],
            [1, false],
            [2, true],
            [2, false],
            [3, true],
        ]);
        expect(await avatar.networks.readMapAsync("color")).toBeNull();
    });

    it("is not made on a software device where it is large, unless it is asked for by name", async () => {
        const avatar = await loadAsync(await MakeHeadedAvatarAsync({ points: 4000 }));
        await stage.readyAsync(avatar);
        expect([avatar.networks.tier, avatar.networks.error?.code]).toEqual(["baked", "too-slow"]);
        expect(errors.join()).toMatch(/set preferredTier to "lite" to run them nevertheless/u);
        avatar.networks.preferredTier = "lite";
        await stage.readyAsync(avatar);
        expect(avatar.networks.tier).toBe("lite");
    });

    it("shows the file's own Gaussians when networks are not wanted, and two avatars share what they can", async () => {
        const avatar = await loadAsync();
        await stage.readyAsync(avatar);
        Express(avatar, [2, 2, 2]);
        const made = await stage.renderAsync();
        avatar.networks.enabled = false;
        const baked = await stage.renderAsync();
        expect([avatar.networks.tier, avatar.networks.state]).toEqual(["baked", "idle"]);
        avatar.networks.enabled = true;
        expect(Buffer.from(await stage.renderAsync()).equals(made)).toBe(true);
        expect(Psnr(baked, made)).toBeLessThan(30);
        const copy = avatar.clone("copy");
        await stage.readyAsync(copy);
        expect(copy.networks.tier).toBe("lite");
        avatar.dispose();
        Express(copy, [2, 2, 2]);
        await stage.renderAsync();
        expect(copy.networks.tier).toBe("lite");
        expect(errors).toEqual([]);
    });

    it("frees everything with the last avatar", async () => {
        const avatar = await loadAsync();
        await stage.readyAsync(avatar);
        avatar.dispose();
        await stage.renderAsync();
        const { live, stop } = TrackBuffers(stage.engine._device);
        const ofHead = (): number => live().filter(({ label }) => /weights|outputs|decoded/u.test(label)).length;
        const again = await loadAsync();
        await stage.readyAsync(again);
        expect(ofHead()).toBeGreaterThan(0);
        again.networks.preferredTier = "baked";
        await stage.renderAsync();
        await SettleAsync();
        expect(ofHead()).toBe(0);
        again.networks.preferredTier = "lite";
        await stage.readyAsync(again);
        expect(again.networks.tier).toBe("lite");
        again.dispose();
        await stage.renderAsync();
        await SettleAsync();
        expect(ofHead()).toBe(0);
        stop();
    });

    it("goes on without its head where the device is too small for it, says so once, and tries again when told to", async () => {
        const device = stage.engine._device;
        const few = MakeSampleAvatar({ gaussians: 40, joints: 22, morphTargets: 0, seed: 7 });
        const avatar = await loadAsync({ ...Asset, gaussians: few.gaussians });
        // Room for the avatar's own Gaussians, not for those of its head.
        const own = Object.getOwnPropertyDescriptor(device, "limits");
        const value = { maxStorageBufferBindingSize: 15_000, maxBufferSize: 15_000 };
        Object.defineProperty(device, "limits", { value, configurable: true });
        const baked = await stage.renderAsync();
        await stage.readyAsync(avatar);
        if (own) {
            Object.defineProperty(device, "limits", own);
        } else {
            Reflect.deleteProperty(device, "limits");
        }
        expect([avatar.networks.state, avatar.networks.tier]).toEqual(["failed", "baked"]);
        expect(avatar.networks.error).toMatchObject({ code: "device-limit" });
        expect(errors).toEqual([expect.stringMatching(/goes on without the lite tier of its head: .* bytes/u)]);
        expect(Buffer.from(await stage.renderAsync()).equals(baked)).toBe(true);
        avatar.networks.preferredTier = "auto";
        await stage.readyAsync(avatar);
        expect([avatar.networks.state, avatar.networks.error]).toEqual(["running", null]);
    });

    it("comes back with a device that was lost", async () => {
        const avatar = await loadAsync();
        await stage.readyAsync(avatar);
        Express(avatar, [1, 2, 0]);
        const before = await stage.renderAsync();
        const restored = new Promise((resolve) => {
            stage.engine.onContextRestoredObservable.addOnce(resolve);
        });
        stage.engine._device.destroy();
        await restored;
        await stage.readyAsync(avatar);
        expect([avatar.networks.tier, avatar.networks.error, errors]).toEqual(["lite", null, []]);
        expect(await stage.renderAsync()).toEqual(before);
    });
});
