import { GrowableBuffer } from "../gpu/growableBuffer.js";
import { StageTimer } from "../gpu/stageTimer.js";
import { type ISplatSource } from "./3-gaussians/splatSource.js";
import { PosedGaussianLayout } from "./4-skin/posedGaussianLayout.js";
import { SkinStage } from "./4-skin/skinStage.js";
import { ProjectStage } from "./5-sort/projectStage.js";
import { SortStage } from "./5-sort/sortStage.js";
import { type IInstanceOwner, PipelineInstance } from "./pipelineInstance.js";
import { SplatView } from "./splatView.js";

/** The stages that are timed, in their order. */
export const PipelineStages = ["skin", "project", "sort"] as const;

/** Name of a timed stage. */
export type PipelineStage = (typeof PipelineStages)[number];

const SkinPass = 0;
const ProjectPass = 1;
const SortPass = 2;

/**
 * Everything between poses and the draw, for all persons of a scene together: skins them into one buffer, then projects,
 * culls and sorts that buffer for every camera. One a scene. Owns its stages, instances and views; borrows the device and the
 * canonical Gaussians.
 *
 * @example
 * ```ts
 * const pipeline = await SplatPipeline.CreateAsync(device);
 * const view = pipeline.createView();
 * const ada = pipeline.addInstance(new CanonicalGaussians(device, asset.gaussians, asset.morphTargets, "ada"), 55);
 * // every frame:
 * ada.skinMatrices.set(matrices);
 * view.setCamera(viewMatrix, projectionMatrix, 1280, 720);
 * pipeline.encodeSkin(encoder);
 * pipeline.encodeView(encoder, view);
 * // … then draw view.projectedSplats in the order of view.sortedIndices, drawIndexedIndirect(view.drawArguments, 0)
 * ```
 */
export class SplatPipeline {
    /** Time on the GPU by stage; off until its `enabled` is set. */
    public readonly timer: StageTimer<PipelineStage>;

    private readonly _device: GPUDevice;
    private readonly _skin: SkinStage;
    private readonly _project: ProjectStage;
    private readonly _sort: SortStage;
    private readonly _posed: GrowableBuffer;
    private readonly _instances: PipelineInstance[] = [];
    private readonly _views: SplatView[] = [];
    private readonly _owner: IInstanceOwner = {
        setSource: (instance, source) => {
            this._setSource(instance, source);
        },
        remove: (instance) => {
            this._remove(instance);
        },
    };
    private _posedCount = 0;
    private _isViewTimed = false;
    private _isDisposed = false;

    private constructor(device: GPUDevice, skin: SkinStage, project: ProjectStage, sort: SortStage) {
        this._device = device;
        this._skin = skin;
        this._project = project;
        this._sort = sort;
        this.timer = new StageTimer(device, PipelineStages);
        this._posed = new GrowableBuffer(
            device,
            {
                label: "posed Gaussians",
                stride: PosedGaussianLayout.stride,
                elements: "Gaussians",
                usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
            },
            1,
        );
    }

    /**
     * Compiles all kernels ahead, so that no frame has to.
     * @param device device to run on; borrowed. Its default limits are enough
     * @returns the pipeline, empty
     */
    public static async CreateAsync(device: GPUDevice): Promise<SplatPipeline> {
        const [skin, project, sort] = await Promise.all([
            SkinStage.CreateAsync(device),
            ProjectStage.CreateAsync(device),
            SortStage.CreateAsync(device),
        ]);
        return new SplatPipeline(device, skin, project, sort);
    }

    /** Gaussians of all instances, drawn or not. */
    public get splatCount(): number {
        return this._instances.reduce((sum, instance) => sum + instance.source.count, 0);
    }

    /** [N] the posed Gaussians of the last frame, see {@link PosedGaussianLayout}; replaced when instances are added. */
    public get posedGaussians(): GPUBuffer {
        return this._posed.buffer;
    }

    /**
     * Adds a person. May replace buffers of the pipeline and of its views, so not between encoding and the submission
     * of that encoder.
     * @param source what the person looks like; borrowed, must outlive the instance
     * @param jointCount number of joints; larger than every joint index of the Gaussians
     * @returns the person, in canonical pose at the origin
     * @throws AvatarDeviceError `"device-limit"`; the pipeline is then as it was before
     */
    public addInstance(source: ISplatSource, jointCount: number): PipelineInstance {
        // The posed Gaussians are the largest buffer: where they fit, everything else does.
        const replaced = this._posed.ensure(this.splatCount + source.count);
        const instance = new PipelineInstance(this._device, source, jointCount, this._owner);
        this._instances.push(instance);
        this._bind(instance, replaced);
        return instance;
    }

