/** What makes a kernel. */
export interface IComputeKernelDescription<Binding extends string> {
    /** Name seen in errors and in GPU debuggers. */
    readonly label: string;
    /** Plain WGSL with one entry point, `main`. */
    readonly code: string;
    /** Names of the resources of group 0 in the order of their `@binding` numbers, the same names as in the WGSL. */
    readonly bindings: readonly Binding[];
}

/** One compiled compute shader together with the names of what it reads and writes. Holds no GPU memory of its own. */
export class ComputeKernel<Binding extends string> {
    /** Name seen in errors and in GPU debuggers. */
    public readonly label: string;

    private readonly _device: GPUDevice;
    private readonly _pipeline: GPUComputePipeline;
    private readonly _bindings: readonly Binding[];

    private constructor(device: GPUDevice, pipeline: GPUComputePipeline, label: string, bindings: readonly Binding[]) {
        this.label = label;
        this._device = device;
        this._pipeline = pipeline;
        this._bindings = bindings;
    }

    /**
     * Compiles a kernel without blocking the device, so that its first dispatch costs no more than the others.
     * @param device device to compile for; borrowed
     * @param description text and names
     * @returns the kernel
     */
    public static async CreateAsync<Binding extends string>(
        device: GPUDevice,
        description: IComputeKernelDescription<Binding>,
    ): Promise<ComputeKernel<Binding>> {
        const { label, code, bindings } = description;
        const module = device.createShaderModule({ label, code });
        const pipeline = await device.createComputePipelineAsync({
            label,
            layout: "auto",
            compute: { module, entryPoint: "main" },
        });
        return new ComputeKernel(device, pipeline, label, bindings);
    }

    /**
     * Ties buffers to the names of the kernel. Allocates: call it when buffers change, not every frame.
     * @param resources a buffer, or a part of one, for every name
     * @returns the bind group for {@link dispatch} and {@link dispatchIndirect}
     */
    public createBindGroup(resources: Readonly<Record<Binding, GPUBuffer | GPUBufferBinding>>): GPUBindGroup {
        return this._device.createBindGroup({
            label: this.label,
            layout: this._pipeline.getBindGroupLayout(0),
            entries: this._bindings.map((name, binding) => {
                const resource: GPUBuffer | GPUBufferBinding = resources[name];
                return { binding, resource: "buffer" in resource ? resource : { buffer: resource } };
            }),
        });
    }

    /**
     * Records one dispatch; none when a count is 0.
     * @param pass open compute pass
     * @param bindGroup from {@link createBindGroup} of this kernel
     * @param x number of workgroups along x
     * @param y number of workgroups along y (default: 1)
     */
    public dispatch(pass: GPUComputePassEncoder, bindGroup: GPUBindGroup, x: number, y = 1): void {
        // Browsers warn about dispatches of nothing.
        if (x * y === 0) {
            return;
        }
        pass.setPipeline(this._pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(x, y);
    }

    /**
     * Records one dispatch whose size the GPU knows.
     * @param pass open compute pass
     * @param bindGroup from {@link createBindGroup} of this kernel
     * @param workgroups buffer with usage INDIRECT that starts with the three workgroup counts
     */
    public dispatchIndirect(pass: GPUComputePassEncoder, bindGroup: GPUBindGroup, workgroups: GPUBuffer): void {
        pass.setPipeline(this._pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroupsIndirect(workgroups, 0);
    }
}
