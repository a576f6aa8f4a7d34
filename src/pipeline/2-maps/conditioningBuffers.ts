import { type IMapModel } from "../../format/mapModel.js";
import { CheckBufferSize } from "../../gpu/growableBuffer.js";
import { type ILinearRows } from "./linearRows.js";
import { type IPoseMapTable, PoseMapTableSteps } from "./poseMapTable.js";
import { type Steps } from "./steps.js";
import { ViewMapTableSteps } from "./viewMapTable.js";

/** The arrays of a table on the device. */
export type LinearRowsBuffers = Readonly<Record<keyof ILinearRows, GPUBuffer>>;

/** How poses and cameras become the inputs of a model's networks. */
export interface IConditioningTables {
    /** How poses become pose maps. */
    readonly pose: IPoseMapTable;
    /** How cameras become view maps; null without view maps. */
    readonly view: ILinearRows | null;
}

/**
 * Makes the tables of a model, in pieces: with 200,000 texels they take a third of a second.
 *
 * @param model the model
 */
export function* ConditioningTableSteps(model: IMapModel): Steps<IConditioningTables> {
    const pose = yield* PoseMapTableSteps(model);
    const view = model.conditioning.viewSize > 0 ? yield* ViewMapTableSteps(model) : null;
    return { pose, view };
}

/** The tables of a model on the processor and on the device, shared by all who show it. Owns its buffers. */
export class ConditioningBuffers {
    /** How poses become pose maps. */
    public readonly poseTable: IPoseMapTable;
    /** Rows of the pose map. */
    public readonly poseRows: LinearRowsBuffers;
    /** S², u32. */
    public readonly planeSize: GPUBuffer;
    /** Number of pixels of the view maps that hold a texel. */
    public readonly viewPixelCount: number;
    /** Rows of the view maps, two a pixel; null without view maps. */
    public readonly viewRows: LinearRowsBuffers | null;

    private readonly _buffers: GPUBuffer[] = [];

    /**
     * @param device device to allocate on; borrowed
     * @param model the model
     * @param tables of the model
     * @param label name of the model, for errors and GPU debuggers
     * @throws AvatarDeviceError `"device-limit"`; nothing is left behind then
     */
    public constructor(device: GPUDevice, model: IMapModel, tables: IConditioningTables, label: string) {
        const { size } = model.conditioning;
        const { pose: poseTable, view: viewTable } = tables;
        for (const rows of viewTable ? [poseTable.rows, viewTable] : [poseTable.rows]) {
            const description = { label: `${label}, input table`, stride: 16, elements: "entries" };
            CheckBufferSize(device, description, rows.matrixIndices.length);
        }
        this.poseTable = poseTable;
        this.poseRows = this._upload(device, poseTable.rows, `${label}, pose map table`);
        this.planeSize = this._uploadArray(device, Uint32Array.of(size * size), `${label}, pose map size`);
        this.viewPixelCount = viewTable ? viewTable.targets.length / 2 : 0;
        this.viewRows = viewTable && this._upload(device, viewTable, `${label}, view map table`);
    }

    /** Frees the buffers. */
    public dispose(): void {
        this._buffers.forEach((buffer) => {
            buffer.destroy();
        });
    }

    private _upload(device: GPUDevice, rows: ILinearRows, label: string): LinearRowsBuffers {
        return {
            targets: this._uploadArray(device, rows.targets, label),
            firstEntries: this._uploadArray(device, rows.firstEntries, label),
            matrixIndices: this._uploadArray(device, rows.matrixIndices, label),
            coefficients: this._uploadArray(device, rows.coefficients, label),
        };
    }

    private _uploadArray(device: GPUDevice, data: Uint32Array | Float32Array, label: string): GPUBuffer {
        const buffer = device.createBuffer({
            label,
            // A binding holds at least one element, and the widest has 16 bytes.
            size: Math.max(data.byteLength, 16),
            usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        });
        this._buffers.push(buffer);
        device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
        return buffer;
    }
}
