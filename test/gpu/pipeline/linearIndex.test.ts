import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { WorkgroupSize } from "../../../src/pipeline/constants.js";
import { ComposePipelineShader } from "../../../src/pipeline/pipelineShaders.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { ReadBufferAsync } from "../../support/readBuffer.js";

const Shader = `
#include <linearIndex>
@group(0) @binding(0) var<storage, read_write> seen: array<u32>;
@compute @workgroup_size(WorkgroupSize)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) thread: u32,
) {
    let index = linearIndex(group, groups, thread);
    seen[index] = index + 1u;
}`;

DescribeGpu("a dispatch folded into rows", () => {
    let device: GPUDevice;

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
    });
    afterAll(() => {
        device.destroy();
    });

    it("gives every element exactly one thread", async () => {
        const [columns, rows] = [3, 2];
        const count = columns * rows * WorkgroupSize;
        const seen = device.createBuffer({
            size: count * 4,
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
        });
        const module = device.createShaderModule({ code: ComposePipelineShader(Shader) });
        const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(
            0,
            device.createBindGroup({
                layout: pipeline.getBindGroupLayout(0),
                entries: [{ binding: 0, resource: { buffer: seen } }],
            }),
        );
        pass.dispatchWorkgroups(columns, rows);
        pass.end();
        device.queue.submit([encoder.finish()]);
        const read = new Uint32Array(await ReadBufferAsync(device, seen, count * 4));
        expect([...read]).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    });
});
