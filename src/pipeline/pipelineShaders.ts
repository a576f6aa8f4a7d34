import canonicalGaussian from "../../shaders/include/canonicalGaussian.wgsl";
import decodedGaussian from "../../shaders/include/decodedGaussian.wgsl";
import featureRange from "../../shaders/include/featureRange.wgsl";
import finite from "../../shaders/include/finite.wgsl";
import headPicture from "../../shaders/include/headPicture.wgsl";
import linearIndex from "../../shaders/include/linearIndex.wgsl";
import mapSettings from "../../shaders/include/mapSettings.wgsl";
import posedGaussian from "../../shaders/include/posedGaussian.wgsl";
import projectedSplat from "../../shaders/include/projectedSplat.wgsl";
import skinning from "../../shaders/include/skinning.wgsl";
import sortRange from "../../shaders/include/sortRange.wgsl";
import workgroupScan from "../../shaders/include/workgroupScan.wgsl";
import { ComposeShader } from "../gpu/shaderComposer.js";
import { PipelineShaderConstants } from "./constants.js";

/** Text of every file in `shaders/include`, by the name that `#include <name>` asks for. */
export const PipelineShaderIncludes = {
    canonicalGaussian,
    decodedGaussian,
    featureRange,
    finite,
    headPicture,
    linearIndex,
    mapSettings,
    posedGaussian,
    projectedSplat,
    skinning,
    sortRange,
    workgroupScan,
} as const;

/**
 * Makes plain WGSL out of one of the pipeline's shader files.
 * @param source text of the file
 * @returns WGSL with includes and constants in place
 */
export function ComposePipelineShader(source: string): string {
    return ComposeShader(source, { includes: PipelineShaderIncludes, constants: PipelineShaderConstants });
}
