/**
 * Arguments of `drawIndexedIndirect`, followed by what the vertex shader needs to know; six u32, written by the GPU. One
 * instance holds `SplatsPerInstance` quads of six indices; the last instance is only partly used.
 */
export const DrawArgumentsLayout = {
    /** Bytes in all. */
    size: 24,
    /** Word: indices of one instance. */
    indexCount: 0,
    /** Word: instances that hold the visible splats. */
    instanceCount: 1,
    /** Word: always 0. */
    firstIndex: 2,
    /** Word: always 0. */
    baseVertex: 3,
    /** Word: always 0. */
    firstInstance: 4,
    /** Word: visible splats; quads from here on must be degenerate. */
    visibleCount: 5,
} as const;

/**
 * What one pass of the sort works on: the arguments of an indirect dispatch and the number of keys; four u32. The WGSL twin
 * is `shaders/include/sortRange.wgsl`.
 */
export const SortRangeLayout = {
    /** Bytes in all. */
    size: 16,
    /** Word: workgroups along x, one a tile; y and z follow and are 1. */
    workgroups: 0,
    /** Word: number of keys. */
    keyCount: 3,
} as const;
