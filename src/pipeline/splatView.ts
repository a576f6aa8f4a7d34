import { GrowableBuffer } from "../gpu/growableBuffer.js";
import { CameraLayout, WriteCamera } from "./5-sort/cameraLayout.js";
import { SortRangeLayout } from "./5-sort/drawArgumentsLayout.js";
import { ProjectedSplatLayout } from "./5-sort/projectedSplatLayout.js";
import { type ProjectStage } from "./5-sort/projectStage.js";
import { SortBuffers } from "./5-sort/sortBuffers.js";
import { type ISortBindings, type SortStage } from "./5-sort/sortStage.js";
import { SortTileSize } from "./constants.js";

/**
 * What one camera sees: all visible splats of all instances, projected and sorted. Made by `SplatPipeline.createView`. Owns
 * its buffers; the three that a draw needs are replaced when avatars are added, which {@link generation} tells.
 */
export class SplatView {
    private readonly _queue: GPUQueue;
    private readonly _project: ProjectStage;
    private readonly _sort: SortStage;
    private readonly _camera = new Float32Array(CameraLayout.size / 4);
    private readonly _cameraWords = new Uint32Array(this._camera.buffer);
    private readonly _range = new Uint32Array([0, 1, 1, 0]);
    private readonly _cameraBuffer: GPUBuffer;
    private readonly _splats: GrowableBuffer;
    private readonly _sortBuffers: SortBuffers;
    private _projectBindGroup: GPUBindGroup | null = null;
    private _sortBindings: ISortBindings | null = null;
    private _generation = 0;
    private _onDispose: ((view: SplatView) => void) | null;

    /**
     * @param device device to allocate on; borrowed
     * @param project borrowed
     * @param sort borrowed
     * @param capacity Gaussians there is room for at first, at least 1
     * @param onDispose removes the view from its pipeline
     * @throws AvatarDeviceError `"device-limit"`
     * @internal
     */
    public constructor(
        device: GPUDevice,
        project: ProjectStage,
        sort: SortStage,
        capacity: number,
        onDispose: (view: SplatView) => void,
    ) {
        this._queue = device.queue;
        this._project = project;
        this._sort = sort;
        this._onDispose = onDispose;
        this._splats = new GrowableBuffer(
            device,
            {
                label: "projected splats",
                stride: ProjectedSplatLayout.stride,
                elements: "splats",
                usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
            },
            capacity,
        );
        this._sortBuffers = new SortBuffers(device, capacity);
        this._cameraBuffer = device.createBuffer({
            label: "splat camera",
            size: CameraLayout.size,
            usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        });
    }

    /** [N] splats by posed Gaussian, see `ProjectedSplatLayout`. Usage STORAGE and COPY_SRC. */
    public get projectedSplats(): GPUBuffer {
        return this._splats.buffer;
    }

    /** [visible] indices into {@link projectedSplats}, u32, far to near; stale beyond the visible count. Usage STORAGE and COPY_SRC. */
    public get sortedIndices(): GPUBuffer {
        return this._sortBuffers.indicesB.buffer;
    }

    /** See `DrawArgumentsLayout`; never replaced. Usage INDIRECT, STORAGE, COPY_SRC and COPY_DST. */
    public get drawArguments(): GPUBuffer {
        return this._sortBuffers.drawArguments;
    }

    /** Grows by one whenever buffers were replaced: whoever holds them has to take them anew. */
    public get generation(): number {
        return this._generation;
    }

    /** Whether {@link dispose} was called. */
    public get isDisposed(): boolean {
        return this._onDispose === null;
    }

    /**
     * Sets the camera for the next frames. Matrices are Babylon's: row-vector convention, `m[row * 4 + column]`, depth 0..1.
     * Left- or right-handed, perspective or orthographic, off-centre, finite or infinite: all are understood.
     *
     * @param view world → camera, 16 numbers
     * @param projection camera → clip, 16 numbers
     * @param width width of the viewport, pixels
     * @param height height of the viewport, pixels
     * @param reverseDepth whether the near plane has depth 1 (default: false). It cannot be told from an orthographic matrix.
     */
    public setCamera(
        view: ArrayLike<number>,
        projection: ArrayLike<number>,
        width: number,
        height: number,
        reverseDepth = false,
    ): void {
        WriteCamera(view, projection, width, height, reverseDepth, this._camera);
    }

    /**
     * Makes room and ties the buffers together anew.
     * @param posed the posed Gaussians
     * @param capacity Gaussians there must be room for
     * @throws AvatarDeviceError `"device-limit"`
     * @internal
     */
    public _rebind(posed: GPUBuffer, capacity: number): void {
        this._splats.ensure(capacity);
        this._sortBuffers.ensure(capacity);
        this._projectBindGroup = this._project.createBindGroup({
            camera: this._cameraBuffer,
            posed,
            splats: this._splats.buffer,
            keys: this._sortBuffers.keysA.buffer,
        });
        this._sortBindings = this._sort.createBindings(this._sortBuffers);
        this._generation++;
    }

    /**
     * Uploads the camera and the number of Gaussians.
     * @param gaussianCount posed Gaussians of this frame
     * @internal
     */
    public _upload(gaussianCount: number): void {
        this._cameraWords[CameraLayout.gaussianCount] = gaussianCount;
        this._range[SortRangeLayout.workgroups] = Math.ceil(gaussianCount / SortTileSize);
        this._range[SortRangeLayout.keyCount] = gaussianCount;
        this._queue.writeBuffer(this._cameraBuffer, 0, this._camera);
        this._queue.writeBuffer(this._sortBuffers.allRange, 0, this._range);
    }

    /**
     * @param pass open compute pass
     * @param gaussianCount posed Gaussians of this frame
     * @internal
     */
    public _encodeProject(pass: GPUComputePassEncoder, gaussianCount: number): void {
        if (this._projectBindGroup) {
            this._project.encode(pass, this._projectBindGroup, gaussianCount);
        }
    }

    /**
     * @param pass open compute pass
     * @internal
     */
    public _encodeSort(pass: GPUComputePassEncoder): void {
        if (this._sortBindings) {
            this._sort.encode(pass, this._sortBindings);
        }
    }

    /** Takes the view out of the pipeline and frees its buffers. Twice is fine. */
    public dispose(): void {
        const onDispose = this._onDispose;
        this._onDispose = null;
        if (onDispose) {
            onDispose(this);
            this._splats.dispose();
            this._sortBuffers.dispose();
            this._cameraBuffer.destroy();
        }
    }
}
