/** What a graphics device found wrong with a task. */
export class DeviceComplaint extends Error {
    /** Whether memory is what lacked. */
    public readonly isOutOfMemory: boolean;

    /**
     * @param error what the device found
     * @param isOutOfMemory whether memory is what lacked
     * @param cause what the task threw, if it did
     */
    public constructor(error: GPUError, isOutOfMemory: boolean, cause?: unknown) {
        super(isOutOfMemory ? `the graphics device is out of memory. ${error.message}` : error.message, { cause });
        this.isOutOfMemory = isOutOfMemory;
    }
}

/**
 * Does something with a graphics device, and fails when the device then lacks memory or was asked for what it does not allow:
 * ONNX Runtime would go on with buffers that hold nothing. Everyone who uses the device meanwhile is watched as well. A task that
 * ended well is therefore done once more where the device found something invalid; what does not come back was somebody else's,
 * and goes to the console.
 *
 * @param device the device
 * @param task what to do; perhaps twice
 * @param undoAsync frees what the task gave when the device failed
 * @returns what the task gives
 * @throws {@link DeviceComplaint}, which tells more than what the task throws; else that
 */
export async function WatchDeviceAsync<Result>(
    device: GPUDevice,
    task: () => Promise<Result>,
    undoAsync?: (result: Result) => Promise<void>,
): Promise<Result> {
    const first = await AttemptAsync(device, task, undoAsync);
    if ("result" in first) {
        return first.result;
    }
    const { complaint } = first;
    if (complaint.isOutOfMemory || complaint.cause !== undefined) {
        throw complaint;
    }
    const second = await AttemptAsync(device, task, undoAsync);
    if ("result" in second) {
        console.error(`While a network was loaded: ${complaint.message}`);
        return second.result;
    }
    throw second.complaint;
}

async function AttemptAsync<Result>(
    device: GPUDevice,
    task: () => Promise<Result>,
    undoAsync?: (result: Result) => Promise<void>,
): Promise<{ readonly result: Result } | { readonly complaint: DeviceComplaint }> {
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    const [outcome] = await Promise.allSettled([task()]);
    const memoryScope = device.popErrorScope();
    const [outOfMemory, invalid] = await Promise.all([memoryScope, device.popErrorScope()]);
    const error = outOfMemory ?? invalid;
    if (outcome.status === "fulfilled") {
        if (!error) {
            return { result: outcome.value };
        }
        await undoAsync?.(outcome.value);
        return { complaint: new DeviceComplaint(error, outOfMemory !== null) };
    }
    if (!error) {
        throw outcome.reason;
    }
    return { complaint: new DeviceComplaint(error, outOfMemory !== null, outcome.reason) };
}
