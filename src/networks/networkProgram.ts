import { type IAvatarNetwork } from "../format/mapModel.js";
import { type NetworkRuntime } from "./networkRuntime.js";
import { type NetworkSession } from "./networkSession.js";
import { type INetworkTensor } from "./networkTensor.js";
import { type IProgramSlice } from "./programSlice.js";
import { PlanProgram, type IProgramPlan } from "./programPlan.js";
import { ProgramRun, type IProgramParts } from "./programRun.js";

/** How a {@link NetworkProgram} is made. */
export interface INetworkProgramOptions {
    /** Tensors that the program is run for. (default: all that no network reads) */
    readonly outputs?: readonly string[];
    /** Calls the loading off; the promise rejects with the signal's reason. */
    readonly signal?: AbortSignal;
    /** Told the share of the networks' bytes that is ready, 0..1, after each network. */
    readonly onProgress?: (share: number) => void;
}

/**
 * The networks of one model, joined by the names of their tensors. Holds nothing of any avatar: all avatars with the same model
 * share one program, and their runs may interleave slice by slice.
 *
 * @example
 * ```ts
 * const program = await NetworkProgram.CreateAsync(runtime, model.networks, loadBytesAsync);
 * const run = program.begin(new Map([["pose_map", TensorOfBuffer(pose, [1, 12, 64, 64])]]));
 * while (!run.isDone) await run.stepAsync(); // one slice, in whatever frame has time for it
 * decode(run.outputs);
 * run.dispose();
 * ```
 */
export class NetworkProgram {
    /** The networks, in the order in which they run. */
    public readonly slices: readonly IProgramSlice[];

    private readonly _parts: IProgramParts;

    private constructor(plan: IProgramPlan, sessions: readonly NetworkSession[]) {
        this.slices = sessions.map((session, index) => ({
            name: session.network.name,
            dependsOnCamera: plan.dependsOnCamera[index]!,
            get milliseconds(): number {
                return session.milliseconds;
            },
        }));
        this._parts = { slices: this.slices, sessions, plan, runs: new Set() };
    }

    /**
     * Loads networks, one after the other.
     *
     * @param runtime what computes; borrowed
     * @param networks in the order in which they run
     * @param loadBytesAsync gives the ONNX file of a network
     * @param options see {@link INetworkProgramOptions}
     * @returns the program; the caller disposes it
     * @throws NetworkError when one of the networks cannot be used; and whatever `loadBytesAsync` throws. Nothing is left behind
     */
    public static async CreateAsync(
        runtime: NetworkRuntime,
        networks: readonly IAvatarNetwork[],
        loadBytesAsync: (network: IAvatarNetwork) => Promise<Uint8Array>,
        options: INetworkProgramOptions = {},
    ): Promise<NetworkProgram> {
        const { outputs, signal, onProgress } = options;
        const plan = PlanProgram(networks, outputs ?? null);
        const total = networks.reduce((sum, { byteLength }) => sum + byteLength, 0);
        const sessions: NetworkSession[] = [];
        let ready = 0;
        try {
            // One after the other: only one file is in memory at a time.
            /* eslint-disable no-await-in-loop */
            for (const network of networks) {
                signal?.throwIfAborted();
                const bytes = await loadBytesAsync(network);
                signal?.throwIfAborted();
                sessions.push(await runtime.createSessionAsync(network, bytes));
                ready += network.byteLength;
                onProgress?.(ready / total);
            }
            /* eslint-enable no-await-in-loop */
            signal?.throwIfAborted();
            return new NetworkProgram(plan, sessions);
        } catch (error) {
            sessions.forEach((session) => session.dispose());
            throw error;
        }
    }

    /**
     * Begins a run; nothing is computed yet.
     *
     * @param inputs tensors by name, as the networks take them; borrowed until the run is done
     * @returns the run; the caller disposes it
     */
    public begin(inputs: ReadonlyMap<string, INetworkTensor>): ProgramRun {
        return new ProgramRun(this._parts, inputs, null);
    }

    /** Frees the networks and all that their runs hold; a step under way ends quietly. Disposing twice is harmless. */
    public dispose(): void {
        this._parts.runs.forEach((run) => run.dispose());
        this._parts.sessions.forEach((session) => session.dispose());
    }
}
