import features from "../../../shaders/6-raster/features.render.wgsl";
import packFeatures from "../../../shaders/6-raster/packFeatures.compute.wgsl";
import { MaxFeatureChannels } from "../../format/limits.js";
import { DrawArgumentsLayout } from "../5-sort/drawArgumentsLayout.js";
import { ComposePipelineShader } from "../pipelineShaders.js";
import { type SplatView } from "../splatView.js";
import { WorkgroupGrid } from "../workgroupGrid.js";
import { FeatureImage, type IFeatureImageSize } from "./featureImage.js";
import { ChannelsPerLayer, FeatureRangeLayout, LayersPerPass } from "./featureLayout.js";

/** Over what lies behind, premultiplied, as colours are blended. */
const Over: GPUBlendState = {
    color: { srcFactor: "one", dstFactor: "one-minus-src-alpha" },
    alpha: { srcFactor: "one", dstFactor: "one-minus-src-alpha" },
};

/** Gaussians that have features, among those that are posed. */
export interface IFeatureRange {
    /** First of them. */
    readonly firstPosed: number;
    /** How many there are. */
    readonly count: number;
    /** [count,C] their features, f32. */
    readonly features: GPUBuffer;
}

/** Stage 6 of heads: the splats of a view, with more channels than a colour has, as a tensor. */
export class FeatureStage {
    private readonly _device: GPUDevice;
    private readonly _draws: readonly GPURenderPipeline[];
    private readonly _pack: GPUComputePipeline;

    private constructor(device: GPUDevice, draws: readonly GPURenderPipeline[], pack: GPUComputePipeline) {
        this._device = device;
        this._draws = draws;
        this._pack = pack;
    }

    /**
     * Compiles the stage.
     *
     * @param device device to run on; borrowed. Its default limits are enough
     */
    public static async CreateAsync(device: GPUDevice): Promise<FeatureStage> {
        const label = "splat features";
        const module = device.createShaderModule({ label, code: ComposePipelineShader(features) });
        const perPass = ChannelsPerLayer * LayersPerPass;
        const passes = Math.ceil((MaxFeatureChannels + 1) / perPass);
        const draws = Array.from(
            { length: passes },
            async (_, pass) =>
                await device.createRenderPipelineAsync({
                    label,
                    layout: "auto",
                    vertex: { module, entryPoint: "placeCorner", constants: { FirstChannel: pass * perPass } },
                    fragment: {
                        module,
                        entryPoint: "blendFeatures",
                        targets: Array<GPUColorTargetState>(LayersPerPass).fill({ format: "rgba16float", blend: Over }),
                    },
                    primitive: { topology: "triangle-strip" },
                }),
        );
        const code = ComposePipelineShader(packFeatures);
        const pack = device.createComputePipelineAsync({
            label: "pack features",
            layout: "auto",
            compute: { module: device.createShaderModule({ label: "pack features", code }), entryPoint: "main" },
        });
        return new FeatureStage(device, await Promise.all(draws), await pack);
    }

    /**
     * Makes room for a picture.
     *
     * @param size of the picture; at most 35 channels
     * @param label name seen in errors and in GPU debuggers
     * @throws AvatarDeviceError `"device-limit"`
     * @throws RangeError for more channels than are drawn
     */
    public createImage(size: IFeatureImageSize, label: string): FeatureImage {
        if (size.channels > MaxFeatureChannels) {
            throw new RangeError(`${label}: ${size.channels} channels, at most ${MaxFeatureChannels} are drawn.`);
        }
        return new FeatureImage(this._device, size, label);
    }

    /**
     * Ties a picture to what is drawn in it. Allocates: call it when buffers change, not every frame.
     *
     * @param image the picture
     * @param view the splats, sorted; see `SplatView.generation` for when its buffers change
     * @param range those of them that have features
     * @returns draws it: three render passes and a compute pass for 32 channels. Allocates nothing
     */
    public bind(image: FeatureImage, view: SplatView, range: IFeatureRange): (encoder: GPUCommandEncoder) => void {
        const { width, height } = image.size;
        const buffers = [image._range, view.projectedSplats, view.sortedIndices, range.features];
        const groups = image._passes.map((_, pass) =>
            this._device.createBindGroup({
                layout: this._draws[pass]!.getBindGroupLayout(0),
                entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
            }),
        );
        const packGroup = this._device.createBindGroup({
            layout: this._pack.getBindGroupLayout(0),
            entries: [
                { binding: 0, resource: { buffer: image._range } },
                { binding: 1, resource: image._pictures },
                { binding: 2, resource: { buffer: image.tensor } },
                { binding: 3, resource: { buffer: image.coverage } },
            ],
        });
        const words = image._rangeWords;
        words[FeatureRangeLayout.firstPosed] = range.firstPosed;
        words[FeatureRangeLayout.count] = range.count;
        this._device.queue.writeBuffer(image._range, 0, words);
        const [x, y] = [WorkgroupGrid.X(width * height), WorkgroupGrid.Y(width * height)];
        return (encoder) => {
            const visible = DrawArgumentsLayout.visibleCount * 4;
            encoder.copyBufferToBuffer(view.drawArguments, visible, image._arguments, 4, 4);
            for (let pass = 0; pass < groups.length; pass++) {
                const draw = encoder.beginRenderPass(image._passes[pass]!);
                draw.setPipeline(this._draws[pass]!);
                draw.setBindGroup(0, groups[pass]);
                draw.drawIndirect(image._arguments, 0);
                draw.end();
            }
            const pack = encoder.beginComputePass({ label: "pack features" });
            pack.setPipeline(this._pack);
            pack.setBindGroup(0, packGroup);
            pack.dispatchWorkgroups(x, y);
            pack.end();
        };
    }
}
