import { type ISplatSource } from "../../pipeline/3-gaussians/splatSource.js";
import { type PipelineInstance } from "../../pipeline/pipelineInstance.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";

/** An avatar of the scene whose file has networks, and its place in the pipeline. */
export interface INetworkedAvatar {
    /** The avatar. */
    readonly avatar: GaussianAvatar;
    /** Its place; borrowed. */
    readonly instance: PipelineInstance;
    /** The file's own Gaussians; borrowed. */
    readonly baked: ISplatSource;
    /** [J,12] canonical space of what is shown → that of the asset, joint by joint; null when they are one. */
    spaceChanges: Float32Array | null;
}
