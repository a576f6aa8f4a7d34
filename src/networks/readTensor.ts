import { ElementCount, type INetworkTensor } from "./networkTensor.js";

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
