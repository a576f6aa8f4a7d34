import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { ChannelsPerLayer, FeatureRangeLayout, LayersPerPass } from "./featureLayout.js";

/** Size of a picture of features. */
export interface IFeatureImageSize {
    /** Pixels across. */
    readonly width: number;
    /** Pixels from top to bottom. */
    readonly height: number;
    /** Channels of a Gaussian. */
    readonly channels: number;
}

/**
 * The features of splats as a camera sees them: what the networks of a head take. Made by `FeatureStage.createImage`. Owns its
 * buffers and its texture.
 */
export class FeatureImage {
    /** Its size. */
    public readonly size: IFeatureImageSize;
    /** [1,C,H,W] features over a background of 1, f32, rows from the top. Usage STORAGE, COPY_SRC and COPY_DST. */
    public readonly tensor: GPUBuffer;
    /** [2,H,W] alpha, then the expected distance behind the near plane, metres; f32. Usage STORAGE and COPY_SRC. */
    public readonly coverage: GPUBuffer;
    /** Attachments of each pass. @internal */
    public readonly _passes: readonly GPURenderPassDescriptor[];
    /** All layers, to be read. @internal */
    public readonly _pictures: GPUTextureView;
    /** See {@link FeatureRangeLayout}. @internal */
    public readonly _range: GPUBuffer;
    /** Arguments of an indirect draw: four corners a visible splat. @internal */
    public readonly _arguments: GPUBuffer;
    /** What {@link _range} holds. @internal */
    public readonly _rangeWords: Uint32Array<ArrayBuffer>;

    private readonly _texture: GPUTexture;

    /**
     * @param device device to allocate on; borrowed
     * @param size of the picture
     * @param label name seen in errors and in GPU debuggers
     * @throws AvatarDeviceError `"device-limit"`
     * @internal
     */
    public constructor(device: GPUDevice, size: IFeatureImageSize, label: string) {
        const { width, height, channels } = size;
        const area = width * height;
        CheckBufferSize(device, { label, stride: channels * 4, elements: "pixels of features" }, area);
        this.size = size;
        // The distance is one channel more.
        const used = Math.ceil((channels + 1) / ChannelsPerLayer);
        const layers = Math.ceil(used / LayersPerPass) * LayersPerPass;
        const read = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
        const allocate = (title: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer =>
            device.createBuffer({ label: `${label}, ${title}`, size: bytes, usage });
        // Networks want to be able to write into what they read.
        this.tensor = allocate("features", area * channels * 4, read | GPUBufferUsage.COPY_DST);
        this.coverage = allocate("coverage", area * 8, read);
        this._range = allocate("range", FeatureRangeLayout.size, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
        this._arguments = allocate("arguments", 16, GPUBufferUsage.INDIRECT | GPUBufferUsage.COPY_DST);
        device.queue.writeBuffer(this._arguments, 0, Uint32Array.of(4, 0, 0, 0));
        this._rangeWords = new Uint32Array(FeatureRangeLayout.size / 4);
        this._rangeWords[FeatureRangeLayout.channels] = channels;
        this._rangeWords[FeatureRangeLayout.layers] = used;
        this._texture = device.createTexture({
            label: `${label}, blended features`,
            size: [width, height, layers],
            format: "rgba16float",
            usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.TEXTURE_BINDING,
        });
        this._pictures = this._texture.createView({ dimension: "2d-array" });
        this._passes = Array.from(Array(layers / LayersPerPass).keys(), (pass) => ({
            label: "blend features",
            colorAttachments: Array.from({ length: LayersPerPass }, (_, target) => ({
                view: this._texture.createView({
                    dimension: "2d" as const,
                    baseArrayLayer: pass * LayersPerPass + target,
                    arrayLayerCount: 1,
                }),
                clearValue: [0, 0, 0, 0],
                loadOp: "clear" as const,
                storeOp: "store" as const,
            })),
        }));
    }

    /** Frees everything. Twice is fine. */
    public dispose(): void {
        this._texture.destroy();
        for (const buffer of [this.tensor, this.coverage, this._range, this._arguments]) {
            buffer.destroy();
        }
    }
}
