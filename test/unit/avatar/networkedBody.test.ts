import { describe, expect, it } from "@jest/globals";
import { NetworkedBody } from "../../../src/avatar/networks/networkedBody.js";
import { type SharedModel } from "../../../src/avatar/networks/sharedModel.js";
import { type GaussianAvatar } from "../../../src/avatar/gaussianAvatar.js";
import { AvatarDeviceError } from "../../../src/gpu/avatarDeviceError.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

const asset = MakeSampleAvatar({ gaussians: 60, joints: 22 });
const model = MakeSampleMapModel(asset);
const Limit = new AvatarDeviceError("device-limit", "A buffer is too large.");

/** A tier whose stages count what is made and not freed. */
function Setup(fails: "inputs" | "decoded"): { shared: SharedModel; live: () => number } {
    let live = 0;
    const make = (what: string) => (): unknown => {
        if (what === fails) {
            throw Limit;
        }
        live++;
        return { dispose: () => live-- };
    };
    const stages = { conditioning: { createInputs: make("inputs") }, decode: { createDecoded: make("decoded") } };
    return { shared: { model, stages, spaceChanges: null } as unknown as SharedModel, live: () => live };
}

describe("the body of an avatar with networks", () => {
    it("leaves nothing behind when there is no room for all of it", () => {
        for (const fails of ["inputs", "decoded"] as const) {
            const { shared, live } = Setup(fails);
            const avatar = { name: "ada", asset } as GaussianAvatar;
            expect(() => new NetworkedBody({} as GPUDevice, avatar, shared)).toThrow(Limit);
            expect(live()).toBe(0);
        }
    });
});
