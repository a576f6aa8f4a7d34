import { beforeAll, describe, expect, it } from "@jest/globals";
import { GrowableBuffer } from "../../../src/gpu/growableBuffer.js";

/** A device that only counts; enough for what a growable buffer does. */
function FakeDevice(maxStorageBufferBindingSize: number): { device: GPUDevice; sizes: number[]; destroyed: number[] } {
    const sizes: number[] = [];
    const destroyed: number[] = [];
    const device = {
        limits: { maxStorageBufferBindingSize, maxBufferSize: 2 * maxStorageBufferBindingSize },
        createBuffer: ({ size }: GPUBufferDescriptor) => {
            sizes.push(size);
            return { size, destroy: () => destroyed.push(size) };
        },
    };
    return { device: device as unknown as GPUDevice, sizes, destroyed };
}

const Description = { label: "posed Gaussians", stride: 48, elements: "Gaussians", usage: 128 };

describe("growable buffer", () => {
    let fake: ReturnType<typeof FakeDevice>;

    beforeAll(() => {
        fake = FakeDevice(4800);
    });

    it("grows by half at least, replaces its buffer, and never beyond the device's limit", () => {
        const buffer = new GrowableBuffer(fake.device, Description, 40);
        expect(buffer.ensure(40)).toBe(false);
        expect(buffer.ensure(41)).toBe(true);
        expect(buffer.capacity).toBe(60);
        expect(buffer.ensure(95)).toBe(true);
        expect(buffer.capacity).toBe(95);
        expect(buffer.ensure(100)).toBe(true);
        expect(buffer.capacity).toBe(100);
        expect(fake.sizes).toEqual([40, 60, 95, 100].map((count) => count * 48));
        expect(fake.destroyed).toEqual([40, 60, 95].map((count) => count * 48));
    });

    it("names count, need, limit and remedy when the device is too small, and stays as it was", () => {
        const { device } = FakeDevice(4800);
        const buffer = new GrowableBuffer(device, Description, 40);
        expect(() => buffer.ensure(101)).toThrow(
            expect.objectContaining({
                code: "device-limit",
                message: expect.stringMatching(/posed Gaussians: 101 Gaussians.*4848 bytes.*4800 bytes.*[Ff]ewer/s),
            }),
        );
        expect(buffer.capacity).toBe(40);
    });
});
