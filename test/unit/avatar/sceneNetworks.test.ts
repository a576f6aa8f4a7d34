import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { AvatarNetworks } from "../../../src/avatar/networks/avatarNetworks.js";
import { type INetworkedAvatar } from "../../../src/avatar/networks/networkedAvatar.js";
import { ScenePump } from "../../../src/avatar/networks/scenePump.js";
import { SceneNetworks } from "../../../src/avatar/networks/sceneNetworks.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

let fetches = 0;
const added: unknown[] = [];

jest.unstable_mockModule("../../../src/avatar/networks/networkDirector.js", () => {
    if (++fetches === 1) {
        throw new Error("Loading chunk networks failed");
    }
    class Director {
        public add(entry: INetworkedAvatar): void {
            added.push(entry);
        }

        public beginFrame(): void {
            // shows nothing
        }
    }
    return { NetworkDirector: Director };
});

const baked = MakeSampleAvatar({ gaussians: 60, joints: 22 });
const asset = { ...baked, mapModels: [MakeSampleMapModel(baked)] };

function Entry(): INetworkedAvatar {
    return { avatar: { asset, networks: AvatarNetworks.Parse(null, asset) } } as unknown as INetworkedAvatar;
}

describe("the networks of a scene", () => {
    afterEach(() => {
        jest.restoreAllMocks();
    });

    it("fetch what runs networks again for who asks after it did not come", async () => {
        const errors = jest.spyOn(Logger, "Error").mockImplementation(() => undefined);
        const networks = new SceneNetworks({} as GPUDevice, new ScenePump({} as GPUDevice));
        const framesAsync = async (): Promise<void> => {
            for (let frame = 0; frame < 5; frame++) {
                networks.beginFrame({} as GPUCommandEncoder);
                await new Promise((resolve) => setTimeout(resolve, 0));
            }
        };
        const first = Entry();
        networks.add(first);
        await framesAsync();
        expect(await first.avatar.networks.whenReadyAsync()).toBe("baked");
        expect([first.avatar.networks.state, first.avatar.networks.error?.code]).toEqual(["failed", "runtime-missing"]);
        expect([fetches, errors.mock.calls.length]).toEqual([1, 1]);

        const second = Entry();
        networks.add(second);
        await framesAsync();
        expect(fetches).toBe(2);
        expect(added).toEqual([first, second]);
    });
});
