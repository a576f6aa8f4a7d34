import { type Camera } from "@babylonjs/core/Cameras/camera.pure.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { CanonicalGaussians } from "../pipeline/3-gaussians/canonicalGaussians.js";
import { type PipelineInstance } from "../pipeline/pipelineInstance.js";
import { SplatPipeline } from "../pipeline/splatPipeline.js";
import { type SplatView } from "../pipeline/splatView.js";
import { GetAvatarDevice } from "./avatarDevice.js";
import { GaussianAvatar } from "./gaussianAvatar.js";
import { SplatMesh } from "./splatMesh.js";

/** The renderer of each scene, from the moment its kernels begin to compile. */
const Renderers = new WeakMap<Scene, Promise<AvatarRenderer>>();

/** Gaussians on the GPU, shared by the avatars of one asset. */
interface ISharedGaussians {
    readonly gaussians: CanonicalGaussians;
    users: number;
}

/**
 * Draws all Gaussian avatars of a scene together: one buffer of posed Gaussians, one sort per camera, one draw.
 *
 * There is one renderer per scene, made when the first avatar is loaded and disposed with the scene. It follows the
 * scene: whatever {@link GaussianAvatar} is in `scene.meshes` when a frame begins is drawn in that frame, in the pose its
 * joints have then. A frame's work goes into a command encoder of its own that is submitted ahead of Babylon's; nothing
 * is read back, awaited or allocated. While the scene has no avatar, the renderer keeps nothing but compiled kernels.
 */
export class AvatarRenderer {
    private readonly _scene: Scene;
    private readonly _instances = new Map<GaussianAvatar, PipelineInstance>();
    private readonly _shared = new Map<IAvatarAsset, ISharedGaussians>();
    private readonly _refused = new WeakSet<GaussianAvatar>();
    private readonly _views = new Map<Camera, SplatView>();
    private readonly _removeObservers: (() => void)[];
    private _device: GPUDevice;
    private _pipeline: SplatPipeline | null;
    private _mesh: SplatMesh | null = null;

