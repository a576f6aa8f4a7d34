/** How many buffers of a device there are. */
export interface IBufferCount {
    /** Buffers that are not destroyed. */
    readonly live: number;
}

/**
 * Counts the buffers of a device from now on.
 *
 * @param device the device; it notes what it makes from now on
 * @returns the count, kept up to date
 */
export function CountBuffers(device: GPUDevice): IBufferCount {
    const live = new Set<GPUBuffer>();
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
        const buffer = create(descriptor);
        const destroy = buffer.destroy.bind(buffer);
        buffer.destroy = () => {
            live.delete(buffer);
            destroy();
        };
        live.add(buffer);
        return buffer;
    };
    return {
        get live(): number {
            return live.size;
        },
    };
}
