import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type IMapModel } from "../../format/mapModel.js";
import { type ComputeKernel } from "../../gpu/computeKernel.js";
import { NetworkProgram } from "../../networks/networkProgram.js";
import { type NetworkRuntime } from "../../networks/networkRuntime.js";
import { type ConditioningStage } from "../../pipeline/2-maps/conditioningStage.js";
import { type DecodeStage } from "../../pipeline/3-gaussians/decodeStage.js";
import { MapModelBuffers } from "../../pipeline/3-gaussians/mapModelBuffers.js";
import { AllocateAsync } from "./allocate.js";
import { SpaceChanges } from "../affineRows.js";
import { LoadNetworkBytesAsync } from "./networkFiles.js";

/** What all tiers of a device share. */
export interface INetworkStages {
    /** The device; borrowed. */
    readonly device: GPUDevice;
    /** ONNX Runtime. */
    readonly runtime: NetworkRuntime;
    /** From poses to the networks' inputs. */
    readonly conditioning: ConditioningStage;
    /** From the networks' outputs to Gaussians. */
    readonly decode: DecodeStage;
    /** From these to the world. */
    readonly skin: ComputeKernel<string>;
}

/** One tier of one asset on one device: what all of its avatars share. Owns the program and the buffers. */
export class SharedModel {
    /** The tier. */
    public readonly model: IMapModel;
    /** The stages; borrowed. */
    public readonly stages: INetworkStages;
    /** The networks. */
    public readonly program: NetworkProgram;
    /** The tier's data on the device. */
    public readonly buffers: MapModelBuffers;
    /** [J,12] the tier's canonical space → that of the asset, joint by joint; null when they are one. */
    public readonly spaceChanges: Float32Array | null;
    /** Whether a part of the networks depends on the camera, and the rest does not. */
    public readonly hasCameraTail: boolean;

    private constructor(
        asset: IAvatarAsset,
        model: IMapModel,
        stages: INetworkStages,
        program: NetworkProgram,
        buffers: MapModelBuffers,
    ) {
        this.model = model;
        this.stages = stages;
        this.program = program;
        this.buffers = buffers;
        this.spaceChanges = SpaceChanges(asset, model.inverseBindMatrices);
        const tail = program.slices.filter(({ dependsOnCamera }) => dependsOnCamera).length;
        this.hasCameraTail = tail > 0 && tail < program.slices.length;
    }

    /**
     * Loads a tier.
     *
     * @param asset the avatar
     * @param model one of its models
     * @param stages borrowed
     * @param signal ends the loading
     * @param onProgress told the share that is loaded, 0..1
     * @throws NetworkError, AvatarFormatError or AvatarDeviceError; nothing is left behind then
     */
    public static async CreateAsync(
        asset: IAvatarAsset,
        model: IMapModel,
        stages: INetworkStages,
        signal: AbortSignal,
        onProgress: (share: number) => void,
    ): Promise<SharedModel> {
        const buffers = await AllocateAsync(
            stages.device,
            `The ${model.tier} tier of "${asset.name}"`,
            () => new MapModelBuffers(stages.device, model, `${asset.name}, ${model.tier}`),
        );
        try {
            await stages.conditioning.prepareAsync(model);
            const program = await NetworkProgram.CreateAsync(
                stages.runtime,
                model.networks,
                async (network) => await LoadNetworkBytesAsync(asset, network, signal),
                { outputs: [...new Set(model.decoding.outputs.map(({ tensor }) => tensor))], signal, onProgress },
            );
            return new SharedModel(asset, model, stages, program, buffers);
        } catch (error) {
            buffers.dispose();
            throw error;
        }
    }

    /** Frees program and buffers. No run may be under way. */
    public dispose(): void {
        this.program.dispose();
        this.buffers.dispose();
    }
}
