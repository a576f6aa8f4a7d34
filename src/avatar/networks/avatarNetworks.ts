import { Observable } from "@babylonjs/core/Misc/observable.js";
import { type AvatarError } from "../../diagnostics/avatarError.js";
import { type IAvatarAsset } from "../../format/avatarAsset.js";
import { type GaussianAttribute } from "../../format/mapModel.js";
import { type NetworkProvider } from "../../networks/networkRuntime.js";
import {
    AvatarTiers,
    ChooseTier,
    NetworksClassName,
    ReadNetworkSettings,
    ToMaximumRate,
    type AvatarTier,
    type INetworkSettings,
} from "./networkSettings.js";
import { AvatarPicture } from "../heads/avatarPicture.js";
import { UpdateMeter } from "./updateMeter.js";

/**
 * What the networks of an avatar are doing:
 * - `"idle"`: nothing, and nothing is asked of them;
 * - `"loading"`: on their way to the first maps of the wanted tier; the tier below is shown meanwhile;
 * - `"running"`: the wanted tier is shown;
 * - `"failed"`: no tier that is wanted could be had, {@link AvatarNetworks.error} tells why; the file's own Gaussians are shown.
 */
export type NetworkState = "idle" | "loading" | "running" | "failed";

/** A map as an image: front and back side by side, rows from the top. */
export interface IGaussianMap {
    /** Texels across both halves. */
    readonly width: number;
    /** Texels from top to bottom. */
    readonly height: number;
    /** Numbers of each texel. */
    readonly components: number;
    /** [height, width, components] numbers; NaN where a texel holds nothing. */
    readonly data: Float32Array;
}

/** Gives pictures of what a tier shows. @internal */
export interface IMapSource {
    /** Whether the last frame showed maps of its very pose and camera, as far as networks tell poses apart. */
    readonly isUpToDate: boolean;
    /** As {@link AvatarNetworks.readMapAsync}. */
    readonly readMapAsync: (attribute: GaussianAttribute | "pose") => Promise<IGaussianMap | null>;
}

/**
 * The networks that make an avatar's Gaussians, pose by pose: `avatar.networks`. They run by themselves, after frames and in
 * pieces that fit {@link AvatarRenderer.networkBudget}, for avatars that a camera sees. Joints move in every frame in any case;
 * what the networks add to a pose (folds, shading, the shape of a bent elbow) follows at {@link rate}.
 *
 * Where a tier cannot be had (no ONNX Runtime, a damaged network, too little memory) the avatar stays on the one below, and
 * {@link error} says why. Avatars without networks have this object too; it costs them nothing.
 *
 * @example
 * ```ts
 * const avatar = await LoadAvatarAsync("ada.glb", scene);
 * avatar.networks.preferredTier = "lite";
 * avatar.networks.onMapsUpdatedObservable.add(({ rate, latency }) => (label.text = `${rate.toFixed()} Hz, ${latency.toFixed()} ms`));
 * if ((await avatar.networks.whenReadyAsync()) === "baked") console.warn(avatar.networks.error?.message);
 * ```
 */
export class AvatarNetworks {
    /** Told whenever new maps are shown: those of one pose, all at once. */
    public readonly onMapsUpdatedObservable = new Observable<AvatarNetworks>();

    /** Told when {@link state} or {@link tier} changed. */
    public readonly onStateChangedObservable = new Observable<AvatarNetworks>();

    /** The refined picture of the head, where the file has one. */
    public readonly picture: AvatarPicture;

    private readonly _networked: readonly AvatarTier[];
    private readonly _errors = new Map<AvatarTier, AvatarError>();
    private readonly _meter = new UpdateMeter();
    private _waiting: (() => void)[] = [];
    private _preferredTier: AvatarTier | "auto";
    private _enabled: boolean;
    private _maximumRate: number;
    private _tier: AvatarTier = "baked";
    private _provider: NetworkProvider | null = null;
    private _progress = 0;
    private _maps: IMapSource | null = null;
    private _notified: NetworkState;

