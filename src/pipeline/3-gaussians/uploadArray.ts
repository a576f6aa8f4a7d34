/**
 * A buffer with content that never changes.
 *
 * @param device device to allocate on
 * @param data content; an empty array gives a buffer of one element, since a binding may not be empty
 * @param stride bytes of one element
 * @param label name seen in GPU debuggers
 * @param usage how shaders bind it
 * @returns the buffer; the caller owns it
 */
export function UploadArray(
    device: GPUDevice,
    data: Uint32Array<ArrayBuffer>,
    stride: number,
    label: string,
    usage: GPUBufferUsageFlags,
): GPUBuffer {
    const size = Math.max(data.byteLength, stride);
    const buffer = device.createBuffer({ label, size, usage: usage | GPUBufferUsage.COPY_DST });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
}
