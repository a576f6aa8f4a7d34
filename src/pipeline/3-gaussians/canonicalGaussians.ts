import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { CanonicalGaussianLayout, MorphEntryLayout } from "./canonicalGaussianLayout.js";
import { PackCanonicalGaussians } from "./packCanonicalGaussians.js";
import { PackMorphTargets } from "./packMorphTargets.js";

/**
 * A person's canonical Gaussians and expression channels on the GPU. Made once per asset and borrowed by all of its
 * instances: dispose it after the last of them. Owns its buffers.
 */
export class CanonicalGaussians {
    /** Number of Gaussians. */
    public readonly count: number;
    /** Number of expression channels. */
    public readonly morphTargetCount: number;
    /** [N] Gaussians, see {@link CanonicalGaussianLayout}. @internal */
    public readonly _gaussians: GPUBuffer;
    /** [N+1] first morph entry of every Gaussian, u32. @internal */
    public readonly _morphOffsets: GPUBuffer;
    /** [E] morph entries, see {@link MorphEntryLayout}. @internal */
    public readonly _morphEntries: GPUBuffer;

    /**
     * @param device device to upload to; borrowed
     * @param cloud the Gaussians; read once, not kept
     * @param morphTargets the expression channels; read once, not kept
     * @param label name of the asset, seen in errors and in GPU debuggers
     * @throws AvatarDeviceError `"device-limit"` when the asset is too large for the device; nothing is allocated then
     */
    public constructor(device: GPUDevice, cloud: IGaussianCloud, morphTargets: readonly IMorphTarget[], label: string) {
        this.count = cloud.count;
        this.morphTargetCount = morphTargets.length;
        const entryCount = morphTargets.reduce((sum, target) => sum + target.indices.length, 0);
        CheckBufferSize(device, { label, stride: CanonicalGaussianLayout.stride, elements: "Gaussians" }, cloud.count);
        CheckBufferSize(device, { label, stride: MorphEntryLayout.stride, elements: "morph offsets" }, entryCount);

        const morphs = PackMorphTargets(cloud.count, morphTargets);
        const gaussians = PackCanonicalGaussians(cloud);
        this._gaussians = Upload(device, gaussians, CanonicalGaussianLayout.stride, `${label}, Gaussians`);
        this._morphOffsets = Upload(device, morphs.offsets, Uint32Array.BYTES_PER_ELEMENT, `${label}, morph offsets`);
        this._morphEntries = Upload(device, morphs.entries, MorphEntryLayout.stride, `${label}, morph entries`);
    }

    /** Frees the buffers; instances that still use them must be gone. */
    public dispose(): void {
        this._gaussians.destroy();
        this._morphOffsets.destroy();
        this._morphEntries.destroy();
    }
}

/** An empty array gives a buffer of one element, since a binding may not be empty. */
function Upload(device: GPUDevice, data: Uint32Array<ArrayBuffer>, stride: number, label: string): GPUBuffer {
    const size = Math.max(data.byteLength, stride);
    const buffer = device.createBuffer({ label, size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
}
