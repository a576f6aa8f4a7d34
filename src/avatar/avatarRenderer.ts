import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarDeviceError } from "../gpu/avatarDeviceError.js";
import { SplatPipeline } from "../pipeline/splatPipeline.js";
import { GetAvatarDevice } from "./avatarDevice.js";
import { AvatarSlots } from "./avatarSlots.js";
import { SceneHeads } from "./heads/sceneHeads.js";
import { DefaultNetworkBudget } from "./networks/networkSettings.js";
import { ScenePump } from "./networks/scenePump.js";
import { SceneNetworks } from "./networks/sceneNetworks.js";
import { PassViews } from "./passViews.js";
import { type AvatarColorSpace } from "./splatMaterial.js";
import { SplatMesh } from "./splatMesh.js";

/** The renderer of each scene, from the moment its kernels begin to compile. */
const Renderers = new WeakMap<Scene, Promise<AvatarRenderer>>();

const EncoderDescriptor: GPUCommandEncoderDescriptor = { label: "gaussian avatars, skinning" };

const Minimum = new Vector3();
const Maximum = new Vector3();

/** Everything that lives on one graphics device, and goes with it. */
interface IDeviceState {
    readonly device: GPUDevice;
    readonly pipeline: SplatPipeline;
    readonly slots: AvatarSlots;
    readonly networks: SceneNetworks;
    readonly heads: SceneHeads;
    readonly pump: ScenePump;
    mesh: SplatMesh | null;
    views: PassViews | null;
}

/**
 * Draws all Gaussian avatars of a scene together: one buffer of posed Gaussians, one sort per camera, one draw.
 *
 * There is one renderer per scene, made when the first avatar is loaded and disposed with the scene. It follows the
 * scene: whatever `GaussianAvatar` is in `scene.meshes` once all `onBeforeRenderObservable` observers have run is drawn
 * in that frame, in the pose its joints have then. The work goes into command encoders of its own, submitted ahead of
 * Babylon's; in a frame nothing is read back, awaited or allocated. (Networks that run on the processor read what they see of a
 * pose after it.) While the scene has no avatar, the renderer keeps nothing but
 * compiled kernels.
 */
export class AvatarRenderer {
    /**
     * Milliseconds of network work a frame, on average, shared out among all avatars of the scene: what they run on gets this
     * much less time for everything else. 0 stops all networks. (default: 4)
     */
    public networkBudget = DefaultNetworkBudget;

    /**
     * What avatars write into what is drawn to. Their colours are display values, and are blended as such, which is how they were
     * trained. A scene whose image processing comes as a post-process (HDR pipelines, tone mapping) takes light instead: with
     * `"linear"` splats write that, and come out of the pipeline's own conversion with the colours that they have. (default:
     * `"display"`)
     */
    public colorSpace: AvatarColorSpace = "display";

    private readonly _scene: Scene;
    private readonly _submission: GPUCommandBuffer[] = [];
    private readonly _removeObservers: (() => void)[];
    private _state: IDeviceState | null;
    private _isFrameBegun = false;
    private _measuresTimes = false;

    private constructor(scene: Scene, device: GPUDevice, pipeline: SplatPipeline) {
        this._scene = scene;
        this._state = MakeState(device, pipeline);
        const engine = scene.getEngine() as WebGPUEngine;
        this._removeObservers = [
            // The first call in a frame comes right after onBeforeRenderObservable: looks, aims and game logic are done.
            scene.onBeforeRenderTargetsRenderObservable.add(() => {
                this._beginFrame();
            }),
            scene.onAfterRenderObservable.add(() => {
                this._isFrameBegun = false;
                this._state?.networks.endFrame();
                this._state?.pump.endFrame(this.networkBudget);
            }),
            engine.onContextLostObservable.add(() => {
                this._release();
            }),
            engine.onContextRestoredObservable.add(() => {
                this._restoreAsync().catch((error: unknown) => {
                    Logger.Error(`Gaussian avatars did not come back with the graphics device: ${String(error)}`);
                });
            }),
            scene.onDisposeObservable.add(() => {
                this.dispose();
            }),
        ].map((observer) => () => {
            observer.remove();
        });
    }

    /**
     * The renderer of a scene, made on first use.
     *
     * @param scene a scene on a WebGPU engine
     * @returns the renderer, ready to draw
     * @throws AvatarDeviceError `webgpu-unavailable` when the scene's engine is not a WebGPU engine, `scene-disposed` when
     * the scene was disposed meanwhile
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
        const { device, pipeline } = await CreatePipelineAsync(scene);
        return new AvatarRenderer(scene, device, pipeline);
    }

    /** Number of Gaussians in the scene, visible or not. */
    public get splatCount(): number {
        return this._state?.pipeline.splatCount ?? 0;
    }

