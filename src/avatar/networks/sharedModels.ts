import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type IMapModel } from "../../format/mapModel.js";
import { NetworkRuntime } from "../../networks/networkRuntime.js";
import { ConditioningStage } from "../../pipeline/2-maps/conditioningStage.js";
import { DecodeStage } from "../../pipeline/3-gaussians/decodeStage.js";
import { CreateDecodedSkinKernelAsync } from "../../pipeline/4-skin/decodedSkinKernel.js";
import { type INetworkStages, SharedModel } from "./sharedModel.js";

/** One avatar's share in a tier. */
export interface IModelLease {
    /** The tier, once it is loaded. */
    readonly loaded: Promise<SharedModel>;
    /** Gives the share back; the last one frees the tier, or ends its loading. Twice is fine. */
    readonly release: () => void;
}

interface ISharedEntry {
    readonly loaded: Promise<SharedModel>;
    readonly abort: AbortController;
    readonly listeners: Set<(share: number) => void>;
}

/** The tiers that are in use on one device. Each is loaded once, whoever asks, and freed when nobody needs it. */
export class SharedModels {
    private readonly _device: GPUDevice;
    private readonly _discard: (owner: { dispose(): void }) => void;
    private readonly _entries = new Map<IMapModel, ISharedEntry>();
    private _stages: Promise<INetworkStages> | null = null;

    /**
     * @param device the device; borrowed
     * @param discard disposes of something as soon as no run is under way
     */
    public constructor(device: GPUDevice, discard: (owner: { dispose(): void }) => void) {
        this._device = device;
        this._discard = discard;
    }

    /**
     * What all tiers need: ONNX Runtime and compiled kernels. Made on first use, and tried again after a failure.
     *
     * @throws NetworkError `runtime-missing`
     */
    public async getStagesAsync(): Promise<INetworkStages> {
        this._stages ??= CreateStagesAsync(this._device);
        try {
            return await this._stages;
        } catch (error) {
            this._stages = null;
            throw error;
        }
    }

    /**
     * Takes a share in a tier.
     *
     * @param asset the avatar
     * @param model one of its models
     * @param onProgress told the share of it that is loaded, 0..1
     */
    public lease(asset: IAvatarAsset, model: IMapModel, onProgress: (share: number) => void): IModelLease {
        const entry = this._entries.get(model) ?? this._load(asset, model);
        entry.listeners.add(onProgress);
        const release = (): void => {
            if (entry.listeners.delete(onProgress) && entry.listeners.size === 0) {
                this._forget(model, entry);
                entry.abort.abort();
                entry.loaded.then(this._discard, () => undefined);
            }
        };
        return { loaded: entry.loaded, release };
    }

    /** Loads a tier anew for who asks next: it failed. @param model the tier */
    public evict(model: IMapModel): void {
        this._entries.delete(model);
    }

    /** Frees ONNX Runtime; tiers are freed with their last share. */
    public dispose(): void {
        this._stages?.then(
            ({ runtime }) => {
                this._discard(runtime);
            },
            () => undefined,
        );
        this._stages = null;
    }

    private _load(asset: IAvatarAsset, model: IMapModel): ISharedEntry {
        const abort = new AbortController();
        const listeners = new Set<(share: number) => void>();
        const loaded = this.getStagesAsync().then(
            async (stages) =>
                await SharedModel.CreateAsync(asset, model, stages, abort.signal, (share) => {
                    listeners.forEach((listener) => {
                        listener(share);
                    });
                }),
        );
        const entry = { loaded, abort, listeners };
        this._entries.set(model, entry);
        loaded.catch(() => {
            this._forget(model, entry);
        });
        return entry;
    }

    private _forget(model: IMapModel, entry: ISharedEntry): void {
        if (this._entries.get(model) === entry) {
            this._entries.delete(model);
        }
    }
}

async function CreateStagesAsync(device: GPUDevice): Promise<INetworkStages> {
    const runtime = await NetworkRuntime.CreateAsync({ device });
    try {
        const [conditioning, decode, skin] = await Promise.all([
            ConditioningStage.CreateAsync(device),
            DecodeStage.CreateAsync(device),
            CreateDecodedSkinKernelAsync(device),
        ]);
        return { device, runtime, conditioning, decode, skin };
    } catch (error) {
        runtime.dispose();
        throw error;
    }
}
