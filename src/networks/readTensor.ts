import { ElementCount, TensorOfData, type INetworkTensor } from "./networkTensor.js";

/**
 * Reads a tensor, wherever it is. Waits for the graphics device: for loading and tools, not for frames.
 *
 * @param device that has the tensor, if it is on one
 * @param tensor any tensor
 * @returns its numbers, row-major
 */
export async function ReadTensorAsync(device: GPUDevice | null, tensor: INetworkTensor): Promise<Float32Array> {
    if (tensor.data) {
        return tensor.data;
    }
    if (!device || !tensor.buffer) {
        throw new Error("A tensor is on the graphics device, and there is none.");
    }
    const size = ElementCount(tensor.shape) * 4;
    const copy = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    try {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(tensor.buffer, 0, copy, 0, size);
        device.queue.submit([encoder.finish()]);
        await copy.mapAsync(GPUMapMode.READ);
        return new Float32Array(copy.getMappedRange().slice(0));
    } finally {
        copy.destroy();
    }
}

/**
 * Reads tensors of a graphics device again and again, all at once, through a buffer that is kept. For networks that run on the
 * processor: what they see of a pose is made on the device.
 */
export class TensorReader {
    private readonly _device: GPUDevice;
    private readonly _label: string;
    private _copy: GPUBuffer | null = null;

    /**
     * @param device that has the tensors; borrowed
     * @param label name seen in errors and in GPU debuggers
     */
    public constructor(device: GPUDevice, label: string) {
        this._device = device;
        this._label = label;
    }

    /**
     * Reads tensors. One call at a time, of the same tensors each time.
     *
     * @param tensors on the device, by name
     * @returns the same in memory
     */
    public async readAsync(tensors: ReadonlyMap<string, INetworkTensor>): Promise<ReadonlyMap<string, INetworkTensor>> {
        const copy = (this._copy ??= this._makeCopy(tensors));
        const encoder = this._device.createCommandEncoder();
        let offset = 0;
        for (const { buffer, shape } of tensors.values()) {
            const size = ElementCount(shape) * 4;
            encoder.copyBufferToBuffer(buffer!, 0, copy, offset, size);
            offset += size;
        }
        this._device.queue.submit([encoder.finish()]);
        await copy.mapAsync(GPUMapMode.READ);
        const numbers = new Float32Array(copy.getMappedRange().slice(0));
        copy.unmap();
        let first = 0;
        return new Map(
            [...tensors].map(([name, { shape }]) => {
                const data = numbers.subarray(first, (first += ElementCount(shape)));
                return [name, TensorOfData(data, shape)];
            }),
        );
    }

    /** Frees the buffer. Twice is fine. */
    public dispose(): void {
        this._copy?.destroy();
    }

    private _makeCopy(tensors: ReadonlyMap<string, INetworkTensor>): GPUBuffer {
        return this._device.createBuffer({
            label: this._label,
            size: [...tensors.values()].reduce((sum, { shape }) => sum + ElementCount(shape) * 4, 0),
            usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
        });
    }
}
