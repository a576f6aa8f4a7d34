import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { ToNetworkErrorAsync } from "../../../src/networks/networkFailure.js";
import { WatchDeviceAsync } from "../../../src/networks/watchDevice.js";

/** A device that finds these things wrong, one a time that it is watched. */
function Watched(filter: GPUErrorFilter, ...messages: readonly (string | null)[]): GPUDevice {
    const left = [...messages];
    const scopes: GPUErrorFilter[] = [];
    const device = {
        pushErrorScope: (scope: GPUErrorFilter) => scopes.push(scope),
        popErrorScope: async (): Promise<Partial<GPUError> | null> => {
            const message = scopes.pop() === filter ? (left.shift() ?? null) : null;
            return await Promise.resolve(message === null ? null : { message });
        },
    };
    return device as unknown as GPUDevice;
}

describe("watching a device", () => {
    const task = jest.fn(async () => await Promise.resolve("session"));
    const undoAsync = jest.fn(async () => await Promise.resolve());

    afterEach(() => {
        jest.restoreAllMocks();
        task.mockClear();
        undoAsync.mockClear();
    });

    /** The error in terms of networks. */
    const failureAsync = async (device: GPUDevice): Promise<unknown> => {
        const error: unknown = await WatchDeviceAsync(device, task, undoAsync).catch((thrown: unknown) => thrown);
        return await ToNetworkErrorAsync(error, "body", new Uint8Array(1));
    };

    it("does a task again when something was wrong, and tells of it when it was not the task", async () => {
        const log = jest.spyOn(console, "error").mockReturnValue(undefined);
        const device = Watched("validation", "the game's mistake", null);
        expect(await WatchDeviceAsync(device, task, undoAsync)).toBe("session");
        expect([task.mock.calls.length, undoAsync.mock.calls.length]).toEqual([2, 1]);
        expect(log).toHaveBeenCalledWith(expect.stringContaining("the game's mistake"));
    });

    it("tells what comes back as a failure of the device, not of the file", async () => {
        const failure = await failureAsync(Watched("validation", "bad layout", "bad layout"));
        expect(failure).toMatchObject({ code: "runtime-failed", message: expect.stringMatching(/"body".*bad layout/) });
        expect([task.mock.calls.length, undoAsync.mock.calls.length]).toEqual([2, 2]);
    });

    it("does not ask for memory twice", async () => {
        const failure = await failureAsync(Watched("out-of-memory", "no room"));
        expect(failure).toMatchObject({ code: "out-of-memory", message: expect.stringMatching(/"body".*no room/) });
        expect([task.mock.calls.length, undoAsync.mock.calls.length]).toEqual([1, 1]);
    });
});
