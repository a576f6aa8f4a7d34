import decodeGaussians from "../../../shaders/3-gaussians/decodeGaussians.compute.wgsl";
import gatherMaps from "../../../shaders/3-gaussians/gatherMaps.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { ComposePipelineShader } from "../pipelineShaders.js";
import { DecodeBindings, type DecodeKernel, GatherBindings, type GatherKernel } from "./decodeKernels.js";
import { DecodedGaussians } from "./decodedGaussians.js";
import { type MapModelBuffers } from "./mapModelBuffers.js";

/** Stage 3 of avatars with networks: output tensors → canonical Gaussians, whenever a run is done. */
export class DecodeStage {
    private readonly _device: GPUDevice;
    private readonly _gather: GatherKernel;
    private readonly _decode: DecodeKernel;

    private constructor(device: GPUDevice, gather: GatherKernel, decode: DecodeKernel) {
        this._device = device;
        this._gather = gather;
        this._decode = decode;
    }

    /**
     * Compiles the stage.
     *
     * @param device device to run on; borrowed
     * @returns the stage
     */
    public static async CreateAsync(device: GPUDevice): Promise<DecodeStage> {
        const [gather, decode] = await Promise.all([
            ComputeKernel.CreateAsync(device, {
                label: "gather maps",
                code: ComposePipelineShader(gatherMaps),
                bindings: GatherBindings,
            }),
            ComputeKernel.CreateAsync(device, {
                label: "decode Gaussians",
                code: ComposePipelineShader(decodeGaussians),
                bindings: DecodeBindings,
            }),
        ]);
        return new DecodeStage(device, gather, decode);
    }

    /**
     * Makes room for one avatar's Gaussians.
     *
     * @param buffers the model; borrowed, must outlive the result
     * @param skinKernel skins them, from `CreateDecodedSkinKernelAsync` of the next stage; borrowed
     * @returns the Gaussians, as the model has them without networks; nothing is decoded yet
     * @throws AvatarDeviceError `"device-limit"`
     */
    public createDecoded(buffers: MapModelBuffers, skinKernel: ComputeKernel<string>): DecodedGaussians {
        return new DecodedGaussians(this._device, this._gather, this._decode, buffers, skinKernel);
    }
}
