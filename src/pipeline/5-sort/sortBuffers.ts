import { GrowableBuffer } from "../../gpu/growableBuffer.js";
import { SortDigits, SortTileSize } from "../constants.js";
import { DrawArgumentsLayout, SortRangeLayout } from "./drawArgumentsLayout.js";

/**
 * What one view's sort reads and writes. Two sets of keys and indices are used in turns: an odd number of passes begins with
 * the keys in `keysA` and ends with the order in `indicesB`.
 */
export class SortBuffers {
    /** Keys by posed Gaussian; later the output of every second pass. */
    public readonly keysA: GrowableBuffer;
    /** Output keys of the other passes. */
    public readonly keysB: GrowableBuffer;
    /** Indices that go with `keysA`; unused by the first pass. */
    public readonly indicesA: GrowableBuffer;
    /** Indices that go with `keysB`; after the last pass the visible Gaussians, far to near. */
    public readonly indicesB: GrowableBuffer;
    /** Keys of every digit in every tile, digit by digit; turned into offsets by the scan. */
    public readonly histogram: GrowableBuffer;
    /** Sum of the histogram, one u32. */
    public readonly total: GPUBuffer;
    /** The first pass: all posed Gaussians. Written by the CPU. See {@link SortRangeLayout}. */
    public readonly allRange: GPUBuffer;
    /** The other passes: the visible Gaussians. Written by the GPU. */
    public readonly visibleRange: GPUBuffer;
    /** Arguments of the draw. See {@link DrawArgumentsLayout}. */
    public readonly drawArguments: GPUBuffer;

    /**
     * @param device device to allocate on; borrowed
     * @param capacity Gaussians there is room for at first, at least 1
     * @throws AvatarDeviceError `"device-limit"`
     */
    public constructor(device: GPUDevice, capacity: number) {
        const word = (label: string, count: number): GrowableBuffer =>
            new GrowableBuffer(device, { label, stride: 4, elements: "sort words", usage: WorkUsage() }, count);
        this.keysA = word("sort keys A", capacity);
        this.keysB = word("sort keys B", capacity);
        this.indicesA = word("sort indices A", capacity);
        this.indicesB = word("sort indices B", capacity);
        this.histogram = word("sort histogram", HistogramSize(capacity));
        this.total = device.createBuffer({ label: "sort total", size: 4, usage: WorkUsage() });
        const rangeUsage = WorkUsage() | GPUBufferUsage.INDIRECT;
        this.allRange = device.createBuffer({
            label: "sort range, all",
            size: SortRangeLayout.size,
            usage: rangeUsage,
        });
        this.visibleRange = device.createBuffer({
            label: "sort range, visible",
            size: SortRangeLayout.size,
            usage: rangeUsage,
        });
        this.drawArguments = device.createBuffer({
            label: "splat draw arguments",
            size: DrawArgumentsLayout.size,
            usage: rangeUsage,
        });
    }

    /**
     * Makes room; the content of grown buffers is lost.
     * @param capacity Gaussians there must be room for
     * @returns whether a buffer was replaced
     * @throws AvatarDeviceError `"device-limit"`
     */
    public ensure(capacity: number): boolean {
        let replaced = false;
        for (const buffer of [this.keysA, this.keysB, this.indicesA, this.indicesB]) {
            replaced = buffer.ensure(capacity) || replaced;
        }
        return this.histogram.ensure(HistogramSize(capacity)) || replaced;
    }

    /** Frees all buffers. */
    public dispose(): void {
        for (const buffer of [this.keysA, this.keysB, this.indicesA, this.indicesB, this.histogram]) {
            buffer.dispose();
        }
        for (const buffer of [this.total, this.allRange, this.visibleRange, this.drawArguments]) {
            buffer.destroy();
        }
    }
}

/** The copies let tests and tools look into the sort. A function, since `GPUBufferUsage` is absent where there is no WebGPU. */
function WorkUsage(): GPUBufferUsageFlags {
    return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
}

function HistogramSize(capacity: number): number {
    return Math.ceil(capacity / SortTileSize) * SortDigits;
}
