/** A float32 tensor on the graphics device (`buffer`) or in memory (`data`): exactly one of them is there. */
export interface INetworkTensor {
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** The numbers on the device, row-major from byte 0; null when they are in memory. */
    readonly buffer: GPUBuffer | null;
    /** The numbers in memory, row-major; null when they are on the device. */
    readonly data: Float32Array | null;
    /** Frees it when it was made by a network; does nothing for what the caller made. Twice is fine. */
    dispose(): void;
}
