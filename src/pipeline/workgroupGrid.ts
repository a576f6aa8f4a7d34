import { WorkgroupSize } from "./constants.js";

/** Most workgroups along one axis of a dispatch on every WebGPU device. */
export const MaxWorkgroupsPerAxis = 65535;

/**
 * How many workgroups give every element one thread. More than 65,535 of them (16.7 million elements) do not fit along one
 * axis and are folded into rows; `shaders/include/linearIndex.wgsl` unfolds them.
 */
export class WorkgroupGrid {
    /**
     * @param elements number of elements
     * @returns workgroups along x
     */
    public static X(elements: number): number {
        return Math.min(Math.ceil(elements / WorkgroupSize), MaxWorkgroupsPerAxis);
    }

    /**
     * @param elements number of elements
     * @returns workgroups along y
     */
    public static Y(elements: number): number {
        return Math.ceil(elements / (WorkgroupSize * MaxWorkgroupsPerAxis));
    }
}