    private constructor(scene: Scene, engine: WebGPUEngine, device: GPUDevice, pipeline: SplatPipeline) {
        this._scene = scene;
        this._device = device;
        this._pipeline = pipeline;
        const update = scene.onBeforeRenderObservable.add(() => {
            this._encodeFrame();
        });
        const lost = engine.onContextLostObservable.add(() => {
            this._release();
        });
        const restored = engine.onContextRestoredObservable.add(() => {
            void this._restoreAsync(engine);
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
        return this._instances.size;
    }

    /**
     * Whether GPU times are measured, for {@link readTimesAsync}. Needs the device feature `timestamp-query`. (default: false)
     */
    public get measuresTimes(): boolean {
        return this._pipeline?.timer.enabled ?? false;
    }

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
        this._followScene(pipeline);
        if (this._instances.size === 0) {
            return;
        }
        for (const [avatar, instance] of this._instances) {
            UpdateInstance(avatar, instance);
        }
        this._followCameras(pipeline);
        const encoder = this._device.createCommandEncoder({ label: "gaussian avatars" });
        pipeline.encode(encoder);
        this._mesh?.encodeDrawArguments(encoder);
        this._device.queue.submit([encoder.finish()]);
    }

    /** Makes the pipeline hold exactly the avatars that are in the scene now. */
    private _followScene(pipeline: SplatPipeline): void {
        const before = this._instances.size;
        let found = 0;
        for (const mesh of this._scene.meshes) {
            if (mesh instanceof GaussianAvatar && (this._instances.has(mesh) || this._addAvatar(pipeline, mesh))) {
                found++;
            }
        }
        if (found === before && found === this._instances.size) {
            return;
        }
        if (found < this._instances.size) {
            const present = new Set(this._scene.meshes);
            for (const [avatar, instance] of this._instances) {
                if (!present.has(avatar)) {
                    this._removeAvatar(pipeline, avatar, instance);
                }
            }
        }
        this._openOrCloseMesh(pipeline);
    }

    private _addAvatar(pipeline: SplatPipeline, avatar: GaussianAvatar): boolean {
        if (this._refused.has(avatar)) {
            return false;
        }
        const { asset, name } = avatar;
        try {
            const shared = this._shared.get(asset) ?? {
                gaussians: new CanonicalGaussians(this._device, asset.gaussians, asset.morphTargets, name),
                users: 0,
            };
            this._shared.set(asset, shared);
            this._instances.set(avatar, pipeline.addInstance(shared.gaussians, asset.joints.length));
            shared.users++;
            return true;
        } catch (error) {
            // The scene goes on without this avatar; saying so once is enough.
            this._refused.add(avatar);
            this._forgetUnusedGaussians(asset);
            Logger.Error(`Gaussian avatar "${name}" is not drawn: ${(error as Error).message}`);
            return false;
        }
    }

    private _removeAvatar(pipeline: SplatPipeline, avatar: GaussianAvatar, instance: PipelineInstance): void {
        pipeline.removeInstance(instance);
        this._instances.delete(avatar);
        const shared = this._shared.get(avatar.asset);
        if (shared) {
            shared.users--;
        }
        this._forgetUnusedGaussians(avatar.asset);
    }

    private _forgetUnusedGaussians(asset: IAvatarAsset): void {
        const shared = this._shared.get(asset);
        if (shared?.users === 0) {
            shared.gaussians.dispose();
            this._shared.delete(asset);
        }
    }

    private _openOrCloseMesh(pipeline: SplatPipeline): void {
        if (this._instances.size === 0) {
            this._closeMesh();
            return;
        }
        this._mesh ??= new SplatMesh(this._scene, () => this._viewOf(this._scene.activeCamera));
        this._mesh.maximumSplats = pipeline.splatCount;
    }

    private _closeMesh(): void {
        this._mesh?.dispose();
        this._mesh = null;
        for (const view of this._views.values()) {
            view.dispose();
        }
        this._views.clear();
    }

    private _viewOf(camera: Camera | null): SplatView | null {
        return (camera && this._views.get(camera)) ?? null;
    }

    /** Gives every camera that will render this frame a sorted view. */
    private _followCameras(pipeline: SplatPipeline): void {
        for (const view of this._views.values()) {
            view.enabled = false;
        }
        const { activeCamera, activeCameras } = this._scene;
        if (activeCameras && activeCameras.length > 0) {
            for (const camera of activeCameras) {
                this._updateView(pipeline, camera);
            }
        } else if (activeCamera) {
            this._updateView(pipeline, activeCamera);
        }
        for (const [camera, view] of this._views) {
            if (camera.isDisposed()) {
                this._mesh?.forgetView(view);
                this._views.delete(camera);
                view.dispose();
            }
        }
    }

    private _updateView(pipeline: SplatPipeline, camera: Camera): void {
        let view = this._views.get(camera);
        if (!view) {
            view = pipeline.createView();
            this._views.set(camera, view);
        }
        const engine = this._scene.getEngine();
        const target = camera.outputRenderTarget;
        const width = (target?.getRenderWidth() ?? engine.getRenderWidth(true)) * camera.viewport.width;
        const height = (target?.getRenderHeight() ?? engine.getRenderHeight(true)) * camera.viewport.height;
        view.enabled = true;
        view.setCamera(
            camera.getViewMatrix().m,
            camera.getProjectionMatrix().m,
            width,
            height,
            engine.useReverseDepthBuffer,
        );
    }

    private _release(): void {
        this._closeMesh();
        this._instances.clear();
        for (const { gaussians } of this._shared.values()) {
            gaussians.dispose();
        }
        this._shared.clear();
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
    }
}

function UpdateInstance(avatar: GaussianAvatar, instance: PipelineInstance): void {
    instance.enabled = avatar.isEnabled() && avatar.isVisible && avatar.visibility > 0;
    instance.opacity = avatar.visibility;
    if (!instance.enabled) {
        return;
    }
    avatar._updatePose(instance.skinMatrices);
    const expressions = avatar.morphTargetManager;
    const { morphWeights } = instance;
    for (let channel = 0; channel < morphWeights.length; channel++) {
        morphWeights[channel] =
            expressions && channel < expressions.numTargets ? expressions.getTarget(channel).influence : 0;
    }
}
