import { type ComputeKernel } from "../../gpu/computeKernel.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { WorkgroupGrid } from "../workgroupGrid.js";
import { type DecodeKernel, type GatherKernel } from "./decodeKernels.js";
import { type MapModelBuffers } from "./mapModelBuffers.js";
import { DecodedGaussianLayout, RawComponents } from "./mapModelLayout.js";
import { type ISplatSource } from "./splatSource.js";
import { PackTensorPlans } from "./tensorPlan.js";
import { UploadArray } from "./uploadArray.js";

/** How a tensor is read. */
interface ITensorPlan {
    /** Which channels are what. */
    readonly buffer: GPUBuffer;
    /** Of the buffers that the tensor came in. */
    readonly bindGroups: WeakMap<GPUBuffer, GPUBindGroup>;
}

/**
 * One avatar's canonical Gaussians as its networks made them last. Made by `DecodeStage.createDecoded`. Owns its buffers;
 * borrows the model's.
 */
export class DecodedGaussians implements ISplatSource {
    /** Number of Gaussians. */
    public readonly count: number;
    /** Number of expression channels. */
    public readonly morphTargetCount: number;
    /** @internal */
    public readonly _skinKernel: ComputeKernel<string>;
    /** @internal */
    public readonly _skinResources: Readonly<Record<string, GPUBuffer>>;

    private readonly _gather: GatherKernel;
    private readonly _decode: DecodeKernel;
    private readonly _buffers: MapModelBuffers;
    private readonly _raw: GPUBuffer;
    private readonly _decoded: GPUBuffer;
    private readonly _plans: ReadonlyMap<string, ITensorPlan>;
    private readonly _decodeBindGroup: GPUBindGroup;

    /**
     * @param device device to allocate on; borrowed
     * @param gather compiled kernel; borrowed
     * @param decode compiled kernel; borrowed
     * @param buffers the model; borrowed
     * @param skinKernel borrowed
     * @throws AvatarDeviceError `"device-limit"`
     * @internal
     */
    public constructor(
        device: GPUDevice,
        gather: GatherKernel,
        decode: DecodeKernel,
        buffers: MapModelBuffers,
        skinKernel: ComputeKernel<string>,
    ) {
        const { model, label } = buffers;
        const count = model.texels.length;
        const { stride } = DecodedGaussianLayout;
        CheckBufferSize(device, { label, stride, elements: "Gaussians" }, count);
        const plans = PackTensorPlans(model); // may throw: ahead of all buffers
        this.count = count;
        this.morphTargetCount = model.morphTargets.length;
        this._skinKernel = skinKernel;
        this._gather = gather;
        this._decode = decode;
        this._buffers = buffers;
        const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
        // New buffers hold zeros: until the networks say something, their share is nothing.
        this._raw = device.createBuffer({
            label: `${label}, raw values`,
            size: count * RawComponents * 4,
            usage,
        });
        this._decoded = device.createBuffer({
            label: `${label}, decoded`,
            size: count * stride,
            usage,
        });
        this._plans = new Map(
            [...plans].map(([tensor, plan]) => {
                const title = `${label}, plan of ${tensor}`;
                const buffer = UploadArray(device, plan, plan.byteLength, title, GPUBufferUsage.UNIFORM);
                return [tensor, { buffer, bindGroups: new WeakMap() }];
            }),
        );
        const { _settings: settings, _texels: texels } = buffers;
        this._decodeBindGroup = decode.createBindGroup({
            settings,
            texels,
            hands: buffers._hands,
            raw: this._raw,
            decoded: this._decoded,
        });
        this._skinResources = {
            settings,
            decoded: this._decoded,
            influences: buffers._influences,
            morphOffsets: buffers._morphOffsets,
            morphEntries: buffers._morphEntries,
        };
    }

    /** [N,14] what the networks gave last, f32, for debugging views; see `RawOffsets`. */
    public get rawValues(): GPUBuffer {
        return this._raw;
    }

    /** [N] the Gaussians, see {@link DecodedGaussianLayout}. */
    public get gaussians(): GPUBuffer {
        return this._decoded;
    }

    /**
     * Records the decoding of new outputs: one compute pass. Makes a bind group for each buffer that it has not seen before;
     * networks use the same ones again and again.
     *
     * @param encoder submitted ahead of the skinning that shall see the result
     * @param outputs tensors by name, on the GPU; those that decoding does not read are passed over, and of those that are
     * missing the last values stay
     */
    public encodeDecode(encoder: GPUCommandEncoder, outputs: ReadonlyMap<string, GPUBuffer>): void {
        const { _settings: settings, _texels: texels } = this._buffers;
        const [x, y] = [WorkgroupGrid.X(this.count), WorkgroupGrid.Y(this.count)];
        const pass = encoder.beginComputePass({ label: "decode Gaussians" });
        for (const [name, plan] of this._plans) {
            const tensor = outputs.get(name);
            if (tensor) {
                const { buffer, bindGroups } = plan;
                const bindGroup =
                    bindGroups.get(tensor) ??
                    this._gather.createBindGroup({ settings, plan: buffer, texels, tensor, raw: this._raw });
                bindGroups.set(tensor, bindGroup);
                this._gather.dispatch(pass, bindGroup, x, y);
            }
        }
        this._decode.dispatch(pass, this._decodeBindGroup, x, y);
        pass.end();
    }

    /** Frees the buffers; instances that still show them must be gone. Twice is fine. */
    public dispose(): void {
        this._raw.destroy();
        this._decoded.destroy();
        this._plans.forEach(({ buffer }) => {
            buffer.destroy();
        });
    }
}
