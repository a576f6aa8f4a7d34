/**
 * Copies a GPU buffer to the CPU. For tests: it waits for everything that was submitted.
 *
 * @param device device of the buffer
 * @param buffer any buffer with usage COPY_SRC
 * @param byteLength bytes from the start, a multiple of 4 (default: all)
 * @returns a copy of the bytes
 */
export async function ReadBufferAsync(
    device: GPUDevice,
    buffer: GPUBuffer,
    byteLength: number = buffer.size,
): Promise<ArrayBuffer> {
    if (byteLength === 0) {
        return new ArrayBuffer(0);
    }
    const staging = device.createBuffer({
        label: "read back",
        size: byteLength,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, byteLength);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const copy = staging.getMappedRange().slice(0);
    staging.destroy();
    return copy;
}
