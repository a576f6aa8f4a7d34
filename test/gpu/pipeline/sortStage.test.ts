import { afterAll, beforeAll, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DrawArgumentsLayout } from "../../../src/pipeline/5-sort/drawArgumentsLayout.js";
import { SortBuffers } from "../../../src/pipeline/5-sort/sortBuffers.js";
import { SortStage } from "../../../src/pipeline/5-sort/sortStage.js";
import { CulledKey, SortKeyBits, SortTileSize, SplatsPerInstance } from "../../../src/pipeline/constants.js";
import { ExclusivePrefixSum, SortVisible } from "../../reference/sortSplats.js";
import { Adapter, DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { ReadBufferAsync } from "../../support/readBuffer.js";
import { SeededRandom } from "../../support/seededRandom.js";

/** What a sort leaves in its buffers. */
interface ISorted {
    readonly drawArguments: number[];
    readonly order: number[];
    readonly histogram: number[];
}

DescribeGpu("sort", () => {
    let device: GPUDevice;
    let stage: SortStage;

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
        stage = await SortStage.CreateAsync(device);
    });

    afterAll(() => {
        stage.dispose();
        device.destroy();
    });

    async function SortAsync(keys: readonly (number | null)[]): Promise<ISorted> {
        const buffers = new SortBuffers(device, Math.max(1, keys.length));
        const bindings = stage.createBindings(buffers);
        device.queue.writeBuffer(
            buffers.keysA.buffer,
            0,
            Uint32Array.from(keys, (key) => key ?? CulledKey),
        );
        const tiles = Math.ceil(keys.length / SortTileSize);
        device.queue.writeBuffer(buffers.allRange, 0, Uint32Array.of(tiles, 1, 1, keys.length));
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        stage.encode(pass, bindings);
        pass.end();
        device.queue.submit([encoder.finish()]);
        const drawArguments = [...new Uint32Array(await ReadBufferAsync(device, buffers.drawArguments))];
        const visible = drawArguments[DrawArgumentsLayout.visibleCount] ?? 0;
        const order = [...new Uint32Array(await ReadBufferAsync(device, buffers.indicesB.buffer, visible * 4))];
        const histogram = [...new Uint32Array(await ReadBufferAsync(device, buffers.histogram.buffer))];
        buffers.dispose();
        return { drawArguments, order, histogram };
    }

    const sizes = [0, 1, 255, 256, 257, 2047, 2048, 2049, 12_345, ...(Adapter.isFast ? [200_000] : [])];
    it.each(sizes)("of %i keys is the stable order of the visible ones", async (count) => {
        const random = SeededRandom(count);
        // Few different keys, so that ties are many; a fifth is culled.
        const keys = Array.from({ length: count }, () => (random() < 0.2 ? null : Math.floor(random() * 1000) * 1049));
        const { order, drawArguments } = await SortAsync(keys);
        const expected = SortVisible(keys);
        expect(order).toEqual(expected);
        const instances = Math.ceil(expected.length / SplatsPerInstance);
        expect(drawArguments).toEqual([SplatsPerInstance * 6, instances, 0, 0, 0, expected.length]);
    });

    it("of any keys is an ordered, stable permutation", async () => {
        const key = fc.option(fc.integer({ min: 0, max: 2 ** SortKeyBits - 1 }), { freq: 4 });
        await fc.assert(
            fc.asyncProperty(fc.array(key, { maxLength: 5000, size: "max" }), async (keys) => {
                expect((await SortAsync(keys)).order).toEqual(SortVisible(keys));
            }),
            { numRuns: 8, seed: 11 },
        );
    });

    it("of culled keys only draws nothing", async () => {
        const { order, drawArguments } = await SortAsync(new Array<null>(3000).fill(null));
        expect(order).toEqual([]);
        expect(drawArguments).toEqual([SplatsPerInstance * 6, 0, 0, 0, 0, 0]);
    });

    it("scans the histogram of the last pass to exclusive sums over more than one block", async () => {
        // 70 tiles of 16 digits are 1,120 numbers: a block of the scan has 1,024.
        const tiles = 70;
        const keys = Array.from(
            { length: tiles * SortTileSize },
            (_, index) => ((index * 7919) % 16) * 2 ** (SortKeyBits - 4),
        );
        const { histogram } = await SortAsync(keys);
        const counts = new Array<number>(tiles * 16).fill(0);
        keys.forEach((_, index) => {
            // All lower digits are 0: the last pass sees the keys as they came.
            const digit = (keys[index] ?? 0) / 2 ** (SortKeyBits - 4);
            counts[digit * tiles + Math.floor(index / SortTileSize)]! += 1;
        });
        expect(histogram).toEqual(ExclusivePrefixSum(counts));
    });

    it("gives the same bytes twice", async () => {
        const random = SeededRandom(5);
        const keys = Array.from({ length: 6000 }, () => Math.floor(random() * 50));
        expect((await SortAsync(keys)).order).toEqual((await SortAsync(keys)).order);
    });
});
