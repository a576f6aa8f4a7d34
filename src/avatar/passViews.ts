import { type WebGPUDrawContext } from "@babylonjs/core/Engines/WebGPU/webgpuDrawContext.js";
import { type WebGPUEngine } from "@babylonjs/core/Engines/webgpuEngine.pure.js";
import { WebGPUDataBuffer } from "@babylonjs/core/Meshes/WebGPU/webgpuDataBuffer.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { HeadPictureLayout, MaxHeadPictures } from "../pipeline/7-composite/headPictureLayout.js";
import { type SplatPipeline } from "../pipeline/splatPipeline.js";
import { type SplatView } from "../pipeline/splatView.js";
import { type SceneHeads } from "./heads/sceneHeads.js";

/** Index count, instance count, first index, base vertex, first instance: five words. */
const IndirectDrawBytes = 20;

const EncoderDescriptor: GPUCommandEncoderDescriptor = { label: "gaussian avatars, one pass" };

/** A view's buffers as Babylon binds them. */
interface IBabylonBuffers {
    readonly projectedSplats: WebGPUDataBuffer;
    readonly sortedIndices: WebGPUDataBuffer;
    readonly drawArguments: WebGPUDataBuffer;
}

/** What one of Babylon's render passes sees: a camera, an eye of a rig, a render target. */
interface IPassView {
    readonly view: SplatView;
    /** Babylon's record of this pass's draw; null until the first draw. */
    drawContext: WebGPUDrawContext | null;
    /** Frame for which the view was last computed. */
    frame: number;
    generation: number;
    buffers: IBabylonBuffers;
    /** What it shows of the refined pictures of heads; null while there are none. */
    pictures: IPassPictures | null;
}

/** The refined pictures of heads as a pass shows them: rows of `HeadPictureLayout`. */
interface IPassPictures {
    readonly floats: Float32Array<ArrayBuffer>;
    readonly words: Uint32Array<ArrayBuffer>;
    readonly buffer: GPUBuffer;
    readonly wrapped: WebGPUDataBuffer;
}

/**
 * The sorted views of a scene's render passes, by Babylon's render pass id. A view is computed when Babylon records the
 * draw of its pass, since only then camera, target and viewport are known for certain; the commands are submitted at
 * once, and Babylon's own follow at the end of the frame. Allocates only when a pass is new.
 *
 * Babylon's indirect draws are not public API: `WebGPUDrawContext.enableIndirectDraw`, `indirectDrawBuffer` and
 * `engine.currentRenderPassId` must be checked when Babylon is upgraded (checked with 9.34). A draw context exists only
 * after a pass was drawn once, so that first draw uses the CPU's upper bound, whose surplus quads the vertex shader moves
 * out of sight.
 */
export class PassViews {
    private readonly _device: GPUDevice;
    private readonly _pipeline: SplatPipeline;
    private readonly _heads: SceneHeads;
    private readonly _camera: { view: ArrayLike<number>; projection: ArrayLike<number>; height: number } = {
        view: [],
        projection: [],
        height: 0,
    };
    private readonly _passes = new Map<number, IPassView>();
    private readonly _submission: GPUCommandBuffer[] = [];
    private _current: IPassView | null = null;
    private _frame = 0;
    private _hasReportedError = false;

    /**
     * @param device device of the pipeline; borrowed
     * @param pipeline makes and computes views; borrowed
     * @param heads have refined pictures; borrowed
     */
    public constructor(device: GPUDevice, pipeline: SplatPipeline, heads: SceneHeads) {
        this._device = device;
        this._pipeline = pipeline;
        this._heads = heads;
    }

    /** Begins a frame: every pass is computed anew, and those that Babylon disposed of are forgotten. */
    public beginFrame(): void {
        this._frame++;
        this._passes.forEach(this._forgetIfDisposed);
    }

