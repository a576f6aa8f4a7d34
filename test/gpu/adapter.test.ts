import { expect, it } from "@jest/globals";
import { DescribeGpu, GetTestDeviceAsync } from "../support/gpu.js";

/** Each invocation writes the square of its index: nothing that a zeroed or stale buffer could hold by chance. */
const Squares = /* wgsl */ `
    @group(0) @binding(0) var<storage, read_write> squares: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
        squares[id.x] = id.x * id.x;
    }`;

DescribeGpu("the test adapter", () => {
    it("runs a compute pass and reads its result back", async () => {
        const device = await GetTestDeviceAsync();
        const count = 256;
        const result = device.createBuffer({
            size: count * 4,
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
        });
        const staging = device.createBuffer({
            size: count * 4,
            usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
        });
        const pipeline = device.createComputePipeline({
            layout: "auto",
            compute: { module: device.createShaderModule({ code: Squares }) },
        });
        const group = device.createBindGroup({
            layout: pipeline.getBindGroupLayout(0),
            entries: [{ binding: 0, resource: { buffer: result } }],
        });
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(count / 64);
        pass.end();
        encoder.copyBufferToBuffer(result, 0, staging, 0, count * 4);
        device.queue.submit([encoder.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        const squares = Array.from(new Uint32Array(staging.getMappedRange()));
        expect(squares).toEqual(Array.from({ length: count }, (_, i) => i * i));
        device.destroy();
    });

    it("writes buffers from shared memory, as the wasm heap of ONNX Runtime needs", async () => {
        const device = await GetTestDeviceAsync();
        const staging = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
        const shared = new Uint32Array(new SharedArrayBuffer(16));
        shared.set([1, 2, 3, 4]);
        device.queue.writeBuffer(staging, 0, shared as unknown as GPUAllowSharedBufferSource);
        await staging.mapAsync(GPUMapMode.READ);
        expect(Array.from(new Uint32Array(staging.getMappedRange()))).toEqual([1, 2, 3, 4]);
        device.destroy();
    });
});
