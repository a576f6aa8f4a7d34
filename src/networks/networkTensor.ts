/** A float32 tensor on the graphics device (`buffer`) or in memory (`data`): exactly one of them is there. */
export interface INetworkTensor {
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** The numbers on the device, row-major from byte 0; null when they are in memory. */
    readonly buffer: GPUBuffer | null;
    /** The numbers in memory, row-major; null when they are on the device. */
    readonly data: Float32Array | null;
    /**
     * Frees it when it was made by a network; does nothing for what the caller made. Twice is fine. The memory may be used
     * again by the next run: dispose after the commands that read the buffer are submitted.
     */
    dispose(): void;
}

/** @returns how many numbers a tensor has. @param shape its dimensions */
export function ElementCount(shape: readonly number[]): number {
    return shape.reduce((product, size) => product * size, 1);
}

/**
 * What the caller keeps on the graphics device, as an input of a network.
 *
 * @param buffer borrowed; needs the usages `STORAGE`, `COPY_SRC` and `COPY_DST`
 * @param shape dimensions, outermost first
 * @returns the tensor; disposing it leaves the buffer alone
 */
export function TensorOfBuffer(buffer: GPUBuffer, shape: readonly number[]): INetworkTensor {
    return { shape, buffer, data: null, dispose: () => undefined };
}

/**
 * Numbers in memory, as an input of a network.
 *
 * @param data row-major; read while the network runs, and left as it is
 * @param shape dimensions, outermost first
 * @returns the tensor
 */
export function TensorOfData(data: Float32Array, shape: readonly number[]): INetworkTensor {
    return { shape, buffer: null, data, dispose: () => undefined };
}
