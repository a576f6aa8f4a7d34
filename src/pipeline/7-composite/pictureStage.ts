import storePicture from "../../../shaders/7-composite/storePicture.compute.wgsl";
import { ComposePipelineShader } from "../pipelineShaders.js";

/** Pixels of a side of a workgroup. The shader's own. */
const WorkgroupSide = 16;

const PassDescriptor: GPUComputePassDescriptor = { label: "store picture" };

/** Sizes of a picture and of the coverage beside it. */
export interface IPictureSides {
    /** Pixels of a side of what networks made. */
    readonly picture: number;
    /** Pixels of a side of what they made it of. */
    readonly features: number;
}

/** Stage 7: what the networks of a head made becomes a picture that its splats take their colours from. */
export class PictureStage {
    private readonly _device: GPUDevice;
    private readonly _store: GPUComputePipeline;

    private constructor(device: GPUDevice, store: GPUComputePipeline) {
        this._device = device;
        this._store = store;
    }

    /**
     * Compiles the stage.
     *
     * @param device device to run on; borrowed
     */
    public static async CreateAsync(device: GPUDevice): Promise<PictureStage> {
        const label = "store picture";
        const module = device.createShaderModule({ label, code: ComposePipelineShader(storePicture) });
        const store = await device.createComputePipelineAsync({
            label,
            layout: "auto",
            compute: { module, entryPoint: "main" },
        });
        return new PictureStage(device, store);
    }

    /**
     * What the kernel must know of a picture; to be kept with it.
     *
     * @param sides of the picture
     */
    public createSettings({ picture, features }: IPictureSides): GPUBuffer {
        const buffer = this._device.createBuffer({
            label: "sides of a picture",
            size: 16,
            usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        });
        this._device.queue.writeBuffer(buffer, 0, Uint32Array.of(picture, features));
        return buffer;
    }

    /**
     * Ties a picture to where it goes. Allocates: keep it for as long as the buffers are the same.
     *
     * @param settings of {@link createSettings}
     * @param picture [1,3,P,P] r g b 0..1 before white, f32
     * @param coverage [2,S,S] of which the first is alpha, f32
     * @param layer where it goes, a view of one layer of `rgba8unorm`
     */
    public bind(settings: GPUBuffer, picture: GPUBuffer, coverage: GPUBuffer, layer: GPUTextureView): GPUBindGroup {
        const buffers = [settings, picture, coverage].map((buffer) => ({ buffer }));
        return this._device.createBindGroup({
            label: "store picture",
            layout: this._store.getBindGroupLayout(0),
            entries: [...buffers, layer].map((resource, binding) => ({ binding, resource })),
        });
    }

    /**
     * Records the storing of a picture. Allocates nothing.
     *
     * @param encoder submitted ahead of who draws it
     * @param binding from {@link bind}
     * @param side P
     */
    public encode(encoder: GPUCommandEncoder, binding: GPUBindGroup, side: number): void {
        const pass = encoder.beginComputePass(PassDescriptor);
        pass.setPipeline(this._store);
        pass.setBindGroup(0, binding);
        pass.dispatchWorkgroups(Math.ceil(side / WorkgroupSide), Math.ceil(side / WorkgroupSide));
        pass.end();
    }
}
