import { type ComputeKernel } from "../../gpu/computeKernel.js";

/**
 * What an instance shows: Gaussians in canonical space on the GPU, and how they are skinned. Baked Gaussians are one such
 * source, those that networks make another; an instance may change from one to the other between two frames.
 */
export interface ISplatSource {
    /** Number of Gaussians. */
    readonly count: number;
    /** Number of expression channels; 0 when the source does not move with expressions. */
    readonly morphTargetCount: number;
    /** Skins the source; null for the kernel that every pipeline has. @internal */
    readonly _skinKernel: ComputeKernel<string> | null;
    /** What that kernel reads besides `state` and `posed`, by the names of its bindings. @internal */
    readonly _skinResources: Readonly<Record<string, GPUBuffer>>;
}
