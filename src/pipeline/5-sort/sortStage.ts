import countDigits from "../../../shaders/5-sort/countDigits.compute.wgsl";
import scanHistogram from "../../../shaders/5-sort/scanHistogram.compute.wgsl";
import scatterKeys from "../../../shaders/5-sort/scatterKeys.compute.wgsl";
import writeArguments from "../../../shaders/5-sort/writeArguments.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { SortDigitBits, SortPasses } from "../constants.js";
import { ComposePipelineShader } from "../pipelineShaders.js";
import { type SortBuffers } from "./sortBuffers.js";

/** Names of the resources of the sort's kernels, in the order of their bindings. */
export const SortKernelBindings = {
    countDigits: ["range", "digit", "keys", "histogram"],
    scanHistogram: ["range", "histogram", "total"],
    writeArguments: ["total", "visibleRange", "drawArguments"],
    scatterKeys: ["range", "digit", "keysIn", "indicesIn", "histogram", "keysOut", "indicesOut"],
} as const;

/** Bytes between the uniform blocks of two passes: the offset alignment that every device accepts. */
const DigitStride = 256;

interface ISortKernels {
    readonly countDigits: ComputeKernel<(typeof SortKernelBindings.countDigits)[number]>;
    readonly scanHistogram: ComputeKernel<(typeof SortKernelBindings.scanHistogram)[number]>;
    readonly writeArguments: ComputeKernel<(typeof SortKernelBindings.writeArguments)[number]>;
    readonly scatterKeys: ComputeKernel<(typeof SortKernelBindings.scatterKeys)[number]>;
}

interface ISortPassBindings {
    readonly range: GPUBuffer;
    readonly count: GPUBindGroup;
    readonly scan: GPUBindGroup;
    readonly scatter: GPUBindGroup;
}

/** The bind groups of one view's sort. */
export interface ISortBindings {
    /** One a pass. @internal */
    readonly passes: readonly ISortPassBindings[];
    /** Of the kernel that writes the indirect arguments. @internal */
    readonly writeArguments: GPUBindGroup;
}

/**
 * Stage 5, second half: sort keys → indices of the visible splats, far to near, and the arguments of the draw.
 *
 * A stable radix sort, least significant digit first, in passes of three dispatches, none of which waits for another
 * workgroup of its own dispatch:
 * 1. countDigits: how often each digit occurs in each tile of 2,048 keys (one workgroup a tile);
 * 2. scanHistogram: exclusive prefix sum over the tiles' counts, digit by digit (one workgroup);
 * 3. scatterKeys: every key moves to offset of digit and tile + rank within the tile (one workgroup a tile).
 *
 * The first pass reads all posed Gaussians and counts culled ones in no bucket, so it compacts as well: what it writes is the
 * visible Gaussians only, in the order of their indices. Its total is the visible count, from which writeArguments sizes the
 * other passes and the draw.
 */
export class SortStage {
    private readonly _kernels: ISortKernels;
    private readonly _digits: GPUBuffer;

    private constructor(kernels: ISortKernels, digits: GPUBuffer) {
        this._kernels = kernels;
        this._digits = digits;
    }

    /**
     * Compiles the stage.
     * @param device device to run on; borrowed
     * @returns the stage
     */
    public static async CreateAsync(device: GPUDevice): Promise<SortStage> {
        const [count, scan, write, scatter] = await Promise.all([
            ComputeKernel.CreateAsync(device, {
                label: "count digits",
                code: ComposePipelineShader(countDigits),
                bindings: SortKernelBindings.countDigits,
            }),
            ComputeKernel.CreateAsync(device, {
                label: "scan histogram",
                code: ComposePipelineShader(scanHistogram),
                bindings: SortKernelBindings.scanHistogram,
            }),
            ComputeKernel.CreateAsync(device, {
                label: "write arguments",
                code: ComposePipelineShader(writeArguments),
                bindings: SortKernelBindings.writeArguments,
            }),
            ComputeKernel.CreateAsync(device, {
                label: "scatter keys",
                code: ComposePipelineShader(scatterKeys),
                bindings: SortKernelBindings.scatterKeys,
            }),
        ]);
        const kernels = { countDigits: count, scanHistogram: scan, writeArguments: write, scatterKeys: scatter };
        return new SortStage(kernels, CreateDigits(device));
    }

    /**
     * Ties a view's buffers together. Allocates; not for the frame.
     * @param buffers the view's buffers
     * @returns for {@link encode}
     */
    public createBindings(buffers: SortBuffers): ISortBindings {
        const { countDigits: count, scanHistogram: scan, scatterKeys: scatter } = this._kernels;
        const { total, visibleRange, drawArguments } = buffers;
        const histogram = buffers.histogram.buffer;
        const a = { keys: buffers.keysA.buffer, indices: buffers.indicesA.buffer };
        const b = { keys: buffers.keysB.buffer, indices: buffers.indicesB.buffer };
        const passes: ISortPassBindings[] = [];
        for (let pass = 0; pass < SortPasses; pass++) {
            const [from, to] = pass % 2 === 0 ? [a, b] : [b, a];
            const range = pass === 0 ? buffers.allRange : visibleRange;
            const digit = { buffer: this._digits, offset: pass * DigitStride, size: 8 };
            passes.push({
                range,
                count: count.createBindGroup({ range, digit, keys: from.keys, histogram }),
                scan: scan.createBindGroup({ range, histogram, total }),
                scatter: scatter.createBindGroup({
                    range,
                    digit,
                    keysIn: from.keys,
                    indicesIn: from.indices,
                    histogram,
                    keysOut: to.keys,
                    indicesOut: to.indices,
                }),
            });
        }
        return {
            passes,
            writeArguments: this._kernels.writeArguments.createBindGroup({ total, visibleRange, drawArguments }),
        };
    }

    /**
     * Records the sort of one view.
     * @param pass open compute pass
     * @param bindings from {@link createBindings}
     */
    public encode(pass: GPUComputePassEncoder, bindings: ISortBindings): void {
        const { countDigits: count, scanHistogram: scan, writeArguments: write, scatterKeys: scatter } = this._kernels;
        for (let index = 0; index < SortPasses; index++) {
            const step = bindings.passes[index];
            if (step) {
                count.dispatchIndirect(pass, step.count, step.range);
                scan.dispatch(pass, step.scan, 1);
                if (index === 0) {
                    write.dispatch(pass, bindings.writeArguments, 1);
                }
                scatter.dispatchIndirect(pass, step.scatter, step.range);
            }
        }
    }

    /** Frees what the stage owns. */
    public dispose(): void {
        this._digits.destroy();
    }
}

/** One uniform block a pass: the shift that brings its digit down, and whether it is the first. Never changes. */
function CreateDigits(device: GPUDevice): GPUBuffer {
    const buffer = device.createBuffer({
        label: "sort digits",
        size: SortPasses * DigitStride,
        usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    for (let pass = 0; pass < SortPasses; pass++) {
        device.queue.writeBuffer(
            buffer,
            pass * DigitStride,
            new Uint32Array([pass * SortDigitBits, Number(pass === 0)]),
        );
    }
    return buffer;
}
