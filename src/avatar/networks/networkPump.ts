import { type NetworkProvider } from "../../networks/networkRuntime.js";
import { type NetworkProgram } from "../../networks/networkProgram.js";
import { type ProgramRun } from "../../networks/programRun.js";
import { type INetworkTask, NetworkScheduler } from "./networkScheduler.js";

/** Something that the graphics device may still read. */
export interface IDisposable {
    /** Frees it. */
    dispose(): void;
}

/** Whoever lets networks run: an avatar for its maps, a head for its picture. */
export interface INetworkClient extends INetworkTask, IDisposable {
    /** The networks. */
    readonly program: Pick<NetworkProgram, "slices">;
    /** Where they run. */
    readonly provider: NetworkProvider;
    /** Brings what the scheduler knows up to date. Allocates nothing. */
    look(): void;
    /** Begins a run, one at a time; null when there is nothing new to run for. */
    beginRunAsync(): Promise<ProgramRun | null>;
    /** Takes the run that was begun last: it is done. */
    finish(): void;
    /** Once a frame is submitted: frees the runs whose results were used in it. */
    releaseUsed(): void;
}

/** Told that a run failed. */
export type FailureHandler = (error: unknown) => void;

/** The run that is under way. */
interface IActiveRun {
    readonly client: INetworkClient;
    readonly run: ProgramRun;
}

/**
 * Runs networks after frames, slice by slice, as the scheduler decides. One run is under way at a time: the tensors between
 * slices are those of one client, and ONNX Runtime never sees two calls at once. Owns the clients.
 */
export class NetworkPump {
    private readonly _scheduler = new NetworkScheduler();
    private readonly _clients: INetworkClient[] = [];
    private readonly _onFailure = new Map<INetworkClient, FailureHandler>();
    /** What is to be freed once no command that reads it is to come any more. */
    private readonly _discarded: IDisposable[] = [];
    private _active: IActiveRun | null = null;
    private _isRunning = false;
    private _isDisposed = false;

    /**
     * Lets a client run.
     *
     * @param client owned from here on
     * @param onFailure told when a run failed; the client is let go of then
     */
    public add(client: INetworkClient, onFailure: FailureHandler): void {
        this._clients.push(client);
        this._onFailure.set(client, onFailure);
    }

    /** Lets a client go, and frees it. @param client from {@link add} */
    public remove(client: INetworkClient): void {
        const index = this._clients.indexOf(client);
        if (index >= 0) {
            this._clients.splice(index, 1);
            this._onFailure.delete(client);
            this.discard(client);
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
        for (const client of this._clients) {
            client.releaseUsed();
        }
        this.flush();
        this._scheduler.beginFrame(budget);
        for (const client of this._clients) {
            client.look();
        }
        if (!this._isRunning && (this._active || this._scheduler.choose(this._clients, performance.now()))) {
            void this._runAsync();
        }
    }

    /** Frees everything as soon as the run under way lets go of it. */
    public dispose(): void {
        this._isDisposed = true;
        this._discarded.push(...this._clients.splice(0));
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
        const expected = slice ? CostOf(active.client, slice.milliseconds) : 0;
        if (!slice || !this._scheduler.hasRoomFor(expected)) {
            return false;
        }
        try {
            this._scheduler.spend(expected);
            await active.run.stepAsync();
            this._scheduler.spend(expected > 0 ? 0 : CostOf(active.client, slice.milliseconds));
        } catch (error) {
            this._abandon(active, error);
            return true;
        }
        if (active.run.isDone && !this._abandonIfGone(active)) {
            this._active = null;
            active.client.finish();
        }
        return true;
    }

    /** Begins a run of whose turn it is; null when nothing is out of date, or there is no time left. */
    private async _beginAsync(): Promise<IActiveRun | null> {
        while (!this._isDisposed) {
            const now = performance.now();
            const client = this._scheduler.choose(this._clients, now);
            if (!client || !this._scheduler.hasRoomFor(CostOf(client, client.program.slices[0]!.milliseconds))) {
                return null;
            }
            try {
                // eslint-disable-next-line no-await-in-loop -- the next one's turn comes when this one has nothing new
                const run = await client.beginRunAsync();
                this._scheduler.take(client, now, run !== null);
                if (run) {
                    return { client, run };
                }
                // Not looked at again before the next frame, whatever its rate: this loop would go on for ever.
                client.isWanted = false;
            } catch (error) {
                this._reportFailure(client, error);
            }
        }
        return null;
    }

    /** Lets go of a run whose client was removed meanwhile. */
    private _abandonIfGone(active: IActiveRun): boolean {
        const isGone = this._isDisposed || !this._clients.includes(active.client);
        if (isGone) {
            this._active = null;
            active.run.dispose();
        }
        return isGone;
    }

    private _abandon(active: IActiveRun, error: unknown): void {
        this._active = null;
        active.run.dispose();
        this._reportFailure(active.client, error);
    }

    private _reportFailure(client: INetworkClient, error: unknown): void {
        const onFailure = this._onFailure.get(client);
        if (onFailure) {
            onFailure(error);
            // Else it would be chosen again at once.
            this.remove(client);
        }
    }
}

/** Milliseconds that a slice takes from frames: the processor computes in a worker, beside them. */
function CostOf(client: INetworkClient, milliseconds: number): number {
    return client.provider === "wasm" ? 0 : milliseconds;
}
