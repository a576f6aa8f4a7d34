import { Logger } from "@babylonjs/core/Misc/logger.js";
import { AvatarError } from "../../diagnostics/avatarError.js";
import { type GaussianAvatar } from "../gaussianAvatar.js";
import { type INetworkedAvatar } from "../networks/networkedAvatar.js";
import { type SplatPipeline } from "../../pipeline/splatPipeline.js";
import { type ScenePump } from "../networks/scenePump.js";
import { type HeadDirector } from "./headDirector.js";
import { type HeadPictures } from "./headPictures.js";

/**
 * The heads of a scene's avatars, seen from the frame. What makes them is in a file of its own, fetched when the first avatar wants
 * its head made: scenes without pay a comparison a frame.
 */
export class SceneHeads {
    private readonly _device: GPUDevice;
    private readonly _pipeline: SplatPipeline;
    private readonly _pump: ScenePump;
    private readonly _avatars: INetworkedAvatar[] = [];
    private _director: HeadDirector | null = null;
    private _isLoading = false;
    private _isDisposed = false;

    /**
     * @param device the graphics device; borrowed
     * @param pipeline draws them; borrowed
     * @param pump runs networks; borrowed
     */
    public constructor(device: GPUDevice, pipeline: SplatPipeline, pump: ScenePump) {
        this._device = device;
        this._pipeline = pipeline;
        this._pump = pump;
    }

    /** Their refined pictures; null while no head has one. */
    public get pictures(): HeadPictures | null {
        return this._director?.pictures ?? null;
    }

    /** Takes an avatar in, if its file has a head. @param entry the avatar and its place */
    public add(entry: INetworkedAvatar): void {
        if (entry.avatar.asset.headModel) {
            entry.avatar.networks._retry(); // what failed on another device may do here
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
     * Shows what is wanted, ahead of reading poses and expressions.
     *
     * @param encoder the frame's
     */
    public beginFrame(encoder: GPUCommandEncoder): void {
        if (this._director) {
            this._director.beginFrame(encoder);
        } else if (!this._isLoading) {
            for (const { avatar } of this._avatars) {
                if (avatar.networks._wantedTier !== "baked" && !this._isLoading) {
                    this._isLoading = true;
                    void this._loadAsync();
                }
            }
        }
    }

    /**
     * Makes heads anew that have changed, once poses and expressions are read.
     *
     * @param encoder the frame's, submitted ahead of what skins
     */
    public encode(encoder: GPUCommandEncoder): void {
        this._director?.encode(encoder);
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
            const [{ HeadDirector }, pump] = await Promise.all([
                import(/* webpackChunkName: "networks-heads" */ "./headDirector.js"),
                this._pump.getAsync(),
            ]);
            if (!this._isDisposed) {
                this._director = new HeadDirector(this._device, this._pipeline, pump);
                for (const entry of this._avatars) {
                    this._director.add(entry);
                }
            }
        } catch (error) {
            const failure = new AvatarError(
                "runtime-missing",
                `The code that makes heads could not be loaded: ${String(error)}`,
                {
                    cause: error,
                },
            );
            Logger.Error(failure.message);
            for (const { avatar } of this._avatars) {
                avatar.networks._fail(avatar.asset.headModel!.tier, failure);
            }
        } finally {
            this._isLoading = false; // a file that did not come may when it is next asked for
        }
    }
}
