import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { SplatPipeline } from "../pipeline/splatPipeline.js";
import { GetAvatarDevice } from "./avatarDevice.js";
import { AvatarSlots } from "./avatarSlots.js";
import { CameraViews } from "./cameraViews.js";
import { SplatMesh } from "./splatMesh.js";

/** The renderer of each scene, from the moment its kernels begin to compile. */
const Renderers = new WeakMap<Scene, Promise<AvatarRenderer>>();

const EncoderDescriptor: GPUCommandEncoderDescriptor = { label: "gaussian avatars" };

/**
 * Draws all Gaussian avatars of a scene together: one buffer of posed Gaussians, one sort per camera, one draw.
 *
 * There is one renderer per scene, made when the first avatar is loaded and disposed with the scene. It follows the
 * scene: whatever `GaussianAvatar` is in `scene.meshes` when a frame begins is drawn in that frame, in the pose its
 * joints have then. A frame's work goes into a command encoder of its own that is submitted ahead of Babylon's; nothing
 * is read back, awaited or allocated. While the scene has no avatar, the renderer keeps nothing but compiled kernels.
 */
export class AvatarRenderer {
    private readonly _scene: Scene;
    private readonly _views: CameraViews;
    private readonly _submission: GPUCommandBuffer[] = [];
    private readonly _removeObservers: (() => void)[];
    private _device: GPUDevice;
    private _pipeline: SplatPipeline | null;
    private _slots: AvatarSlots;
    private _mesh: SplatMesh | null = null;

    private constructor(scene: Scene, engine: WebGPUEngine, device: GPUDevice, pipeline: SplatPipeline) {
        this._scene = scene;
        this._device = device;
        this._pipeline = pipeline;
        this._slots = new AvatarSlots(device, pipeline);
        this._views = new CameraViews(scene);
        const update = scene.onBeforeRenderObservable.add(() => {
            this._encodeFrame();
        });
        const lost = engine.onContextLostObservable.add(() => {
            this._release();
        });
        const restored = engine.onContextRestoredObservable.add(() => {
            this._restoreAsync(engine).catch((error: unknown) => {
                Logger.Error(`Gaussian avatars did not come back with the graphics device: ${String(error)}`);
            });
        });
        const gone = scene.onDisposeObservable.add(() => {
            this.dispose();
        });
        this._removeObservers = [update, lost, restored, gone].map((observer) => () => {
            observer.remove();
        });
    }

    /**
     * The renderer of a scene, made on first use.
     *
     * @param scene a scene on a WebGPU engine
     * @returns the renderer, ready to draw
     * @throws AvatarDeviceError `webgpu-unavailable` when the scene's engine is not a WebGPU engine
     */
    public static async GetAsync(scene: Scene): Promise<AvatarRenderer> {
        let renderer = Renderers.get(scene);
        if (!renderer) {
            renderer = AvatarRenderer._CreateAsync(scene);
            Renderers.set(scene, renderer);
            // A scene that could not be served may be served later, on another attempt.
            renderer.catch(() => Renderers.delete(scene));
        }
        return await renderer;
    }

    private static async _CreateAsync(scene: Scene): Promise<AvatarRenderer> {
        const { engine, device } = GetAvatarDevice(scene.getEngine());
        return new AvatarRenderer(scene, engine, device, await SplatPipeline.CreateAsync(device));
    }

    /** Number of Gaussians in the scene, visible or not. */
    public get splatCount(): number {
        return this._pipeline?.splatCount ?? 0;
    }

    /** Number of avatars in the scene. */
    public get avatarCount(): number {
        return this._slots.count;
    }

    /**
     * Whether GPU times are measured, for {@link readTimesAsync}. Needs the device feature `timestamp-query`. (default: false)
     */
    public get measuresTimes(): boolean {
        return this._pipeline?.timer.enabled ?? false;
    }

    /** Starts or stops measuring. */
    public set measuresTimes(value: boolean) {
        if (this._pipeline) {
            this._pipeline.timer.enabled = value;
        }
    }

    /**
     * GPU time of each stage in the last measured frame. Call it outside the frame, a few times a second.
     *
     * @returns milliseconds by stage, or null when nothing was measured
     */
    public async readTimesAsync(): Promise<Readonly<Record<string, number>> | null> {
        return (await this._pipeline?.timer.readAsync()) ?? null;
    }

    /** Frees everything on the GPU and stops following the scene. Disposing twice is harmless. */
    public dispose(): void {
        for (const remove of this._removeObservers.splice(0)) {
            remove();
        }
        this._release();
        Renderers.delete(this._scene);
    }

    private _encodeFrame(): void {
        const pipeline = this._pipeline;
        if (!pipeline) {
            return;
        }
        if (this._slots.follow(this._scene)) {
            this._openOrCloseMesh(pipeline);
        }
        if (this._slots.count === 0) {
            return;
        }
        this._slots.updateInstances();
        this._views.follow(pipeline);
        const encoder = this._device.createCommandEncoder(EncoderDescriptor);
        pipeline.encode(encoder);
        this._mesh?.encodeDrawArguments(encoder);
        this._submission[0] = encoder.finish();
        this._device.queue.submit(this._submission);
    }

    private _openOrCloseMesh(pipeline: SplatPipeline): void {
        if (this._slots.count === 0) {
            this._closeMesh();
            return;
        }
        this._mesh ??= new SplatMesh(this._scene, () => this._views.get(this._scene.activeCamera));
        this._mesh.maximumSplats = pipeline.splatCount;
    }

    private _closeMesh(): void {
        this._mesh?.dispose();
        this._mesh = null;
        this._views.clear();
    }

    private _release(): void {
        this._closeMesh();
        this._slots.dispose();
        this._pipeline?.dispose();
        this._pipeline = null;
    }

    private async _restoreAsync(engine: WebGPUEngine): Promise<void> {
        const { device } = GetAvatarDevice(engine);
        const pipeline = await SplatPipeline.CreateAsync(device);
        if (this._removeObservers.length === 0 || this._pipeline) {
            pipeline.dispose(); // disposed or restored once more meanwhile
            return;
        }
        this._device = device;
        this._pipeline = pipeline;
        this._slots = new AvatarSlots(device, pipeline);
    }
}
