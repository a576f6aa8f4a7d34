import { type IMapModel } from "../../format/mapModel.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { MorphEntryLayout } from "./canonicalGaussianLayout.js";
import { InfluenceLayout, MapTexelLayout, FixedHandLayout } from "./mapModelLayout.js";
import { PackMapModel } from "./packMapModel.js";
import { PackMorphTargets } from "./packMorphTargets.js";
import { UploadArray } from "./uploadArray.js";

/**
 * What never changes of a map model, on the GPU. Made once per asset and tier, and borrowed by all of its avatars: dispose it
 * after the last of them. Owns its buffers.
 */
export class MapModelBuffers {
    /** The model. */
    public readonly model: IMapModel;
    /** Name seen in errors and in GPU debuggers. */
    public readonly label: string;
    /** See `MapSettingsLayout`. @internal */
    public readonly _settings: GPUBuffer;
    /** [N] see `MapTexelLayout`. @internal */
    public readonly _texels: GPUBuffer;
    /** [N,K] see `InfluenceLayout`. @internal */
    public readonly _influences: GPUBuffer;
    /** [N] see `FixedHandLayout`; one empty element when hands are not fixed. @internal */
    public readonly _hands: GPUBuffer;
    /** [N+1] first morph entry of every Gaussian, u32. @internal */
    public readonly _morphOffsets: GPUBuffer;
    /** [E] morph entries, see `MorphEntryLayout`. @internal */
    public readonly _morphEntries: GPUBuffer;

    /**
     * @param device device to upload to; borrowed
     * @param model the model; read once, its arrays are not kept by the device
     * @param label name seen in errors and in GPU debuggers
     * @throws AvatarDeviceError `"device-limit"` when the model is too large for the device; nothing is allocated then
     */
    public constructor(device: GPUDevice, model: IMapModel, label: string) {
        const { texels, influences, morphTargets } = model;
        const entryCount = morphTargets.reduce((sum, target) => sum + target.indices.length, 0);
        CheckBufferSize(device, { label, stride: MapTexelLayout.stride, elements: "texels" }, texels.length);
        CheckBufferSize(
            device,
            { label, stride: InfluenceLayout.stride, elements: "joint influences" },
            influences.joints.length,
        );
        CheckBufferSize(device, { label, stride: MorphEntryLayout.stride, elements: "morph offsets" }, entryCount);

        this.model = model;
        this.label = label;
        const packed = PackMapModel(model);
        const morphs = PackMorphTargets(morphTargets, model);
        const { STORAGE, UNIFORM } = GPUBufferUsage;
        this._settings = UploadArray(
            device,
            packed.settings,
            packed.settings.byteLength,
            `${label}, settings`,
            UNIFORM,
        );
        this._texels = UploadArray(device, packed.texels, MapTexelLayout.stride, `${label}, texels`, STORAGE);
        this._influences = UploadArray(device, packed.influences, InfluenceLayout.stride, `${label}, joints`, STORAGE);
        this._hands = UploadArray(device, packed.hands, FixedHandLayout.stride, `${label}, fixed hands`, STORAGE);
        this._morphOffsets = UploadArray(device, morphs.offsets, 4, `${label}, morph offsets`, STORAGE);
        this._morphEntries = UploadArray(
            device,
            morphs.entries,
            MorphEntryLayout.stride,
            `${label}, morph entries`,
            STORAGE,
        );
    }

    /** Frees the buffers; what was decoded with them must be gone. Twice is fine. */
    public dispose(): void {
        this._settings.destroy();
        this._texels.destroy();
        this._influences.destroy();
        this._hands.destroy();
        this._morphOffsets.destroy();
        this._morphEntries.destroy();
    }
}
