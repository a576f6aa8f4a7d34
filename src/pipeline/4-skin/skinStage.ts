import skinGaussians from "../../../shaders/4-skin/skinGaussians.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { type CanonicalGaussians } from "../3-gaussians/canonicalGaussians.js";
import { WorkgroupGrid } from "../workgroupGrid.js";
import { ComposePipelineShader } from "../pipelineShaders.js";

/** Names of the resources of the skinning kernel, in the order of their bindings. */
export const SkinBindings = ["state", "gaussians", "morphOffsets", "morphEntries", "posed"] as const;

type SkinKernel = ComputeKernel<(typeof SkinBindings)[number]>;

/** Stage 4: canonical Gaussians + joint matrices + expression weights → posed Gaussians. One thread a Gaussian. */
export class SkinStage {
    private readonly _kernel: SkinKernel;

    private constructor(kernel: SkinKernel) {
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
            await ComputeKernel.CreateAsync(device, { label: "skin Gaussians", code, bindings: SkinBindings }),
        );
    }

    /**
     * Ties one instance to the buffer of posed Gaussians. Allocates; not for the frame.
     * @param state the instance's buffer, see `InstanceStateLayout`
     * @param gaussians what the instance shows
     * @param posed receives the posed Gaussians of all instances
     * @returns for {@link encode}
     */
    public createBindGroup(state: GPUBuffer, gaussians: CanonicalGaussians, posed: GPUBuffer): GPUBindGroup {
        return this._kernel.createBindGroup({
            state,
            gaussians: gaussians._gaussians,
            morphOffsets: gaussians._morphOffsets,
            morphEntries: gaussians._morphEntries,
            posed,
        });
    }

    /**
     * Records the skinning of one instance.
     * @param pass open compute pass
     * @param bindGroup from {@link createBindGroup}
     * @param gaussianCount number of Gaussians of the instance
     */
    public encode(pass: GPUComputePassEncoder, bindGroup: GPUBindGroup, gaussianCount: number): void {
        this._kernel.dispatch(pass, bindGroup, WorkgroupGrid.X(gaussianCount), WorkgroupGrid.Y(gaussianCount));
    }
}
