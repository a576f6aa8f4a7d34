import { Constants } from "@babylonjs/core/Engines/constants.js";
import { type WebGPUHardwareTexture } from "@babylonjs/core/Engines/WebGPU/webgpuHardwareTexture.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { BaseTexture } from "@babylonjs/core/Materials/Textures/baseTexture.js";
import { InternalTextureSource } from "@babylonjs/core/Materials/Textures/internalTexture.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type PictureArray } from "../../pipeline/7-composite/pictureArray.js";

/**
 * The refined pictures of heads as Babylon binds them. Made anew whenever the array has grown. The view of a wrapped array is not
 * made by public API: `WebGPUHardwareTexture.setUsage` must be checked when Babylon is upgraded (checked with 9.34).
 */
export class PictureTexture {
    /** What is bound. */
    public readonly texture: BaseTexture;
    private readonly _pictures: PictureArray;
    private readonly _generation: number;

    /**
     * @param scene whose engine has the array's device
     * @param pictures the array; borrowed
     */
    public constructor(scene: Scene, pictures: PictureArray) {
        this._pictures = pictures;
        this._generation = pictures.generation;
        const { texture } = pictures;
        const { width, height, depthOrArrayLayers: layers } = texture;
        const internal = (scene.getEngine() as WebGPUEngine).wrapWebGPUTexture(texture);
        internal.is2DArray = true;
        internal.depth = layers;
        internal.samplingMode = Constants.TEXTURE_BILINEAR_SAMPLINGMODE;
        const hardware = internal._hardwareTexture as WebGPUHardwareTexture;
        hardware.setUsage(InternalTextureSource.External, false, true, false, false, width, height, layers);
        this.texture = new BaseTexture(scene, internal);
        this.texture.wrapU = Constants.TEXTURE_CLAMP_ADDRESSMODE;
        this.texture.wrapV = Constants.TEXTURE_CLAMP_ADDRESSMODE;
        scene.removeTexture(this.texture); // nobody else is to find it, save it, or dispose of it
    }

    /** Whether it still is what is in an array. @param pictures the array */
    public isOf(pictures: PictureArray): boolean {
        return this._pictures === pictures && this._generation === pictures.generation;
    }

    /** Lets go of the texture, which the array owns. */
    public dispose(): void {
        this.texture._texture = null;
        this.texture.dispose();
    }
}