    /** The tier to have: what is preferred, as far as the file has it and it did not fail. @internal */
    public _wantedTier: AvatarTier;

    /**
     * Made by the avatar.
     *
     * @param asset whose networks
     * @param settings how they start
     */
    public constructor(asset: IAvatarAsset, settings: INetworkSettings) {
        const models = asset.headModel ? [...asset.mapModels, asset.headModel] : asset.mapModels;
        this._networked = models.map(({ tier }) => tier);
        this._preferredTier = settings.preferredTier;
        this._enabled = settings.enabled;
        this._maximumRate = ToMaximumRate(settings.maximumRate);
        this.picture = new AvatarPicture(settings.pictureSize);
        this._wantedTier = this._chooseTier();
        this._notified = this.state;
    }

    /**
     * Networks with the settings of a saved scene.
     *
     * @param parsed what {@link serialize} gave; what is wrong in it gets its default
     * @param asset whose networks
     */
    public static Parse(parsed: unknown, asset: IAvatarAsset): AvatarNetworks {
        return new AvatarNetworks(asset, ReadNetworkSettings(parsed));
    }

    /** @returns `"AvatarNetworks"` */
    public getClassName(): string {
        return "AvatarNetworks";
    }

    /** Tiers that the file has, cheapest first; `"baked"` is always among them. */
    public get availableTiers(): readonly AvatarTier[] {
        return AvatarTiers.filter((tier) => tier === "baked" || this._networked.includes(tier));
    }

    /** The tier that is shown now. */
    public get tier(): AvatarTier {
        return this._tier;
    }

    /**
     * The tier to show: `"auto"` is the cheapest that the file has networks for. Where the file or the device does not have
     * the one asked for, the next below is shown. Setting it, to what it was too, tries again what failed. (default: `"auto"`)
     */
    public get preferredTier(): AvatarTier | "auto" {
        return this._preferredTier;
    }

    /** Sets the tier to show. */
    public set preferredTier(tier: AvatarTier | "auto") {
        this._preferredTier = tier;
        this._errors.clear();
        this._notify();
    }

    /**
     * Whether networks run; the file's own Gaussians are shown otherwise. The tier that was shown stays in memory meanwhile,
     * and is shown again at once; to free it, set {@link preferredTier} to `"baked"`. (default: true)
     */
    public get enabled(): boolean {
        return this._enabled;
    }

    /** Lets networks run or stops them. */
    public set enabled(value: boolean) {
        this._enabled = value;
        this._notify();
    }

    /**
     * Most updates a second, 0..1000; 0 keeps the first maps for good. More than there are frames, infinity too, means every
     * frame; what is no rate gets the default. (default: 30)
     */
    public get maximumRate(): number {
        return this._maximumRate;
    }

    /** Sets how often maps change at most. */
    public set maximumRate(value: number) {
        this._maximumRate = ToMaximumRate(value);
    }

    /** What the networks are doing. */
    public get state(): NetworkState {
        const wanted = this._wantedTier;
        if (wanted === "baked") {
            return this._errors.size > 0 && this._enabled ? "failed" : "idle";
        }
        return wanted === this._tier ? "running" : "loading";
    }

    /** Why the best tier that is wanted is not shown; null while nothing went wrong. */
    public get error(): AvatarError | null {
        return [...this._errors.values()][0] ?? null;
    }

    /** Share of the networks that is loaded, 0..1. */
    public get progress(): number {
        return this.state === "running" ? 1 : this._progress;
    }

    /** Where the networks of the present tier run, `"webgpu"` or `"wasm"`, which is the processor; null while none do. */
    public get provider(): NetworkProvider | null {
        return this._provider;
    }

    /** Updates a second, over the last two seconds; 0 when there were none. */
    public get rate(): number {
        return this._meter.rate;
    }

