import projectGaussians from "../../../shaders/5-sort/projectGaussians.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { ComposePipelineShader } from "../pipelineShaders.js";
import { WorkgroupGrid } from "../workgroupGrid.js";

/** Names of the resources of the projection kernel, in the order of their bindings. */
export const ProjectBindings = ["camera", "posed", "splats", "keys"] as const;

type ProjectKernel = ComputeKernel<(typeof ProjectBindings)[number]>;

/** Stage 5, first half: posed Gaussians + camera → projected splats and sort keys. Culls. One thread a Gaussian. */
export class ProjectStage {
    private readonly _kernel: ProjectKernel;

    private constructor(kernel: ProjectKernel) {
        this._kernel = kernel;
    }

    /**
     * Compiles the stage.
     * @param device device to run on; borrowed
     * @returns the stage
     */
    public static async CreateAsync(device: GPUDevice): Promise<ProjectStage> {
        const code = ComposePipelineShader(projectGaussians);
        return new ProjectStage(
            await ComputeKernel.CreateAsync(device, { label: "project Gaussians", code, bindings: ProjectBindings }),
        );
    }

    /**
     * Ties a view's buffers together. Allocates; not for the frame.
     * @param resources uniform block of the camera, posed Gaussians, and what receives splats and keys
     * @returns for {@link encode}
     */
    public createBindGroup(resources: Readonly<Record<(typeof ProjectBindings)[number], GPUBuffer>>): GPUBindGroup {
        return this._kernel.createBindGroup(resources);
    }

    /**
     * Records the projection for one view.
     * @param pass open compute pass
     * @param bindGroup from {@link createBindGroup}
     * @param gaussianCount number of posed Gaussians
     */
    public encode(pass: GPUComputePassEncoder, bindGroup: GPUBindGroup, gaussianCount: number): void {
        this._kernel.dispatch(pass, bindGroup, WorkgroupGrid.X(gaussianCount), WorkgroupGrid.Y(gaussianCount));
    }
}
