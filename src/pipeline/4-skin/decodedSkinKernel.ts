import skinDecoded from "../../../shaders/4-skin/skinDecoded.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { ComposePipelineShader } from "../pipelineShaders.js";

/** Names of the resources of the kernel, in the order of their bindings. */
export const DecodedSkinBindings = [
    "state",
    "settings",
    "decoded",
    "influences",
    "morphOffsets",
    "morphEntries",
    "posed",
] as const;

/**
 * Compiles the kernel that skins Gaussians which networks made. Only scenes with such avatars need it.
 *
 * @param device device to run on; borrowed
 * @returns the kernel, for `DecodeStage.createDecoded`
 */
export async function CreateDecodedSkinKernelAsync(
    device: GPUDevice,
): Promise<ComputeKernel<(typeof DecodedSkinBindings)[number]>> {
    const code = ComposePipelineShader(skinDecoded);
    return await ComputeKernel.CreateAsync(device, {
        label: "skin decoded Gaussians",
        code,
        bindings: DecodedSkinBindings,
    });
}
