import { beforeAll, describe, expect, it } from "@jest/globals";
import { PoseInput } from "../../../src/avatar/networks/poseInput.js";
import { type GaussianAvatar } from "../../../src/avatar/gaussianAvatar.js";
import { type ConditioningInputs } from "../../../src/pipeline/2-maps/conditioningInputs.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";
import { MakeSampleMapModel } from "../../support/mapModels.js";

const Refusal = new Error("The buffer was not mapped.");

/** A device that maps no buffer. */
function MakeDevice(lost: Promise<unknown>): GPUDevice {
    return {
        lost,
        createBuffer: () => ({ mapAsync: async () => await Promise.reject(Refusal) }),
        createCommandEncoder: () => ({ copyBufferToBuffer: () => undefined, finish: () => null }),
        queue: { submit: () => undefined },
    } as unknown as GPUDevice;
}

async function ReadAsync(device: GPUDevice): Promise<unknown> {
    const asset = MakeSampleAvatar({ gaussians: 20, joints: 22 });
    const inputs = { pose: {}, viewFront: null, viewBack: null } as ConditioningInputs;
    const avatar = { name: "ada", asset } as GaussianAvatar;
    return await new PoseInput(device, avatar, MakeSampleMapModel(asset), null, inputs).getTensorsAsync(true);
}

describe("the pose that networks on the processor see", () => {
    beforeAll(() => {
        Object.assign(globalThis, { GPUBufferUsage: { MAP_READ: 1, COPY_DST: 8 }, GPUMapMode: { READ: 1 } });
    });

    it("cannot be read from a lost device, which may say that it is lost a little later", async () => {
        const late = new Promise((resolve) => setTimeout(resolve, 1));
        for (const lost of [Promise.resolve(), late]) {
            await expect(ReadAsync(MakeDevice(lost))).rejects.toMatchObject({ code: "device-lost", cause: Refusal });
        }
    });

    it("fails as it does where the device is there", async () => {
        await expect(ReadAsync(MakeDevice(new Promise(() => undefined)))).rejects.toBe(Refusal);
    });
});