    /**
     * Computes the view of the pass that Babylon is recording, once a frame.
     *
     * @param scene whose current camera matrices and viewport to use
     * @returns false when there is nothing to draw with
     */
    public prepare(scene: Scene): boolean {
        const engine = scene.getEngine() as WebGPUEngine;
        const pass = this._passes.get(engine.currentRenderPassId) ?? this._addPass(engine.currentRenderPassId);
        this._current = pass;
        if (!pass) {
            return false;
        }
        if (pass.frame !== this._frame) {
            pass.frame = this._frame;
            // Of the target being drawn to, be it the canvas or a texture.
            const viewport = engine.currentViewport;
            const view = scene.getViewMatrix().m;
            const projection = scene.getProjectionMatrix().m;
            const width = engine.getRenderWidth() * (viewport?.width ?? 1);
            const height = engine.getRenderHeight() * (viewport?.height ?? 1);
            pass.view.setCamera(view, projection, width, height, engine.useReverseDepthBuffer);
            this._describePictures(pass, engine.currentRenderPassId, view, projection, height);
            this._submit(pass);
        }
        return true;
    }

    /**
     * Binds the view of the pass that was prepared last.
     *
     * @param context Babylon's record of the draw
     */
    public bind(context: WebGPUDrawContext): void {
        const pass = this._current;
        if (!pass) {
            return;
        }
        if (pass.generation !== pass.view.generation) {
            pass.generation = pass.view.generation;
            pass.buffers = WrapBuffers(pass.view);
        }
        context.setBuffer("projectedSplats", pass.buffers.projectedSplats);
        context.setBuffer("sortedIndices", pass.buffers.sortedIndices);
        context.setBuffer("drawArguments", pass.buffers.drawArguments);
        if (pass.pictures) {
            context.setBuffer("headPictures", pass.pictures.wrapped);
        }
        if (pass.drawContext !== context) {
            context.enableIndirectDraw = true;
            pass.drawContext = context;
        }
    }

    /** Frees the views. */
    public dispose(): void {
        for (const { view, pictures } of this._passes.values()) {
            view.dispose();
            pictures?.buffer.destroy();
        }
        this._passes.clear();
        this._current = null;
    }

    private _describePictures(
        pass: IPassView,
        id: number,
        view: ArrayLike<number>,
        projection: ArrayLike<number>,
        height: number,
    ): void {
        const { pictures } = this._heads;
        if (!pictures) {
            return;
        }
        const { _camera: camera } = this;
        camera.view = view;
        camera.projection = projection;
        camera.height = height;
        pass.pictures ??= MakePassPictures(this._device);
        const { floats, words, buffer } = pass.pictures;
        pictures.describe(id, camera, floats, words);
        this._device.queue.writeBuffer(buffer, 0, floats);
    }

    private _submit({ view, drawContext }: IPassView): void {
        const encoder = this._device.createCommandEncoder(EncoderDescriptor);
        this._pipeline.encodeView(encoder, view);
        if (drawContext?.indirectDrawBuffer) {
            encoder.copyBufferToBuffer(view.drawArguments, 0, drawContext.indirectDrawBuffer, 0, IndirectDrawBytes);
        }
        this._submission[0] = encoder.finish();
        this._device.queue.submit(this._submission);
    }

    private _addPass(id: number): IPassView | null {
        try {
            const view = this._pipeline.createView();
            const pass = {
                view,
                drawContext: null,
                frame: -1,
                generation: view.generation,
                buffers: WrapBuffers(view),
                pictures: null,
            };
            this._passes.set(id, pass);
            return pass;
        } catch (error) {
            if (!this._hasReportedError) {
                this._hasReportedError = true;
                Logger.Error(`Gaussian avatars are missing in one view: ${(error as Error).message}`);
            }
            return null;
        }
    }

    private readonly _forgetIfDisposed = (pass: IPassView, id: number): void => {
        if (pass.drawContext && !pass.drawContext.indirectDrawBuffer) {
            pass.view.dispose();
            pass.pictures?.buffer.destroy();
            this._passes.delete(id);
        }
    };
}

function MakePassPictures(device: GPUDevice): IPassPictures {
    const size = MaxHeadPictures * HeadPictureLayout.stride;
    const floats = new Float32Array(size / 4);
    const buffer = device.createBuffer({
        label: "pictures of heads",
        size,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    return { floats, words: new Uint32Array(floats.buffer), buffer, wrapped: new WebGPUDataBuffer(buffer, size) };
}

function WrapBuffers(view: SplatView): IBabylonBuffers {
    const wrap = (buffer: GPUBuffer): WebGPUDataBuffer => new WebGPUDataBuffer(buffer, buffer.size);
    return {
        projectedSplats: wrap(view.projectedSplats),
        sortedIndices: wrap(view.sortedIndices),
        drawArguments: wrap(view.drawArguments),
    };
}