    /**
     * Takes a person out; the same as its `dispose`.
     * @param instance from {@link addInstance}
     */
    public removeInstance(instance: PipelineInstance): void {
        instance.dispose();
    }

    /**
     * Adds a camera.
     * @returns the view; set its camera before the first frame
     * @throws AvatarDeviceError `"device-limit"`
     */
    public createView(): SplatView {
        const view = new SplatView(this._device, this._project, this._sort, this._posed.capacity, (disposed) => {
            Remove(this._views, disposed);
        });
        view._rebind(this._posed.buffer, this._posed.capacity);
        this._views.push(view);
        return view;
    }

    /**
     * Uploads the poses and records the skinning of everyone who is visible: one compute pass, once a frame. Allocates
     * nothing, reads nothing back, waits for nothing.
     * @param encoder the caller submits it ahead of every {@link encodeView} of the frame
     */
    public encodeSkin(encoder: GPUCommandEncoder): void {
        const pass = this.timer.beginPass(encoder, SkinPass);
        let gaussianCount = 0;
        for (const instance of this._instances) {
            if (instance._isVisible && instance._binding) {
                instance._upload(gaussianCount);
                this._skin.encode(pass, instance._binding, instance.source.count);
                gaussianCount += instance.source.count;
            } else {
                instance._firstPosed = -1;
            }
        }
        pass.end();
        this._posedCount = gaussianCount;
        this._isViewTimed = false;
    }

    /**
     * Uploads the camera and records what one camera sees of the Gaussians skinned last: two compute passes, once a frame
     * and view. Allocates nothing, reads nothing back, waits for nothing. Uploads go through the queue ahead of the
     * encoder, so submit it before encoding the same view again. The first view of a frame is the one that is timed.
     * @param encoder the caller submits it ahead of the draw
     * @param view a view of this pipeline
     */
    public encodeView(encoder: GPUCommandEncoder, view: SplatView): void {
        const isTimed = !this._isViewTimed;
        this._isViewTimed = true;
        view._upload(this._posedCount);

        const projectPass = this.timer.beginPass(encoder, ProjectPass, isTimed);
        view._encodeProject(projectPass, this._posedCount);
        projectPass.end();

        const sortPass = this.timer.beginPass(encoder, SortPass, isTimed);
        view._encodeSort(sortPass);
        sortPass.end();

        if (isTimed) {
            this.timer.endFrame(encoder);
        }
    }

    private _setSource(instance: PipelineInstance, source: ISplatSource): void {
        const replaced = this._posed.ensure(this.splatCount - instance.source.count + source.count);
        instance._source = source;
        this._bind(instance, replaced);
    }

    private _remove(instance: PipelineInstance): void {
        Remove(this._instances, instance);
        if (this._instances.length === 0 && !this._isDisposed) {
            this._releaseMemory();
        }
    }

    /** Binds an instance to the posed Gaussians; with a new buffer of these, everyone. */
    private _bind(instance: PipelineInstance, replaced: boolean): void {
        for (const one of replaced ? this._instances : [instance]) {
            one._binding = this._skin.bind(one._stateBuffer, one.source, this._posed.buffer);
        }
        if (replaced) {
            for (const view of this._views) {
                view._rebind(this._posed.buffer, this._posed.capacity);
            }
        }
    }

    /** Nobody is left: keeps the kernels and gives the memory back. */
    private _releaseMemory(): void {
        this._posed.shrink();
        for (const view of this._views) {
            view._rebind(this._posed.buffer, this._posed.capacity);
        }
    }

    /** Frees everything, instances and views included; canonical Gaussians stay. Twice is fine. */
    public dispose(): void {
        if (this._isDisposed) {
            return;
        }
        this._isDisposed = true;
        for (const owned of [...this._instances, ...this._views]) {
            owned.dispose();
        }
        this._posed.dispose();
        this._sort.dispose();
        this.timer.dispose();
    }
}

function Remove<Item>(list: Item[], item: Item): void {
    const index = list.indexOf(item);
    if (index >= 0) {
        list.splice(index, 1);
    }
}
