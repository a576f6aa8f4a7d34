import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { SplatPipeline } from "../../../src/pipeline/splatPipeline.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";

DescribeGpu("pipeline shaders", () => {
    let device: GPUDevice;

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
    });

    afterAll(() => {
        device.destroy();
    });

    it("compile for a device with default limits", async () => {
        const pipeline = await SplatPipeline.CreateAsync(device);
        expect(pipeline.splatCount).toBe(0);
        pipeline.dispose();
    });
});
