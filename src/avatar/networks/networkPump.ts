import { type NetworkedBody, type IBodyRun } from "./networkedBody.js";
import { NetworkScheduler } from "./networkScheduler.js";

/** Something that the graphics device may still read. */
export interface IDisposable {
    /** Frees it. */
    dispose(): void;
}

/** The run that is under way. */
interface IActiveRun extends IBodyRun {
    readonly body: NetworkedBody;
}

/**
 * Runs networks after frames, slice by slice, as the scheduler decides. One run is under way at a time: the tensors between
 * slices are those of one avatar, and ONNX Runtime never sees two calls at once. Owns the bodies.
 */
export class NetworkPump {
    private readonly _scheduler = new NetworkScheduler();
    private readonly _bodies: NetworkedBody[] = [];
    private readonly _onFailure: (body: NetworkedBody, error: unknown) => void;
    /** What is to be freed once no command that reads it is to come any more. */
    private readonly _discarded: IDisposable[] = [];
    private _active: IActiveRun | null = null;
    private _isRunning = false;
    private _isDisposed = false;

    /** @param onFailure told when a run failed; it should remove the body */
    public constructor(onFailure: (body: NetworkedBody, error: unknown) => void) {
        this._onFailure = onFailure;
    }

    /** Lets a body run. @param body owned from here on */
    public add(body: NetworkedBody): void {
        this._bodies.push(body);
    }

    /** Lets a body go, and frees it. @param body from {@link add} */
    public remove(body: NetworkedBody): void {
        const index = this._bodies.indexOf(body);
        if (index >= 0) {
            this._bodies.splice(index, 1);
            this.discard(body);
        }
    }

    /** Frees something when no run is under way that may use it. @param owner it */
    public discard(owner: IDisposable): void {
        this._discarded.push(owner);
        if (this._isDisposed) {
            this.flush();
        }
    }

    /**
     * After the frame was submitted: frees what is old, and goes on.
     *
     * @param budget milliseconds of network work a frame
     */
    public endFrame(budget: number): void {
        for (const body of this._bodies) {
            body.releaseDecoded();
        }
        this.flush();
        this._scheduler.beginFrame(budget);
        for (const body of this._bodies) {
            body.look();
        }
        if (!this._isRunning && (this._active || this._scheduler.choose(this._bodies, performance.now()))) {
            void this._runAsync();
        }
    }

    /** Frees everything as soon as the run under way lets go of it. */
    public dispose(): void {
        this._isDisposed = true;
        this._discarded.push(...this._bodies.splice(0));
        this.flush();
    }

    /** Frees what was discarded, unless a run is under way. @param isDeviceLost true when runs may never end */
    public flush(isDeviceLost = false): void {
        if (this._isRunning && !isDeviceLost) {
            return;
        }
        if (this._active) {
            this._abandonIfGone(this._active);
        }
        for (const owner of this._discarded.splice(0)) {
            owner.dispose();
        }
    }

    /** Runs slices for as long as they fit into the budget. */
    private async _runAsync(): Promise<void> {
        this._isRunning = true;
        // Behind Babylon's own commands of this frame, which are submitted when the code of the frame has ended.
        await Promise.resolve();
        // eslint-disable-next-line no-await-in-loop -- each slice waits for the one before
        while (!this._isDisposed && (await this._stepAsync())) {
            // The step did it all.
        }
        this._isRunning = false;
        this.flush();
    }

    /** Runs the next slice, of a new run if none is under way. @returns false when nothing more is to be done in this frame */
    private async _stepAsync(): Promise<boolean> {
        const active = this._active ?? (await this._beginAsync());
        this._active = active;
        if (!active || this._abandonIfGone(active)) {
            return active !== null;
        }
        const slice = active.run.nextSlice;
        const expected = slice ? CostOf(active.body, slice.milliseconds) : 0;
        if (!slice || !this._scheduler.hasRoomFor(expected)) {
            return false;
        }
        try {
            this._scheduler.spend(expected);
            await active.run.stepAsync();
            this._scheduler.spend(expected > 0 ? 0 : CostOf(active.body, slice.milliseconds));
        } catch (error) {
            this._abandon(active, error);
            return true;
        }
        if (active.run.isDone && !this._abandonIfGone(active)) {
            this._active = null;
            active.body.finish(active);
        }
        return true;
    }

    /** Begins a run of whose turn it is; null when nobody's maps are out of date, or there is no time left. */
    private async _beginAsync(): Promise<IActiveRun | null> {
        while (!this._isDisposed) {
            const now = performance.now();
            const body = this._scheduler.choose(this._bodies, now);
            if (!body || !this._scheduler.hasRoomFor(CostOf(body, body.shared.program.slices[0]!.milliseconds))) {
                return null;
            }
            try {
                // eslint-disable-next-line no-await-in-loop -- the next one's turn comes when this one has nothing new
                const run = await body.beginRunAsync();
                this._scheduler.take(body, now, run !== null);
                if (run) {
                    return { body, ...run };
                }
                // Not looked at again before the next frame, whatever its rate: this loop would go on for ever.
                body.isWanted = false;
            } catch (error) {
                this._reportFailure(body, error);
            }
        }
        return null;
    }

    /** Lets go of a run whose body was removed meanwhile. */
    private _abandonIfGone(active: IActiveRun): boolean {
        const isGone = this._isDisposed || !this._bodies.includes(active.body);
        if (isGone) {
            this._active = null;
            active.run.dispose();
        }
        return isGone;
    }

    private _abandon(active: IActiveRun, error: unknown): void {
        this._active = null;
        active.run.dispose();
        this._reportFailure(active.body, error);
    }

    private _reportFailure(body: NetworkedBody, error: unknown): void {
        if (this._bodies.includes(body)) {
            this._onFailure(body, error);
            // Else it would be chosen again at once.
            this.remove(body);
        }
    }
}

/** Milliseconds that a slice takes from frames: the processor computes in a worker, beside them. */
function CostOf(body: NetworkedBody, milliseconds: number): number {
    return body.shared.stages.runtime.provider === "wasm" ? 0 : milliseconds;
}
