import { ArcRotateCamera } from "@babylonjs/core/Cameras/arcRotateCamera.js";
import { type WebGPUEngine, type WebGPUEngineOptions } from "@babylonjs/core/Engines/webgpuEngine.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Scene } from "@babylonjs/core/scene.js";
import { RenderPixelsAsync } from "../../src/cli/headless/headlessEngine.js";
import { type IAvatarAsset } from "../../src/format/avatarAsset.js";
import { WriteAvatar } from "../../src/format/writeAvatar.js";
import { AvatarRenderer, type GaussianAvatar, LoadAvatarAsync } from "../../src/pure.js";
import { type FrameTraffic } from "./frameTraffic.js";
import { CreateTestEngineAsync } from "./gpu.js";

/** Without new maps in so many frames there is nothing new: one to begin a run, one to show it, one for good measure. */
const StillFrames = 3;

/** A scene to show avatars with networks in, whose networks get all the time they want. */
export class NetworkStage {
    /** The engine. */
    public readonly engine: WebGPUEngine;
    /** The scene; see {@link restart}. */
    public scene: Scene;

    private constructor(engine: WebGPUEngine) {
        this.engine = engine;
        this.scene = MakeScene(engine);
    }

    /**
     * Makes the engine.
     *
     * @param size of the picture, pixels
     * @param options of the engine
     * @returns the stage; the caller disposes its engine
     */
    public static async CreateAsync(size: number, options?: WebGPUEngineOptions): Promise<NetworkStage> {
        return new NetworkStage(await CreateTestEngineAsync(size, size, options));
    }

    /** Draws a frame. @returns its picture, RGBA */
    public readonly renderAsync = async (): Promise<Uint8Array> =>
        await RenderPixelsAsync(this.engine, () => this.scene.render());

    /** Loads an avatar whose networks run as fast as they can. @param asset what is written and read */
    public async loadAsync(asset: IAvatarAsset): Promise<GaussianAvatar> {
        const avatar = await LoadAvatarAsync(WriteAvatar(asset), this.scene);
        avatar.networks.maximumRate = 1000;
        (await AvatarRenderer.GetAsync(this.scene)).networkBudget = 1000;
        return avatar;
    }

    /**
     * Draws until something is so.
     *
     * @param isSo tells
     * @param frames most frames
     */
    public async renderUntilAsync(isSo: () => boolean, frames = 2000): Promise<void> {
        for (let frame = 0; frame < frames; frame++) {
            if (isSo()) {
                return;
            }
            await this.renderAsync();
            await SettleAsync();
        }
        throw new Error("It did not come about within so many frames.");
    }

    /** Draws until an avatar's networks show something, or turned out to be of no use. @param avatar the avatar */
    public async readyAsync(avatar: GaussianAvatar): Promise<void> {
        await this.renderUntilAsync(() => avatar.networks.state !== "loading");
    }

    /** Draws until the maps are those of the present pose and camera. @param avatar whose */
    public async settleAsync({ networks }: GaussianAvatar): Promise<void> {
        let still = 0;
        const observer = networks.onMapsUpdatedObservable.add(() => (still = 0));
        await this.renderUntilAsync(() => still++ > StillFrames);
        observer.remove();
    }

    /** Takes all avatars away, puts the camera where it was, and gives networks the time they usually have. */
    public async clearAsync(): Promise<void> {
        for (const mesh of this.scene.meshes.slice()) {
            mesh.dispose();
        }
        const camera = this.scene.activeCamera as ArcRotateCamera;
        camera.alpha = Math.PI / 2;
        camera.beta = Math.PI / 2;
        (await AvatarRenderer.GetAsync(this.scene)).networkBudget = 4;
    }

    /**
     * Draws frames in which an avatar moves, without reading them, until its networks have followed a few times.
     *
     * @param avatar the avatar
     * @param updates how many times
     * @param traffic told which part of a frame is the scene's
     */
    public async moveAsync(avatar: GaussianAvatar, updates: number, traffic: FrameTraffic): Promise<void> {
        const { engine, scene } = this;
        let seen = 0;
        const observer = avatar.networks.onMapsUpdatedObservable.add(() => seen++);
        for (let frame = 0; frame < 1000 && seen < updates; frame++) {
            RaiseArms(avatar, Math.sin(frame));
            engine.beginFrame();
            traffic.count(() => {
                scene.render();
            });
            engine.endFrame();
            await engine._device.queue.onSubmittedWorkDone();
            await SettleAsync();
        }
        observer.remove();
    }

    /** Begins anew with another scene, in which networks choose anew what computes. */
    public restart(): void {
        this.scene.dispose();
        this.scene = MakeScene(this.engine);
    }
}

/** Lets what is under way come to an end: reading back, a run on the processor. */
export async function SettleAsync(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 15));
}

/**
 * Raises the arms.
 *
 * @param avatar whose
 * @param angle radians
 */
export function RaiseArms(avatar: GaussianAvatar, angle: number): void {
    for (const side of ["left", "right"] as const) {
        avatar.getJoint(`${side}_shoulder`)!.rotationQuaternion = Quaternion.RotationAxis(
            new Vector3(0, 0, side === "left" ? 1 : -1),
            angle,
        );
    }
}

/**
 * Lets a software device pass for hardware, so that networks run on it.
 *
 * @param device the device
 * @returns undoes it
 */
export function PretendHardware(device: GPUDevice): () => void {
    const info = device.adapterInfo;
    const hardware = { vendor: "a", architecture: "b", device: "c", description: "d", isFallbackAdapter: false };
    Object.defineProperty(device, "adapterInfo", { configurable: true, value: hardware });
    return () => {
        Object.defineProperty(device, "adapterInfo", { configurable: true, value: info });
    };
}

/**
 * Follows the GPU buffers made from here on, without those of Babylon, which it pools.
 *
 * @param device whose
 */
export function TrackBuffers(device: GPUDevice): { live(): GPUBuffer[]; stop(): void } {
    const live = new Set<GPUBuffer>();
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
        const buffer = create(descriptor);
        const destroy = buffer.destroy.bind(buffer);
        if (!buffer.label.startsWith("BabylonWebGPUDevice")) {
            live.add(buffer);
        }
        buffer.destroy = () => {
            live.delete(buffer);
            destroy();
        };
        return buffer;
    };
    const stop = (): void => {
        device.createBuffer = create;
    };
    return { live: () => [...live], stop };
}

/** A transparent scene with a camera in front of the person. */
function MakeScene(engine: WebGPUEngine): Scene {
    const scene = new Scene(engine);
    scene.clearColor = new Color4(0, 0, 0, 0);
    const camera = new ArcRotateCamera("camera", Math.PI / 2, Math.PI / 2, 3, new Vector3(0, 0.9, 0), scene);
    camera.minZ = 0.1;
    return scene;
}
