import skinGaussians from "../../../shaders/4-skin/skinGaussians.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { type ISplatSource } from "../3-gaussians/splatSource.js";
import { WorkgroupGrid } from "../workgroupGrid.js";
import { ComposePipelineShader } from "../pipelineShaders.js";

/** Names of the resources of the skinning kernel, in the order of their bindings. */
export const SkinBindings = ["state", "gaussians", "morphOffsets", "morphEntries", "posed"] as const;

/** One instance, ready to be skinned. */
export interface ISkinBinding {
    /** Skins what the instance shows. */
    readonly kernel: ComputeKernel<string>;
    /** Ties it to the instance and to the posed Gaussians. */
    readonly bindGroup: GPUBindGroup;
}

/**
 * Stage 4: canonical Gaussians + joint matrices + expression weights → posed Gaussians. One thread a Gaussian. Sources that
 * are not baked bring a kernel of their own.
 */
export class SkinStage {
    private readonly _kernel: ComputeKernel<string>;

    private constructor(kernel: ComputeKernel<string>) {
        this._kernel = kernel;
    }

    /**
     * Compiles the stage.
     * @param device device to run on; borrowed
     * @returns the stage
     */
    public static async CreateAsync(device: GPUDevice): Promise<SkinStage> {
        const code = ComposePipelineShader(skinGaussians);
        return new SkinStage(
            await ComputeKernel.CreateAsync<string>(device, { label: "skin Gaussians", code, bindings: SkinBindings }),
        );
    }

    /**
     * Ties one instance to the buffer of posed Gaussians. Allocates; not for the frame.
     * @param state the instance's buffer, see `InstanceStateLayout`
     * @param source what the instance shows
     * @param posed receives the posed Gaussians of all instances
     * @returns for {@link encode}
     */
    public bind(state: GPUBuffer, source: ISplatSource, posed: GPUBuffer): ISkinBinding {
        const kernel = source._skinKernel ?? this._kernel;
        return { kernel, bindGroup: kernel.createBindGroup({ ...source._skinResources, state, posed }) };
    }

    /**
     * Records the skinning of one instance.
     * @param pass open compute pass
     * @param binding from {@link bind}
     * @param gaussianCount number of Gaussians of the instance
     */
    public encode(pass: GPUComputePassEncoder, binding: ISkinBinding, gaussianCount: number): void {
        const { kernel, bindGroup } = binding;
        kernel.dispatch(pass, bindGroup, WorkgroupGrid.X(gaussianCount), WorkgroupGrid.Y(gaussianCount));
    }
}
