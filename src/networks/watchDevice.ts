/**
 * Does something with a graphics device, and fails when the device then lacks memory or was asked for what it does not allow:
 * ONNX Runtime would go on with buffers that hold nothing.
 *
 * @param device the device
 * @param task what to do
 * @param undoAsync frees what the task gave when the device failed
 * @returns what the task gives
 * @throws the device's error, which tells more; else whatever the task throws
 */
export async function WatchDeviceAsync<Result>(
    device: GPUDevice,
    task: () => Promise<Result>,
    undoAsync?: (result: Result) => Promise<void>,
): Promise<Result> {
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    const [outcome] = await Promise.allSettled([task()]);
    const memoryScope = device.popErrorScope();
    const [outOfMemory, invalid] = await Promise.all([memoryScope, device.popErrorScope()]);
    if (!outOfMemory && !invalid && outcome.status === "fulfilled") {
        return outcome.value;
    }
    if (outcome.status === "fulfilled") {
        await undoAsync?.(outcome.value);
    }
    if (outOfMemory) {
        throw new Error(`the graphics device is out of memory. ${outOfMemory.message}`);
    }
    throw invalid ? new Error(invalid.message) : (outcome as PromiseRejectedResult).reason;
}
