import { NetworkError } from "./networkError.js";
import { type IProgramSlice } from "./programSlice.js";
import { type NetworkSession } from "./networkSession.js";
import { type INetworkTensor } from "./networkTensor.js";
import { type IProgramPlan } from "./programPlan.js";
import { TrunkTensors } from "./trunkTensors.js";

type Tensors = ReadonlyMap<string, INetworkTensor>;

/** What runs know of their program. */
export interface IProgramParts {
    /** The networks, as they are seen from outside. */
    readonly slices: readonly IProgramSlice[];
    /** The networks. */
    readonly sessions: readonly NetworkSession[];
    /** Who reads what. */
    readonly plan: IProgramPlan;
    /** All runs that are not disposed. */
    readonly runs: Set<ProgramRun>;
}

/**
 * One run of a {@link NetworkProgram}, slice by slice. It frees tensors after their last reader; what is left when it is done are
 * its outputs, and what a run for another camera reads.
 */
export class ProgramRun {
    private readonly _parts: IProgramParts;
    private readonly _order: readonly number[];
    private readonly _inputs: Tensors;
    private readonly _trunk: TrunkTensors;
    private readonly _tensors = new Map<string, INetworkTensor>();
    private readonly _outputs = new Map<string, INetworkTensor>();
    private _requested = 0;
    private _finished = 0;
    private _last: Promise<void> = Promise.resolve();
    private _failure: Error | null = null;
    private _isDisposed = false;

    /**
     * Made by `NetworkProgram.begin` and {@link beginCamera}.
     *
     * @param parts the program's
     * @param inputs tensors by name; borrowed until the run is done
     * @param trunk what another run has made that does not depend on the camera; null to make all of it
     * @internal
     */
    public constructor(parts: IProgramParts, inputs: Tensors, trunk: TrunkTensors | null) {
        this._parts = parts;
        this._inputs = inputs;
        this._trunk = trunk ?? new TrunkTensors();
        this._trunk.retain();
        this._order = parts.slices.flatMap(({ dependsOnCamera }, index) => (!trunk || dependsOnCamera ? [index] : []));
        parts.runs.add(this);
    }

    /** Whether all slices have run. */
    public get isDone(): boolean {
        return this._finished === this._order.length;
    }

    /** What the next call of {@link stepAsync} runs; null when all was asked for, and after a failure. */
    public get nextSlice(): IProgramSlice | null {
        const index = this._failure || this._isDisposed ? undefined : this._order[this._requested];
        return index === undefined ? null : this._parts.slices[index]!;
    }

    /** What is made so far of what the program is run for, by name; without what {@link releaseOutputs} freed. */
    public get outputs(): Tensors {
        return this._outputs;
    }

    /**
     * Runs the next slice. May be called again before it ends: slices run one after the other. On a graphics device it ends when
     * the commands are submitted. Does nothing when there is no next slice, and ends quietly when the run is disposed meanwhile.
     *
     * @throws NetworkError when the slice fails; the run is over then, and holds nothing
     */
    public async stepAsync(): Promise<void> {
        if (this._failure) {
            throw this._failure;
        }
        if (this._isDisposed || this._requested === this._order.length) {
            await this._last;
            return;
        }
        const index = this._order[this._requested++]!;
        this._last = this._last.then(async () => await this._stepAsync(index));
        await this._last;
    }

    /**
     * Begins a run for another camera on the same pose: only slices that depend on the camera run again. May outlive this run.
     *
     * @param inputs tensors that depend on the camera, by name; borrowed until the run is done
     * @returns the run; its {@link outputs} are those of its own slices
     * @throws NetworkError `"wrong-contract"` when this run has not come far enough
     */
    public beginCamera(inputs: Tensors): ProgramRun {
        const missing = [...this._parts.plan.trunk].find((name) => !this._trunk.tensors.has(name));
        if (missing !== undefined || this._isDisposed) {
            throw new NetworkError(
                "wrong-contract",
                `There is no "${missing ?? "trunk"}" for a run for another camera. Run the slices that do not depend on the camera first.`,
            );
        }
        return new ProgramRun(this._parts, new Map([...this._inputs, ...inputs]), this._trunk);
    }

    /** Frees the outputs when they are used, but not what runs for other cameras need. */
    public releaseOutputs(): void {
        for (const name of this._outputs.keys()) {
            this._free(name);
        }
        this._outputs.clear();
    }

    /** Frees everything. A step under way ends quietly. Disposing twice is harmless. */
    public dispose(): void {
        if (this._isDisposed) {
            return;
        }
        this._isDisposed = true;
        this._parts.runs.delete(this);
        this._tensors.forEach((tensor) => tensor.dispose());
        this._tensors.clear();
        this._outputs.clear();
        this._trunk.release();
    }

    private async _stepAsync(index: number): Promise<void> {
        if (this._isDisposed) {
            return;
        }
        const session = this._parts.sessions[index]!;
        let results: Tensors;
        try {
            results = await session.runAsync(this._gather(session));
        } catch (error) {
            if (this._isDisposed) {
                return;
            }
            this._failure = error as Error;
            this.dispose();
            throw error;
        }
        if (this._isDisposed) {
            results.forEach((tensor) => tensor.dispose());
            return;
        }
        this._keep(results);
        this._parts.plan.freedAfter[index]!.forEach((name) => this._free(name));
        this._finished++;
    }

    private _gather(session: NetworkSession): Tensors {
        const tensors = new Map<string, INetworkTensor>();
        for (const { name } of session.network.inputs) {
            const tensor = this._tensors.get(name) ?? this._trunk.tensors.get(name) ?? this._inputs.get(name);
            if (tensor) {
                tensors.set(name, tensor);
            }
        }
        return tensors;
    }

    private _keep(results: Tensors): void {
        const { plan } = this._parts;
        for (const [name, tensor] of results) {
            (plan.trunk.has(name) ? this._trunk.tensors : this._tensors).set(name, tensor);
            if (plan.outputs.has(name)) {
                this._outputs.set(name, tensor);
            }
        }
    }

    private _free(name: string): void {
        this._tensors.get(name)?.dispose();
        this._tensors.delete(name);
    }
}
