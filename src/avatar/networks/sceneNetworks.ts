import { Logger } from "@babylonjs/core/Misc/logger.js";
import { AvatarError } from "../../diagnostics/avatarError.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { type NetworkDirector } from "./networkDirector.js";
import { type INetworkedAvatar } from "./networkedAvatar.js";
import { type ScenePump } from "./scenePump.js";

/**
 * The networks of a scene's avatars, seen from the frame. Everything that runs networks is in a file of its own, fetched when
 * the first avatar wants a tier that has some: scenes without pay a few comparisons a frame.
 */
export class SceneNetworks {
    private readonly _device: GPUDevice;
    private readonly _pump: ScenePump;
    private readonly _avatars: INetworkedAvatar[] = [];
    private _director: NetworkDirector | null = null;
    private _loading: Promise<void> | null = null;
    private _isDisposed = false;

    /**
     * @param device the graphics device; borrowed
     * @param pump runs networks; borrowed
     */
    public constructor(device: GPUDevice, pump: ScenePump) {
        this._device = device;
        this._pump = pump;
    }

    /** Takes an avatar in, as far as its file has networks. @param entry the avatar and its place */
    public add(entry: INetworkedAvatar): void {
        if (entry.avatar.asset.mapModels.length > 0) {
            // What failed on another device may do here.
            entry.avatar.networks._retry();
            this._avatars.push(entry);
            this._director?.add(entry);
        }
    }

    /** Lets an avatar go; its place in the pipeline is gone already. @param avatar the avatar */
    public remove(avatar: GaussianAvatar): void {
        const index = this._avatars.findIndex((entry) => entry.avatar === avatar);
        if (index >= 0) {
            this._avatars.splice(index, 1);
            this._director?.remove(avatar);
            avatar.networks._show("baked", null, null);
        }
    }

    /**
     * Shows what is new, ahead of the skinning of the frame.
     *
     * @param encoder the frame's
     */
    public beginFrame(encoder: GPUCommandEncoder): void {
        if (this._avatars.length === 0) {
            return;
        }
        if (this._director) {
            this._director.beginFrame(encoder);
        } else if (!this._loading) {
            for (const { avatar } of this._avatars) {
                if (avatar.networks._wantedTier !== "baked") {
                    this._loading ??= this._loadAsync();
                }
            }
        }
    }

    /** After the frame was submitted: says what is new. */
    public endFrame(): void {
        this._director?.endFrame();
    }

    /** Frees everything; avatars show their own Gaussians again when they are next drawn. Twice is fine. */
    public dispose(): void {
        this._isDisposed = true;
        this._director?.dispose();
        this._director = null;
        for (const { avatar } of this._avatars.splice(0)) {
            avatar.networks._show("baked", null, null);
        }
    }

    private async _loadAsync(): Promise<void> {
        try {
            const [{ NetworkDirector }, pump] = await Promise.all([
                import(/* webpackChunkName: "networks" */ "./networkDirector.js"),
                this._pump.getAsync(),
            ]);
            if (!this._isDisposed) {
                this._director = new NetworkDirector(this._device, pump);
                for (const entry of this._avatars) {
                    this._director.add(entry);
                }
            }
        } catch (error) {
            // A file of the application's bundle did not come. It may when it is next asked for.
            this._loading = null;
            const failure = new AvatarError(
                "runtime-missing",
                `The code that runs networks could not be loaded: ${String(error)}`,
                { cause: error },
            );
            Logger.Error(failure.message);
            for (const { avatar } of this._avatars) {
                for (const { tier } of avatar.asset.mapModels) {
                    avatar.networks._fail(tier, failure);
                }
            }
        }
    }
}
