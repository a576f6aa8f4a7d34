import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Scene } from "@babylonjs/core/scene.js";
import { setTimeout } from "node:timers/promises";
import { AvatarRenderer } from "../../avatar/avatarRenderer.js";
import { type GaussianAvatar } from "../../avatar/gaussianAvatar.js";
import { LoadAvatarAsync } from "../../avatar/loadAvatar.js";
import { type IPinhole } from "../../math/pinhole.js";
import { CreateHeadlessEngineAsync, RenderPixelsAsync } from "../headless/headlessEngine.js";
import { CliError } from "../cliError.js";
import { PinholeCamera } from "./pinholeCamera.js";
import { Unpremultiply } from "./pngFile.js";
import { PosedSpheres, SkinMatrixFloats } from "./posedSpheres.js";

/** Milliseconds a frame that networks may take when nobody watches. */
const UnboundedBudget = 1000;

/** Milliseconds that a pose may take: the official networks take a minute on two processor cores. */
const LongestWait = 300_000;

/** Side of refined pictures of heads, at most: that of the published method. */
const LargestPicture = 2048;

/** What to set up for pictures of an avatar. */
export interface IAvatarStageOptions {
    /** Width of the pictures, pixels. */
    readonly width: number;
    /** Height of the pictures, pixels. */
    readonly height: number;
    /** Red, green, blue, alpha, each 0..1, sRGB display values. */
    readonly background: readonly [number, number, number, number];
    /** Take the software adapter even where there is a GPU (default: false). */
    readonly software?: boolean;
}

/**
 * A Babylon scene in Node with one avatar in it and nothing else. The scene is right-handed, so that its world is SMPL
 * space: no mirror lies between a calibrated camera and the person.
 */
export class AvatarStage {
    /** The avatar. Owned. */
    public readonly avatar: GaussianAvatar;
    private readonly _engine: WebGPUEngine;
    private readonly _scene: Scene;
    private _isWarm = false;

    private constructor(engine: WebGPUEngine, scene: Scene, avatar: GaussianAvatar) {
        this._engine = engine;
        this._scene = scene;
        this.avatar = avatar;
    }

    /**
     * Sets the stage.
     *
     * @param glb bytes of the avatar file
     * @param options size, background, adapter
     * @returns the stage; the caller disposes it
     * @throws HeadlessError when there is no WebGPU in this process
     */
    public static async CreateAsync(glb: Uint8Array, options: IAvatarStageOptions): Promise<AvatarStage> {
        const engine = await CreateHeadlessEngineAsync({ ...options, engineOptions: { setMaximumLimits: true } });
        try {
            const scene = new Scene(engine);
            scene.useRightHandedSystem = true;
            scene.clearColor = new Color4(...options.background);
            return new AvatarStage(engine, scene, await LoadAvatarAsync(glb, scene));
        } catch (error) {
            engine.dispose();
            throw error;
        }
    }

    /**
     * Spheres around the Gaussians in the present pose, see {@link PosedSpheres}.
     *
     * @returns [n,4] middle and radius, metres, SMPL space
     */
    public getSpheres(): Float32Array {
        const { asset } = this.avatar;
        const matrices = new Float32Array(asset.joints.length * SkinMatrixFloats);
        this.avatar._updatePose(matrices);
        return PosedSpheres(asset.gaussians, matrices);
    }

    /**
     * Takes the pictures that follow with this camera.
     *
     * @param pinhole the camera
     */
    public setCamera(pinhole: IPinhole): void {
        this._scene.activeCamera?.dispose();
        this._scene.activeCamera = new PinholeCamera("camera", pinhole, this._scene);
    }

    /**
     * Draws the avatar in its present pose.
     *
     * @returns RGBA, 8 bits a channel, rows from the top, colours not multiplied by alpha
     */
    public async drawAsync(): Promise<Uint8Array> {
        const render = (): void => {
            this._scene.render();
        };
        if (!this._isWarm) {
            // The first frame only starts the shaders' compilation.
            await RenderPixelsAsync(this._engine, render);
            await this._scene.whenReadyAsync();
            this._isWarm = true;
        }
        return Unpremultiply(await RenderPixelsAsync(this._engine, render));
    }

    /**
     * Draws the avatar in its present pose with what its networks make of that very pose, however long they take.
     *
     * @returns as {@link drawAsync}
     * @throws CliError `networks-failed` when they cannot be had, or take minutes
     */
    public async drawSettledAsync(): Promise<Uint8Array> {
        const { networks } = this.avatar;
        networks.maximumRate = Infinity;
        // The tier that would be chosen, by its name: who asks for a picture waits for it, also where a game could not.
        const wanted = networks.availableTiers[1] ?? "baked";
        if (networks.preferredTier === "auto") {
            networks.preferredTier = wanted;
            networks.picture.maximumSize = LargestPicture;
        }
        (await AvatarRenderer.GetAsync(this._scene)).networkBudget = UnboundedBudget;
        const deadline = performance.now() + LongestWait;
        for (;;) {
            // eslint-disable-next-line no-await-in-loop -- frame by frame
            const picture = await this.drawAsync();
            if (networks.error) {
                throw new CliError(
                    "networks-failed",
                    `The networks of "${this.avatar.name}" do not run here: ${networks.error.message}`,
                    { cause: networks.error },
                );
            }
            if (networks._isUpToDate) {
                return picture;
            }
            if (performance.now() > deadline) {
                throw new CliError(
                    "networks-failed",
                    `The networks of "${this.avatar.name}" took more than ${LongestWait / 1000} s for a pose.`,
                );
            }
            // eslint-disable-next-line no-await-in-loop -- lets what is under way come to an end
            await setTimeout(1);
        }
    }

    /** Removes the avatar, the scene and the engine. */
    public dispose(): void {
        this._scene.dispose();
        this._engine.dispose();
    }
}
