import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type IMapModel } from "../../format/mapModel.js";
import { NetworkError } from "../../networks/networkError.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { NetworkedBody } from "./networkedBody.js";
import { type NetworkPump } from "./networkPump.js";
import { type INetworkedAvatar } from "./networkedAvatar.js";
import { AllocateAsync } from "./allocate.js";
import { ToAvatarError } from "./toAvatarError.js";
import { type IModelLease, SharedModels } from "./sharedModels.js";

/** One tier of one avatar: shown, or on its way. */
interface IAvatarTier {
    readonly model: IMapModel;
    lease: IModelLease | null;
    /** Null while it loads. */
    body: NetworkedBody | null;
    /** Whether it failed: its buffers go, and it is not used any more even if it is wanted again at once. */
    hasFailed: boolean;
    isDropped: boolean;
}

/** An avatar's tiers. */
interface ITierSlot {
    readonly entry: INetworkedAvatar;
    shown: IAvatarTier | null;
    coming: IAvatarTier | null;
    /** Whether networks are stopped, and the file's own Gaussians shown: `shown` waits. */
    isResting: boolean;
    /** Whether the frame that is being drawn shows another tier than the one before. */
    isTierNew: boolean;
    /** Whether it shows new maps. */
    hasNewMaps: boolean;
}

/**
 * Gives the avatars of a scene the tiers that are wanted, on one device: loads them, lets them run after frames, and shows
 * what is done at the beginning of the next one. The maps of a run are decoded all at once, ahead of the skinning of the frame
 * that shows them first, so that no frame mixes the maps of two poses.
 */
export class NetworkDirector {
    private readonly _device: GPUDevice;
    private readonly _models: SharedModels;
    private readonly _pump: NetworkPump;
    private readonly _slots: ITierSlot[] = [];
    private readonly _reported = new WeakSet<IMapModel>();
    private _hasReportedFallback = false;
    private _isDisposed = false;

    /**
     * @param device the graphics device; borrowed
     * @param pump runs networks; borrowed
     */
    public constructor(device: GPUDevice, pump: NetworkPump) {
        this._device = device;
        this._pump = pump;
        this._models = new SharedModels(device, (owner) => {
            this._pump.discard(owner);
        });
    }

    /** Takes an avatar in. @param entry the avatar and its place in the pipeline */
    public add(entry: INetworkedAvatar): void {
        this._slots.push({ entry, shown: null, coming: null, isResting: false, isTierNew: false, hasNewMaps: false });
    }

    /** Lets an avatar go. @param avatar the avatar; its place in the pipeline is gone already */
    public remove(avatar: GaussianAvatar): void {
        const index = this._slots.findIndex(({ entry }) => entry.avatar === avatar);
        const slot = this._slots[index];
        if (slot) {
            this._slots.splice(index, 1);
            this._drop(slot.coming);
            this._drop(slot.shown);
        }
    }

    /**
     * Follows what is wanted, and records the decoding of what is done.
     *
     * @param encoder the frame's
     */
    public beginFrame(encoder: GPUCommandEncoder): void {
        for (const slot of this._slots) {
            this._follow(slot);
            const { coming, shown, isResting } = slot;
            if (coming?.body?.encodeNewMaps(encoder)) {
                this._swap(slot, coming);
            } else if (!isResting && shown?.body?.encodeNewMaps(encoder)) {
                slot.hasNewMaps = true;
            }
        }
    }

    /** After the frame was submitted: says what is new. */
    public endFrame(): void {
        this._announce();
    }

    /** Frees everything. Twice is fine. */
    public dispose(): void {
        if (this._isDisposed) {
            return;
        }
        this._isDisposed = true;
        for (const slot of this._slots.splice(0)) {
            this._drop(slot.coming);
            this._drop(slot.shown);
        }
        this._models.dispose();
    }

    /** Makes the avatar's tiers those that are wanted. */
    private _follow(slot: ITierSlot): void {
        const { networks, asset } = slot.entry.avatar;
        const { enabled, preferredTier, _wantedTier: wanted } = networks;
        const { shown, coming } = slot;
        if (coming && (coming.hasFailed || coming.model.tier !== wanted)) {
            slot.coming = null;
            this._drop(coming);
        }
        // What rests stays loaded, unless it is given up.
        const isGivenUp = enabled ? wanted === "baked" : preferredTier === "baked";
        if (shown && (shown.hasFailed || isGivenUp)) {
            slot.shown = null;
            this._show(slot, null);
            this._drop(shown);
        } else if (shown && slot.isResting === enabled) {
            this._tryShow(slot, shown, enabled ? shown.body : null);
        }
        slot.isResting = !enabled;
        if (wanted !== "baked" && slot.shown?.model.tier !== wanted && !slot.coming) {
            const model = asset.mapModels.find(({ tier }) => tier === wanted)!;
            slot.coming = { model, lease: null, body: null, hasFailed: false, isDropped: false };
            void this._loadAsync(slot, slot.coming);
        }
    }

