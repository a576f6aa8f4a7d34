import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { AvatarNetworks } from "../../../src/avatar/networks/avatarNetworks.js";
import { type INetworkedAvatar } from "../../../src/avatar/networks/networkedAvatar.js";
import { NetworkPump } from "../../../src/avatar/networks/networkPump.js";
import { type NetworkError } from "../../../src/networks/networkError.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

/** What happened, in order. */
const log: string[] = [];
/** What the next run of any body ends with. */
let failure: Error | null = null;
let bodyCount = 0;

/** Milliseconds between two runs of a body, at least. */
const LeastPeriod = 1;

/** A body whose runs are done as soon as they begin. */
class FakeBody {
    public isWanted = false;
    public screenSize = 1;
    public maximumRate = 1000 / LeastPeriod;
    public phase = -Infinity;
    public lastRun = -Infinity;
    public poseTime = 0;
    public readonly decoded: string;
    public readonly shared: object;
    public readonly provider = "webgpu";
    public readonly program = { slices: [{ milliseconds: 1 }] };
    private readonly _avatar: INetworkedAvatar["avatar"];
    private _hasNewMaps = false;

    public constructor(_device: GPUDevice, avatar: INetworkedAvatar["avatar"], shared: object) {
        this._avatar = avatar;
        this.shared = shared;
        this.decoded = `Gaussians ${++bodyCount}`;
    }

    public look(): void {
        this.isWanted = this._avatar.networks.enabled && !this._hasNewMaps;
    }

    public async beginRunAsync(): Promise<null> {
        await Promise.resolve();
        if (failure) {
            throw failure;
        }
        this._hasNewMaps = true;
        return null;
    }

    public encodeNewMaps(): boolean {
        const had = this._hasNewMaps;
        this._hasNewMaps = false;
        return had;
    }

    public releaseUsed(): void {
        // it has no runs
    }

    public dispose(): void {
        log.push(`${this.decoded} freed`);
    }
}

/** Has every tier at once. */
class FakeModels {
    public async getStagesAsync(): Promise<unknown> {
        return await Promise.resolve({ runtime: { fallbackReason: null, provider: "webgpu" } });
    }

    public lease(_asset: IAvatarAsset, model: IAvatarAsset["mapModels"][number]): unknown {
        const runtime = { provider: "webgpu" };
        log.push(`${model.tier} loads`);
        return {
            loaded: Promise.resolve({
                model,
                program: { slices: [{ milliseconds: 1 }] },
                stages: { runtime },
                spaceChanges: null,
            }),
            release: () => log.push(`${model.tier} given back`),
        };
    }

    public evict(): void {
        // nothing is shared
    }

    public dispose(): void {
        // nothing is kept
    }
}

jest.unstable_mockModule("../../../src/avatar/networks/networkedBody.js", () => ({ NetworkedBody: FakeBody }));
jest.unstable_mockModule("../../../src/avatar/networks/sharedModels.js", () => ({ SharedModels: FakeModels }));
const { NetworkDirector } = await import("../../../src/avatar/networks/networkDirector.js");

const baked = MakeSampleAvatar({ gaussians: 60, joints: 22 });
const asset: IAvatarAsset = {
    ...baked,
    mapModels: [MakeSampleMapModel(baked), MakeSampleMapModel(baked, { tier: "full" })],
};
const Device = {
    lost: new Promise(() => undefined),
    pushErrorScope: () => undefined,
    popErrorScope: async (): Promise<null> => await Promise.resolve(null),
} as unknown as GPUDevice;

/** An avatar of two tiers under a director, frame by frame. */
class Scene {
    public readonly networks = AvatarNetworks.Parse(null, asset);
    /** What the pipeline draws. */
    public source = "baked";

    private readonly _pump = new NetworkPump();
    private readonly _director = new NetworkDirector(Device, this._pump);

