import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.js";
import { Constants } from "@babylonjs/core/Engines/constants.js";
import { ShaderLanguage } from "@babylonjs/core/Materials/shaderLanguage.js";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.js";
import { type Scene } from "@babylonjs/core/scene.js";
import fragmentSource from "../../shaders/6-raster/splat.fragment.wgsl";
import vertexSource from "../../shaders/6-raster/splat.vertex.wgsl";
import { ComposeShader, U32 } from "../gpu/shaderComposer.js";
import { DrawArgumentsLayout } from "../pipeline/5-sort/drawArgumentsLayout.js";
import { PipelineShaderConstants } from "../pipeline/constants.js";
import { PipelineShaderIncludes } from "../pipeline/pipelineShaders.js";

/** Name of the material and of the hidden mesh, as seen in GPU captures. */
export const SplatMeshName = "gaussianAvatars";

/**
 * What avatars write: `"display"`, their colours as cameras saw them, blended as they were trained; `"linear"`, light, for scenes whose
 * image processing turns light into display values at its end.
 */
export type AvatarColorSpace = "display" | "linear";

/** Name of the texture with refined pictures, in the shader. */
export const PictureArrayName = "headPictureArray";

const RasterShaderLibrary = {
    includes: PipelineShaderIncludes,
    constants: { ...PipelineShaderConstants, VisibleCountWord: U32(DrawArgumentsLayout.visibleCount) },
};

/**
 * Makes what shades the splats of a pass.
 *
 * @param scene to make it in
 * @param hasPictures whether splats take colours from refined pictures of heads
 * @param colorSpace of what is written
 */
export function CreateSplatMaterial(scene: Scene, hasPictures: boolean, colorSpace: AvatarColorSpace): ShaderMaterial {
    const material = new ShaderMaterial(
        SplatMeshName,
        scene,
        {
            vertexSource: ComposeShader(vertexSource, RasterShaderLibrary),
            fragmentSource: ComposeShader(fragmentSource, RasterShaderLibrary),
        },
        {
            shaderLanguage: ShaderLanguage.WGSL,
            attributes: [VertexBuffer.PositionKind],
            storageBuffers: [
                "projectedSplats",
                "sortedIndices",
                "drawArguments",
                ...(hasPictures ? ["headPictures"] : []),
            ],
            samplers: hasPictures ? [PictureArrayName] : [],
            defines: [
                ...(hasPictures ? ["#define HEAD_PICTURES"] : []),
                ...(colorSpace === "linear" ? ["#define LINEAR_COLORS"] : []),
            ],
            needAlphaBlending: true,
        },
    );
    // Colour and opacity blend alike, so that a transparent canvas receives premultiplied pixels.
    material.alphaMode = Constants.ALPHA_PREMULTIPLIED_PORTERDUFF;
    material.disableDepthWrite = true;
    material.backFaceCulling = false;
    material.doNotSerialize = true;
    return material;
}