    /** Number of avatars in the scene. */
    public get avatarCount(): number {
        return this._state?.slots.count ?? 0;
    }

    /**
     * Whether GPU times are measured, for {@link readTimesAsync}. Needs the device feature `timestamp-query`. (default: false)
     */
    public get measuresTimes(): boolean {
        return this._measuresTimes;
    }

    /** Starts or stops measuring. */
    public set measuresTimes(value: boolean) {
        this._measuresTimes = value;
    }

    /**
     * GPU time of each stage in the last measured frame; with several cameras, of the first that was drawn. Call it outside
     * the frame, a few times a second.
     *
     * @returns milliseconds by stage, or null when nothing was measured
     */
    public async readTimesAsync(): Promise<Readonly<Record<string, number>> | null> {
        return (await this._state?.pipeline.timer.readAsync()) ?? null;
    }

    /** Frees everything on the GPU and stops following the scene. Disposing twice is harmless. */
    public dispose(): void {
        for (const remove of this._removeObservers.splice(0)) {
            remove();
        }
        this._release();
        Renderers.delete(this._scene);
    }

    private _beginFrame(): void {
        const state = this._state;
        if (this._isFrameBegun || !state) {
            return;
        }
        this._isFrameBegun = true;
        const { device, pipeline, slots, networks, heads } = state;
        if (device !== GetAvatarDevice(this._scene.getEngine()).device) {
            this._release(); // lost while its kernels compiled; those for the device of now are under way
            return;
        }
        slots.follow(this._scene);
        if (slots.count === 0) {
            CloseMesh(state);
            return;
        }
        const encoder = device.createCommandEncoder(EncoderDescriptor);
        networks.beginFrame(encoder);
        heads.beginFrame(encoder);
        slots.updateInstances(Minimum, Maximum);
        heads.encode(encoder);
        const mesh = this._openMesh(state);
        mesh.maximumSplats = pipeline.splatCount;
        mesh.setBounds(Minimum, Maximum);
        mesh.showColors(this.colorSpace);
        mesh.showPictures(heads.pictures?.array ?? null);
        pipeline.timer.enabled = this._measuresTimes;
        pipeline.encodeSkin(encoder);
        this._submission[0] = encoder.finish();
        device.queue.submit(this._submission);
        state.views?.beginFrame();
    }

    private _openMesh(state: IDeviceState): SplatMesh {
        // Somebody may have disposed all meshes of the scene, this one included.
        if (!state.mesh || state.mesh.isDisposed()) {
            state.views = new PassViews(state.device, state.pipeline, state.heads);
            state.mesh = new SplatMesh(this._scene, state.views);
        }
        return state.mesh;
    }

    private _release(): void {
        const state = this._state;
        this._state = null;
        if (state) {
            CloseMesh(state);
            state.slots.dispose();
            state.networks.dispose();
            state.heads.dispose();
            state.pump.dispose();
            state.pipeline.dispose();
        }
    }

    private async _restoreAsync(): Promise<void> {
        const { device, pipeline } = await CreatePipelineAsync(this._scene);
        if (this._removeObservers.length === 0 || this._state?.device === device) {
            pipeline.dispose(); // disposed, or restored once more meanwhile
            return;
        }
        this._release(); // compiled in time for a device that was lost at once
        this._state = MakeState(device, pipeline);
    }
}

function MakeState(device: GPUDevice, pipeline: SplatPipeline): IDeviceState {
    const pump = new ScenePump(device);
    const networks = new SceneNetworks(device, pump);
    const heads = new SceneHeads(device, pipeline, pump);
    const slots = new AvatarSlots(device, pipeline, networks, heads);
    return { device, pipeline, slots, networks, heads, pump, mesh: null, views: null };
}

function CloseMesh(state: IDeviceState): void {
    state.mesh?.dispose();
    state.mesh = null;
    state.views = null;
}

/** Compiles kernels on the device that the engine has once they are compiled; devices can be lost meanwhile. */
async function CreatePipelineAsync(scene: Scene): Promise<{ device: GPUDevice; pipeline: SplatPipeline }> {
    const { engine, device } = GetAvatarDevice(scene.getEngine());
    const pipeline = await SplatPipeline.CreateAsync(device);
    if (scene.isDisposed) {
        pipeline.dispose();
        throw new AvatarDeviceError(
            "scene-disposed",
            "The scene was disposed while an avatar was being loaded into it.",
        );
    }
    if (GetAvatarDevice(engine).device !== device) {
        pipeline.dispose();
        return await CreatePipelineAsync(scene);
    }
    return { device, pipeline };
}
