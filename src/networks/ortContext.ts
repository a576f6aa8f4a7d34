import { NetworkError } from "./networkError.js";
import { type IOrtModule } from "./ortModule.js";

/**
 * Runs that may wait on the graphics device: one that is computed and one behind it, so that the device is never idle between
 * two, and nothing piles up behind frames.
 */
const MaxRunsInFlight = 2;

/** Milliseconds, of no origin in particular. */
const Now = (): number => performance.now();

/** What all sessions of a runtime share: the module, the device, and the line in which they stand. */
export class OrtContext {
    /** ONNX Runtime. */
    public readonly module: IOrtModule;
    /** The device that computes; null when the processor does. */
    public readonly device: GPUDevice | null;

    private readonly _inFlight: Promise<unknown>[] = [];
    private _isLost = false;

    /**
     * @param module ONNX Runtime
     * @param device the device that computes; null when the processor does
     */
    public constructor(module: IOrtModule, device: GPUDevice | null) {
        this.module = module;
        this.device = device;
        void device?.lost.then(() => {
            this._isLost = true;
        });
    }

    /** Whether the device is gone for good. */
    public get isLost(): boolean {
        return this._isLost;
    }

    /**
     * Does something with ONNX Runtime when nobody else does.
     *
     * @param task what to do
     * @returns what it gives
     * @throws {@link NetworkError} `"device-lost"`; and whatever the task throws
     */
    public async queueAsync<Result>(task: () => Promise<Result>): Promise<Result> {
        return await this.module.queue.runAsync(async () => {
            this.requireDevice();
            return await task();
        });
    }

    /**
     * The same for a run of a network, whose commands it also times.
     *
     * @param task what to do; on a graphics device it ends when the commands are submitted
     * @param onMeasured told the milliseconds from the end of what was submitted before to the end of these commands
     * @returns what the task gives
     */
    public async queueRunAsync<Result>(
        task: () => Promise<Result>,
        onMeasured: (milliseconds: number) => void,
    ): Promise<Result> {
        return await this.queueAsync(async () => {
            const { device } = this;
            if (!device) {
                const start = Now();
                const result = await task();
                onMeasured(Now() - start);
                return result;
            }
            if (this._inFlight.length >= MaxRunsInFlight) {
                await this._inFlight.shift();
            }
            this.requireDevice();
            let start = Now();
            const before = device.queue.onSubmittedWorkDone().then(() => {
                start = Now();
            });
            const result = await task();
            const after = device.queue.onSubmittedWorkDone().then(async () => {
                const end = Now();
                await before;
                onMeasured(Math.max(end - start, 0));
            });
            // A lost device is told of by the next task.
            this._inFlight.push(after.catch(() => undefined));
            return result;
        });
    }

    /** @throws {@link NetworkError} `"device-lost"` when the device is gone */
    public requireDevice(): void {
        if (this._isLost) {
            throw new NetworkError(
                "device-lost",
                "The graphics device of the networks was lost. Load the networks again on the new one.",
            );
        }
    }
}