    /** Shows what networks made, or what the file has. */
    private _show(slot: ITierSlot, body: NetworkedBody | null): void {
        const { entry } = slot;
        entry.instance.setSource(body?.decoded ?? entry.baked);
        entry.spaceChanges = body?.shared.spaceChanges ?? null;
        slot.isTierNew = true;
    }

    private async _loadAsync(slot: ITierSlot, coming: IAvatarTier): Promise<void> {
        const { avatar } = slot.entry;
        const { model } = coming;
        try {
            const { runtime } = await this._models.getStagesAsync();
            if (coming.isDropped) {
                return;
            }
            this._reportFallback(runtime.fallbackReason);
            if (runtime.provider === "wasm" && model.tier === "full" && avatar.networks.preferredTier === "auto") {
                throw new NetworkError(
                    "too-slow",
                    "the full tier would take seconds a pose on the processor, and WebGPU does not run its networks here: " +
                        'set preferredTier to "full" to run it nevertheless',
                );
            }
            coming.lease = this._models.lease(avatar.asset, model, (share) => {
                avatar.networks._setProgress(share);
            });
            const shared = await coming.lease.loaded;
            if (coming.isDropped) {
                return;
            }
            const what = `The ${model.tier} tier of avatar "${avatar.name}"`;
            const make = (): NetworkedBody => new NetworkedBody(this._device, avatar, shared);
            const body = await AllocateAsync(this._device, what, make);
            if (coming.isDropped) {
                body.dispose();
                return;
            }
            coming.body = body;
            this._pump.add(body, (error) => {
                this._failBody(body, error);
            });
        } catch (error) {
            if (!coming.isDropped) {
                this._fail(slot, coming, error);
            }
        }
    }

    /** Shows a tier whose first maps are decoded in the frame that is being recorded. */
    private _swap(slot: ITierSlot, coming: IAvatarTier): void {
        const { shown } = slot;
        if (this._tryShow(slot, coming, coming.body)) {
            slot.shown = coming;
            slot.coming = null;
            slot.hasNewMaps = true;
            this._drop(shown);
        }
    }

    /** Shows something for a tier, which fails when there is no room. */
    private _tryShow(slot: ITierSlot, tier: IAvatarTier, body: NetworkedBody | null): boolean {
        try {
            this._show(slot, body);
            return true;
        } catch (error) {
            this._fail(slot, tier, error);
            return false;
        }
    }

    private _announce(): void {
        const now = performance.now();
        for (const slot of this._slots) {
            const { networks } = slot.entry.avatar;
            const shown = slot.isResting ? null : slot.shown;
            const body = shown?.body ?? null;
            if (slot.isTierNew) {
                slot.isTierNew = false;
                networks._show(shown?.model.tier ?? "baked", body?.shared.stages.runtime.provider ?? null, body);
            }
            if (slot.hasNewMaps && body) {
                slot.hasNewMaps = false;
                networks._countUpdate(body.poseTime, now);
            }
        }
    }

    /** Frees a tier of an avatar that is neither shown nor wanted any more. */
    private _drop(tier: IAvatarTier | null): void {
        if (tier && !tier.isDropped) {
            tier.isDropped = true;
            if (tier.body) {
                this._pump.remove(tier.body);
            }
            tier.lease?.release();
        }
    }

    /** What fails for one avatar of an asset fails for all: they share the networks. */
    private _failBody(body: NetworkedBody, error: unknown): void {
        const { model } = body.shared;
        this._models.evict(model);
        for (const slot of this._slots) {
            for (const tier of [slot.shown, slot.coming]) {
                if (tier?.model === model) {
                    this._fail(slot, tier, error);
                }
            }
        }
    }

    private _reportFallback(reason: string | null): void {
        if (reason !== null && !this._hasReportedFallback) {
            this._hasReportedFallback = true;
            Logger.Warn(`Gaussian avatars: ${reason}`);
        }
    }

    private _fail({ entry }: ITierSlot, tier: IAvatarTier, cause: unknown): void {
        const { networks, name } = entry.avatar;
        const { model } = tier;
        const error = ToAvatarError(cause);
        tier.hasFailed = true;
        networks._fail(model.tier, error); // whose observers may ask for it again
        // A lost device comes back, and the networks with it.
        if (error.code !== "device-lost" && !this._reported.has(model)) {
            this._reported.add(model);
            Logger.Error(`Gaussian avatar "${name}" goes on without its ${model.tier} tier: ${error.message}`);
        }
    }
}
