import { NetworkError } from "./networkError.js";

/**
 * Does something with a graphics device, and fails when the device then lacks memory or was asked for what it does not allow.
 * ONNX Runtime would go on with buffers that hold nothing.
 *
 * @param device the device
 * @param task what to do
 * @param undoAsync frees what the task gave when the device failed
 * @returns what the task gives
 * @throws {@link NetworkError} `"out-of-memory"`; and whatever the task throws, when the device has nothing to say
 */
export async function WatchDeviceAsync<Result>(
    device: GPUDevice,
    task: () => Promise<Result>,
    undoAsync: (result: Result) => Promise<void>,
): Promise<Result> {
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    const [outcome] = await Promise.allSettled([task()]);
    const failures = await Promise.all(
        [device.popErrorScope(), device.popErrorScope()].map(async (scope) => await scope),
    );
    const failure = failures.find((error) => error !== null);
    if (failure) {
        if (outcome.status === "fulfilled") {
            await undoAsync(outcome.value);
        }
        throw new NetworkError(
            "out-of-memory",
            `The graphics device cannot hold the network: ${failure.message} Use a smaller one.`,
        );
    }
    if (outcome.status === "rejected") {
        throw outcome.reason;
    }
    return outcome.value;
}