    /** Milliseconds from reading the pose of the present maps to showing them; 0 before the first. */
    public get latency(): number {
        return this._meter.latency;
    }

    /**
     * Waits until the networks show their first maps, or turn out not to be available. Needs the scene to render meanwhile.
     *
     * @returns the tier that is shown then; see {@link error} when it is not the one hoped for. Never rejects
     */
    public async whenReadyAsync(): Promise<AvatarTier> {
        if (this.state === "loading") {
            await new Promise<void>((resolve) => {
                this._waiting.push(resolve);
            });
        }
        return this._tier;
    }

    /**
     * What the networks made last, to look at. Reads from the graphics device: for tools, not for every frame.
     *
     * @param attribute which map: an attribute of the Gaussians ahead of its activation (opacities as logits, scales as
     * logarithms, positions as metres from the template), or `"pose"`, what the networks see of the pose
     * @returns the map, or null while no networked tier is shown, and for heads, which have no maps
     */
    public async readMapAsync(attribute: GaussianAttribute | "pose"): Promise<IGaussianMap | null> {
        return (await this._maps?.readMapAsync(attribute)) ?? null;
    }

    /** @returns the settings, as plain data for a saved scene */
    public serialize(): INetworkSettings {
        const { preferredTier, enabled, maximumRate } = this;
        const pictureSize = this.picture.maximumSize;
        return { customType: NetworksClassName, preferredTier, enabled, maximumRate, pictureSize };
    }

    /** Stops everything; done with the avatar. Disposing twice is harmless. */
    public dispose(): void {
        this._enabled = false;
        this._maps = null;
        this._notify();
        this.onMapsUpdatedObservable.clear();
        this.onStateChangedObservable.clear();
    }

    /** Whether the last frame showed what networks make of its very pose; true where none are to come. For tools. @internal */
    public get _isUpToDate(): boolean {
        return this.state !== "loading" && (this._maps?.isUpToDate ?? true);
    }

    /** Notes how much is loaded. @internal */
    public _setProgress(share: number): void {
        this._progress = share;
    }

    /**
     * Notes what is shown from this frame on.
     * @param tier what is shown
     * @param provider where its networks run
     * @param maps gives its maps
     * @internal
     */
    public _show(tier: AvatarTier, provider: NetworkProvider | null, maps: IMapSource | null): void {
        const isNew = tier !== this._tier;
        this._tier = tier;
        this._provider = provider;
        this._maps = maps;
        if (isNew) {
            this._meter.reset();
            this._progress = 0;
            this._notify(true);
        }
    }

    /**
     * Notes that new maps are shown.
     * @param poseTime when their pose was read, milliseconds
     * @param now milliseconds
     * @internal
     */
    public _countUpdate(poseTime: number, now: number): void {
        this._meter.count(poseTime, now);
        this.onMapsUpdatedObservable.notifyObservers(this);
    }

    /**
     * Notes that a tier cannot be had; the next one below is wanted from now on.
     * @param tier the tier
     * @param error why
     * @internal
     */
    public _fail(tier: AvatarTier, error: AvatarError): void {
        this._errors.set(tier, error);
        this._notify();
    }

    /** Forgets failures: another graphics device may do better. @internal */
    public _retry(): void {
        this._errors.clear();
        this._notify();
    }

    private _chooseTier(): AvatarTier {
        const failed = (tier: AvatarTier): boolean => this._errors.has(tier);
        return this._enabled ? ChooseTier(this.availableTiers, this._preferredTier, failed) : "baked";
    }

    private _notify(isTierNew = false): void {
        this._wantedTier = this._chooseTier();
        const { state } = this;
        if (state !== "loading") {
            this._waiting.splice(0).forEach((resolve) => {
                resolve();
            });
        }
        if (state !== this._notified || isTierNew) {
            this._notified = state;
            this.onStateChangedObservable.notifyObservers(this);
        }
    }
}