    public constructor() {
        const setSource = (source: unknown): void => {
            this.source = source as string;
        };
        this._director.add({
            avatar: { name: "ada", asset, networks: this.networks },
            instance: { setSource },
            baked: "baked",
            spaceChanges: null,
        } as unknown as INetworkedAvatar);
    }

    /** Draws a frame; what is drawn must not be freed. */
    public async frameAsync(): Promise<void> {
        this._director.beginFrame({} as GPUCommandEncoder);
        expect(log).not.toContain(`${this.source} freed`);
        this._director.endFrame();
        this._pump.endFrame(4);
        await new Promise((resolve) => setTimeout(resolve, 2 * LeastPeriod));
    }

    public async framesAsync(count: number): Promise<void> {
        for (let frame = 0; frame < count; frame++) {
            await this.frameAsync();
        }
    }
}

describe("the director of networks", () => {
    let scene: Scene;

    beforeEach(async () => {
        jest.spyOn(Logger, "Error").mockImplementation(() => undefined);
        log.length = 0;
        failure = null;
        bodyCount = 0;
        scene = new Scene();
        await scene.framesAsync(4);
        expect([scene.source, scene.networks.tier, scene.networks.state]).toEqual(["Gaussians 1", "lite", "running"]);
    });
    afterEach(() => {
        jest.restoreAllMocks();
    });

    it("shows the file's Gaussians when a run fails, not the freed ones, also if it is tried again at once", async () => {
        const { networks } = scene;
        let retries = 0;
        networks.onStateChangedObservable.add(({ state }) => {
            if (state === "failed" && retries++ === 0) {
                failure = null;
                networks.preferredTier = "lite";
            }
        });
        failure = new Error("no memory");
        await scene.frameAsync();
        await scene.frameAsync();
        expect([scene.source, retries]).toEqual(["baked", 1]);
        await scene.framesAsync(4);
        expect([scene.source, networks.tier, networks.state]).toEqual(["Gaussians 2", "lite", "running"]);
        expect(log).toEqual(["lite loads", "Gaussians 1 freed", "lite given back", "lite loads"]);
    });

    it("shows the file's Gaussians while the tier below one that failed is loaded", async () => {
        const { networks } = scene;
        networks.preferredTier = "full";
        await scene.framesAsync(4);
        expect([scene.source, networks.tier]).toEqual(["Gaussians 2", "full"]);
        failure = new Error("no memory");
        await scene.frameAsync();
        failure = null;
        await scene.frameAsync();
        expect(scene.source).toBe("baked");
        await scene.framesAsync(4);
        expect([scene.source, networks.tier]).toEqual(["Gaussians 3", "lite"]);
        expect((networks.error as NetworkError).code).toBe("runtime-failed");
    });

    it("keeps a tier while networks are stopped, and goes on with it at once", async () => {
        const { networks } = scene;
        const seen: string[] = [];
        networks.onStateChangedObservable.add(({ state, tier }) => seen.push(`${state} ${tier}`));
        networks.enabled = false;
        await scene.framesAsync(3);
        expect([scene.source, networks.tier, networks.state]).toEqual(["baked", "baked", "idle"]);
        networks.enabled = true;
        await scene.frameAsync();
        expect([scene.source, networks.tier, networks.state]).toEqual(["Gaussians 1", "lite", "running"]);
        await scene.framesAsync(3);
        expect(log).toEqual(["lite loads"]);
        expect(seen).toEqual(["idle lite", "idle baked", "loading baked", "running lite"]);
    });

    it("frees a tier that is given up, also while networks are stopped", async () => {
        const { networks } = scene;
        networks.enabled = false;
        await scene.frameAsync();
        networks.preferredTier = "baked";
        await scene.frameAsync();
        networks.enabled = true;
        await scene.framesAsync(3);
        expect([scene.source, networks.state]).toEqual(["baked", "idle"]);
        expect(log).toEqual(["lite loads", "lite given back", "Gaussians 1 freed"]);
    });
});
