import { type Camera } from "@babylonjs/core/Cameras/camera.pure.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { type SplatPipeline } from "../pipeline/splatPipeline.js";
import { type SplatView } from "../pipeline/splatView.js";

/** A camera that rendered, and what it sees. */
interface ICameraSlot {
    readonly camera: Camera;
    readonly view: SplatView;
}

/** The sorted view of every camera of a scene that renders. Owns the views; allocates only when a camera is new. */
export class CameraViews {
    private readonly _scene: Scene;
    private readonly _slots: ICameraSlot[] = [];

    /** @param scene whose cameras to follow */
    public constructor(scene: Scene) {
        this._scene = scene;
    }

    /**
     * What a camera sees.
     *
     * @param camera a camera
     * @returns its view, or null when it did not render
     */
    public get(camera: Camera | null): SplatView | null {
        for (const slot of this._slots) {
            if (slot.camera === camera) {
                return slot.view;
            }
        }
        return null;
    }

    /**
     * Enables and updates the views of the cameras that render this frame, and disposes those of cameras that are gone.
     *
     * @param pipeline makes the views
     */
    public follow(pipeline: SplatPipeline): void {
        for (let i = this._slots.length - 1; i >= 0; i--) {
            const { camera, view } = this._slots[i]!;
            view.enabled = false;
            if (camera.isDisposed()) {
                this._slots.splice(i, 1);
                view.dispose();
            }
        }
        const { activeCamera, activeCameras } = this._scene;
        if (activeCameras && activeCameras.length > 0) {
            for (const camera of activeCameras) {
                this._update(pipeline, camera);
            }
        } else if (activeCamera) {
            this._update(pipeline, activeCamera);
        }
    }

    /** Disposes all views; following makes new ones. */
    public clear(): void {
        for (const { view } of this._slots.splice(0)) {
            view.dispose();
        }
    }

    private _update(pipeline: SplatPipeline, camera: Camera): void {
        let view = this.get(camera);
        if (!view) {
            view = pipeline.createView();
            this._slots.push({ camera, view });
        }
        const engine = this._scene.getEngine();
        const target = camera.outputRenderTarget;
        const width = (target?.getRenderWidth() ?? engine.getRenderWidth(true)) * camera.viewport.width;
        const height = (target?.getRenderHeight() ?? engine.getRenderHeight(true)) * camera.viewport.height;
        const projection = camera.getProjectionMatrix().m;
        view.enabled = true;
        view.setCamera(camera.getViewMatrix().m, projection, width, height, engine.useReverseDepthBuffer);
    }
}
