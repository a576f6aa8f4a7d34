import { type IGaussianCloud } from "../../format/avatarAsset.js";
import { type IMorphTarget } from "../../format/morphTarget.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { CanonicalGaussianLayout, MorphEntryLayout } from "./canonicalGaussianLayout.js";
import { SurfaceOfCloud } from "./cloudSurface.js";
import { PackCanonicalGaussians } from "./packCanonicalGaussians.js";
import { PackMorphTargets } from "./packMorphTargets.js";
import { type ISplatSource } from "./splatSource.js";
import { UploadArray } from "./uploadArray.js";

/**
 * A person's canonical Gaussians and expression channels on the GPU. Made once per asset and borrowed by all of its
 * instances: dispose it after the last of them. Owns its buffers.
 */
export class CanonicalGaussians implements ISplatSource {
    /** Number of Gaussians. */
    public readonly count: number;
    /** Number of expression channels. */
    public readonly morphTargetCount: number;
    /** @internal */
    public readonly _skinKernel = null;
    /**
     * `gaussians`: [N] see {@link CanonicalGaussianLayout}; `morphOffsets`: [N+1] first morph entry of every Gaussian, u32;
     * `morphEntries`: [E] see {@link MorphEntryLayout}. @internal
     */
    public readonly _skinResources: Readonly<Record<"gaussians" | "morphOffsets" | "morphEntries", GPUBuffer>>;

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

        const morphs = PackMorphTargets(morphTargets, SurfaceOfCloud(cloud));
        const gaussians = PackCanonicalGaussians(cloud);
        const { STORAGE } = GPUBufferUsage;
        this._skinResources = {
            gaussians: UploadArray(device, gaussians, CanonicalGaussianLayout.stride, `${label}, Gaussians`, STORAGE),
            morphOffsets: UploadArray(device, morphs.offsets, 4, `${label}, morph offsets`, STORAGE),
            morphEntries: UploadArray(
                device,
                morphs.entries,
                MorphEntryLayout.stride,
                `${label}, morph entries`,
                STORAGE,
            ),
        };
    }

    /** Frees the buffers; instances that still use them must be gone. */
    public dispose(): void {
        for (const buffer of Object.values(this._skinResources)) {
            buffer.destroy();
        }
    }
}
