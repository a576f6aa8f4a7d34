/**
 * Measures how long stages take on the GPU, with timestamp queries. Off until {@link enabled} is set, and without the
 * device feature `timestamp-query` it stays off. Results are read outside the frame with {@link readAsync}; a frame never
 * waits for them. Owns its query set and two small buffers.
 *
 * @example
 * ```ts
 * pipeline.timer.enabled = true;
 * // … some frames later
 * const milliseconds = await pipeline.timer.readAsync(); // → { skin: 0.04, project: 0.06, sort: 0.21 }, or null
 * ```
 */
export class StageTimer<Stage extends string> {
    /** Whether frames are measured. Has no effect when {@link isSupported} is false. */
    public enabled = false;

    /** Whether the device has the feature `timestamp-query`. */
    public readonly isSupported: boolean;

    private readonly _stages: readonly Stage[];
    private readonly _plain: readonly GPUComputePassDescriptor[];
    private readonly _timed: readonly GPUComputePassDescriptor[] = [];
    private readonly _querySet: GPUQuerySet | null = null;
    private readonly _resolved: GPUBuffer | null = null;
    private readonly _mappable: GPUBuffer | null = null;
    private _state: "idle" | "recorded" | "reading" | "disposed" = "idle";

    /**
     * @param device device to measure on; borrowed
     * @param stages names of the stages; each becomes one compute pass
     */
    public constructor(device: GPUDevice, stages: readonly Stage[]) {
        this._stages = stages;
        this._plain = stages.map((label) => ({ label }));
        this.isSupported = device.features.has("timestamp-query");
        if (!this.isSupported) {
            return;
        }
        const count = stages.length * 2;
        const querySet = device.createQuerySet({ label: "stage times", type: "timestamp", count });
        const size = count * BigUint64Array.BYTES_PER_ELEMENT;
        this._querySet = querySet;
        this._resolved = device.createBuffer({
            label: "stage times",
            size,
            usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
        });
        this._mappable = device.createBuffer({
            label: "stage times, mappable",
            size,
            usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
        });
        this._timed = stages.map((label, index) => ({
            label,
            timestampWrites: { querySet, beginningOfPassWriteIndex: index * 2, endOfPassWriteIndex: index * 2 + 1 },
        }));
    }

    /**
     * Opens the compute pass of one stage, measured or not.
     * @param encoder encoder of the frame
     * @param stage index of the stage in the constructor's list
     * @param isTimed whether this pass is the one of its stage that counts this frame (default: true)
     * @returns the open pass; the caller ends it
     */
    public beginPass(encoder: GPUCommandEncoder, stage: number, isTimed = true): GPUComputePassEncoder {
        const descriptors = isTimed && this._measures ? this._timed : this._plain;
        return encoder.beginComputePass(descriptors[stage]);
    }

    /**
     * Records the copy of the frame's times; after the last pass of the frame.
     * @param encoder encoder of the frame
     */
    public endFrame(encoder: GPUCommandEncoder): void {
        if (!this._measures || !this._querySet || !this._resolved || !this._mappable) {
            return;
        }
        encoder.resolveQuerySet(this._querySet, 0, this._stages.length * 2, this._resolved, 0);
        encoder.copyBufferToBuffer(this._resolved, 0, this._mappable, 0, this._mappable.size);
        this._state = "recorded";
    }

    /**
     * Reads the times of the last measured frame. Call it outside the frame, after the frame was submitted; frames that
     * run while it waits are not measured.
     * @returns milliseconds by stage, or null when no frame was measured since the last call
     */
    public async readAsync(): Promise<Readonly<Record<Stage, number>> | null> {
        const buffer = this._mappable;
        if (!buffer || this._state !== "recorded") {
            return null;
        }
        this._state = "reading";
        try {
            await buffer.mapAsync(GPUMapMode.READ);
        } catch {
            // The device was lost or the timer disposed meanwhile: there is nothing to tell.
            return null;
        }
        const ticks = new BigUint64Array(buffer.getMappedRange().slice(0));
        buffer.unmap();
        this._state = "idle";
        const milliseconds: Partial<Record<Stage, number>> = {};
        this._stages.forEach((stage, index) => {
            // WebGPU timestamps are nanoseconds.
            milliseconds[stage] = Number((ticks[index * 2 + 1] ?? 0n) - (ticks[index * 2] ?? 0n)) / 1e6;
        });
        return milliseconds as Record<Stage, number>;
    }

    /** Frees the query set and the buffers. */
    public dispose(): void {
        this._state = "disposed";
        this._querySet?.destroy();
        this._resolved?.destroy();
        this._mappable?.destroy();
    }

    private get _measures(): boolean {
        return this.enabled && this.isSupported && (this._state === "idle" || this._state === "recorded");
    }
}
