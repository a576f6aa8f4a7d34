import { type IMapModel } from "../../format/mapModel.js";
import { type ComputeKernel } from "../../gpu/computeKernel.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { WorkgroupGrid } from "../workgroupGrid.js";
import { type ConditioningBuffers } from "./conditioningBuffers.js";
import { type PoseMapBindings, type ViewMapBindings } from "./conditioningShaders.js";
import { WritePoseMatrices } from "./poseMapTable.js";

/** The kernels that make the networks' inputs. */
export interface IConditioningKernels {
    /** Writes the pose map. */
    readonly poseMap: ComputeKernel<(typeof PoseMapBindings)[number]>;
    /** Writes both view maps. */
    readonly viewMaps: ComputeKernel<(typeof ViewMapBindings)[number]>;
}

const PosePass: GPUComputePassDescriptor = { label: "pose map" };
const ViewPass: GPUComputePassDescriptor = { label: "view maps" };

/** What one avatar gives to its networks: the pose map and, where the networks depend on the camera, the view maps. */
export class ConditioningInputs {
    /** [1,C,S,S] the pose map, float32; 0 where no texel is. Usable as storage, to copy from and to. */
    public readonly pose: GPUBuffer;
    /** [1,1,V,V] view map of the front, float32; null when no network depends on the camera. */
    public readonly viewFront: GPUBuffer | null;
    /** [1,1,V,V] view map of the back, float32; null when no network depends on the camera. */
    public readonly viewBack: GPUBuffer | null;

    private readonly _queue: GPUQueue;
    private readonly _kernels: IConditioningKernels;
    private readonly _shared: ConditioningBuffers;
    private readonly _release: () => void;
    private readonly _poseMatrices: GPUBuffer;
    private readonly _poseBindGroup: GPUBindGroup;
    private readonly _viewMatrices: GPUBuffer | null = null;
    private readonly _viewBindGroup: GPUBindGroup | null = null;
    /** [3,4] a matrix without a linear part, whose translation is the camera's position. */
    private readonly _camera = new Float32Array(12);

    /**
     * Use `ConditioningStage.createInputs`.
     *
     * @param device device to allocate on; borrowed
     * @param model the model
     * @param label name of the avatar, for errors and GPU debuggers
     * @param kernels compiled for the device; borrowed
     * @param shared tables of the model; borrowed
     * @param release called once when the inputs no longer need `shared`
     * @throws AvatarDeviceError `"device-limit"`
     */
    public constructor(
        device: GPUDevice,
        model: IMapModel,
        label: string,
        kernels: IConditioningKernels,
        shared: ConditioningBuffers,
        release: () => void,
    ) {
        const { channelCount, size, matrices, jointCount } = shared.poseTable;
        const floats = { label: `${label}, pose map`, stride: 4, elements: "numbers" };
        CheckBufferSize(device, floats, channelCount * size * size);
        const create = (name: string, count: number): GPUBuffer =>
            device.createBuffer({
                label: `${label}, ${name}`,
                size: count * 4,
                usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
            });
        this._queue = device.queue;
        this._kernels = kernels;
        this._shared = shared;
        this._release = release;
        this.pose = create("pose map", channelCount * size * size);
        this._poseMatrices = create("matrices of the pose map", matrices.length);
        this._poseBindGroup = kernels.poseMap.createBindGroup({
            ...shared.poseRows,
            matrices: this._poseMatrices,
            poseMap: this.pose,
            planeSize: shared.planeSize,
        });
        const { viewSize } = model.conditioning;
        this.viewFront = viewSize > 0 ? create("front view map", viewSize * viewSize) : null;
        this.viewBack = viewSize > 0 ? create("back view map", viewSize * viewSize) : null;
        if (this.viewFront && this.viewBack && shared.viewRows) {
            this._viewMatrices = create("matrices of the view maps", (jointCount + 1) * 12);
            this._viewBindGroup = kernels.viewMaps.createBindGroup({
                ...shared.viewRows,
                matrices: this._viewMatrices,
                viewFront: this.viewFront,
                viewBack: this.viewBack,
            });
        }
    }

    /**
     * Uploads a pose and records the making of its map. Allocates nothing. One pose a submission: of several, the last counts.
     *
     * @param encoder receives one compute pass
     * @param matrices [J,12] rows of 3×4 matrices, see `ConditioningPose`
     */
    public encodePose(encoder: GPUCommandEncoder, matrices: Float32Array): void {
        const { poseTable } = this._shared;
        WritePoseMatrices(poseTable, matrices);
        this._queue.writeBuffer(this._poseMatrices, 0, poseTable.matrices as Float32Array<ArrayBuffer>);
        const count = poseTable.rows.targets.length;
        const pass = encoder.beginComputePass(PosePass);
        this._kernels.poseMap.dispatch(pass, this._poseBindGroup, WorkgroupGrid.X(count), WorkgroupGrid.Y(count));
        pass.end();
    }

    /**
     * Uploads pose and camera and records the making of both view maps; does nothing without view maps. Allocates nothing. One
     * view a submission: of several, the last counts.
     *
     * @param encoder receives one compute pass
     * @param skinMatrices [J,12] rows of 3×4 matrices, the model's canonical space → a space of the caller's choice, metres,
     * with the root's motion
     * @param camera position of the camera in that space
     */
    public encodeView(
        encoder: GPUCommandEncoder,
        skinMatrices: Float32Array,
        camera: { readonly x: number; readonly y: number; readonly z: number },
    ): void {
        if (!this._viewMatrices || !this._viewBindGroup) {
            return;
        }
        this._camera[3] = camera.x;
        this._camera[7] = camera.y;
        this._camera[11] = camera.z;
        this._queue.writeBuffer(this._viewMatrices, 0, skinMatrices as Float32Array<ArrayBuffer>);
        this._queue.writeBuffer(this._viewMatrices, skinMatrices.byteLength, this._camera);
        const count = this._shared.viewPixelCount;
        const pass = encoder.beginComputePass(ViewPass);
        this._kernels.viewMaps.dispatch(pass, this._viewBindGroup, WorkgroupGrid.X(count), WorkgroupGrid.Y(count));
        pass.end();
    }

    /** Frees the maps; the last inputs of a model free its tables, too. Twice is fine. */
    public dispose(): void {
        for (const buffer of [this.pose, this.viewFront, this.viewBack, this._poseMatrices, this._viewMatrices]) {
            buffer?.destroy();
        }
        this._release();
    }
}
