import composeHead from "../../../shaders/3-gaussians/composeHead.compute.wgsl";
import runPerceptron from "../../../shaders/3-gaussians/runPerceptron.compute.wgsl";
import { ComputeKernel } from "../../gpu/computeKernel.js";
import { ComposePipelineShader } from "../pipelineShaders.js";
import { type HeadBuffers } from "./headBuffers.js";
import { HeadGaussians } from "./headGaussians.js";
import {
    ComposeHeadBindings,
    PerceptronBindings,
    type ComposeHeadKernel,
    type PerceptronKernel,
} from "./headKernels.js";

/** Stage 3 of heads: expression code and pose → canonical Gaussians, in the frame. */
export class HeadStage {
    private readonly _device: GPUDevice;
    private readonly _perceptron: PerceptronKernel;
    private readonly _compose: ComposeHeadKernel;

    private constructor(device: GPUDevice, perceptron: PerceptronKernel, compose: ComposeHeadKernel) {
        this._device = device;
        this._perceptron = perceptron;
        this._compose = compose;
    }

    /**
     * Compiles the stage.
     *
     * @param device device to run on; borrowed
     */
    public static async CreateAsync(device: GPUDevice): Promise<HeadStage> {
        const [perceptron, compose] = await Promise.all([
            ComputeKernel.CreateAsync(device, {
                label: "run perceptron",
                code: ComposePipelineShader(runPerceptron),
                bindings: PerceptronBindings,
            }),
            ComputeKernel.CreateAsync(device, {
                label: "compose head",
                code: ComposePipelineShader(composeHead),
                bindings: ComposeHeadBindings,
            }),
        ]);
        return new HeadStage(device, perceptron, compose);
    }

    /**
     * Makes room for one avatar's Gaussians.
     *
     * @param buffers the head; borrowed, must outlive the result
     * @param skinKernel skins them, from `CreateDecodedSkinKernelAsync` of the next stage; borrowed
     * @throws AvatarDeviceError `"device-limit"`
     */
    public createGaussians(buffers: HeadBuffers, skinKernel: ComputeKernel<string>): HeadGaussians {
        return new HeadGaussians(this._device, this._perceptron, this._compose, buffers, skinKernel);
    }
}
