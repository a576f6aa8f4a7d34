import { type IAvatarNetwork } from "../format/mapModel.js";
import { NetworkError } from "./networkError.js";
import { NetworkSession } from "./networkSession.js";
import { OrtContext } from "./ortContext.js";
import { ChooseWebGpuBuild, LoadOrtAsync } from "./ortModule.js";
import { ProbeAsync, ProbeNetwork } from "./probeNetwork.js";
import { IsSoftwareDevice } from "./softwareDevice.js";

/** What computes: `"webgpu"`, the graphics device; `"wasm"`, the processor, in browsers in a worker. */
export type NetworkProvider = "webgpu" | "wasm";

/** What a {@link NetworkRuntime} is made from. */
export interface INetworkRuntimeOptions {
    /** The device that draws the avatars; null where there is none. Borrowed. */
    readonly device: GPUDevice | null;
    /**
     * What computes. `"auto"` is WebGPU, except on devices that are software themselves and where WebGPU turns out not to work
     * for networks. (default: `"auto"`)
     */
    readonly provider?: NetworkProvider | "auto";
}

/** ONNX Runtime with what computes. Results are buffers of the device with `"webgpu"`, and in memory with `"wasm"`. */
export class NetworkRuntime {
    /** What computes. */
    public readonly provider: NetworkProvider;
    /** Why `"auto"` is not WebGPU although there is a device; null where it is. A sentence to show, once. */
    public readonly fallbackReason: string | null;

    private readonly _context: OrtContext;
    private readonly _sessions = new Set<NetworkSession>();
    private _isDisposed = false;

    private constructor(context: OrtContext, fallbackReason: string | null = null) {
        this.provider = context.device ? "webgpu" : "wasm";
        this.fallbackReason = fallbackReason;
        this._context = context;
    }

    /**
     * Loads ONNX Runtime, and sees that it computes.
     *
     * @param options device and provider
     * @returns the runtime; the caller disposes it
     * @throws {@link NetworkError} when ONNX Runtime is missing, or what was asked for does not compute
     */
    public static async CreateAsync(options: INetworkRuntimeOptions): Promise<NetworkRuntime> {
        const { device, provider = "auto" } = options;
        if (provider === "wasm" || (provider === "auto" && !device)) {
            return await NetworkRuntime._CreateAsync(null, null);
        }
        if (!device) {
            throw new NetworkError("runtime-failed", "Networks on WebGPU need a graphics device, and there is none.");
        }
        if (provider === "auto" && IsSoftwareDevice(device)) {
            const reason =
                "Networks run on the processor: the graphics device is software, which would be slower still.";
            return await NetworkRuntime._CreateAsync(null, reason);
        }
        try {
            return await NetworkRuntime._CreateAsync(device, null);
        } catch (error) {
            // Who has lost the device makes another one, on which networks are fast again.
            const isFinal =
                error instanceof NetworkError && (error.code === "runtime-missing" || error.code === "device-lost");
            if (provider === "webgpu" || !(error instanceof NetworkError) || isFinal) {
                throw error;
            }
            const reason = `Networks run on the processor, which is slow. ${error.message}`;
            return await NetworkRuntime._CreateAsync(null, reason);
        }
    }

    private static async _CreateAsync(
        device: GPUDevice | null,
        fallbackReason: string | null,
    ): Promise<NetworkRuntime> {
        const module = await LoadOrtAsync(device ? ChooseWebGpuBuild() : "wasm");
        const runtime = new NetworkRuntime(new OrtContext(module, device), fallbackReason);
        try {
            const session = await runtime.createSessionAsync(ProbeNetwork, ProbeNetwork.bytes);
            await ProbeAsync(session, device);
            session.dispose();
            return runtime;
        } catch (error) {
            runtime.dispose();
            const { cause = error, code } = error as NetworkError;
            if (code === "device-lost") {
                throw error;
            }
            runtime._context.requireDevice();
            const found = cause instanceof Error ? cause.message : String(cause);
            const message = `ONNX Runtime does not compute with ${runtime.provider} here: ${found}`;
            throw new NetworkError("runtime-failed", message, { cause });
        }
    }

    /** The graphics device that computes; null when the processor does. */
    public get device(): GPUDevice | null {
        return this._context.device;
    }

    /** How many networks are ready. */
    public get sessionCount(): number {
        return this._sessions.size;
    }

    /**
     * Makes a network ready to run: compiles the graph, compares it with what the avatar says of it, and runs it once on zeros.
     * Networks with halves become float32 where the device has no `shader-f16`.
     *
     * @param network what the avatar says
     * @param bytes the ONNX file; left as it is
     * @returns the session; the caller disposes it, or the runtime when it goes
     * @throws {@link NetworkError} naming the network and what is wrong; nothing is left behind then
     */
    public async createSessionAsync(network: IAvatarNetwork, bytes: Uint8Array): Promise<NetworkSession> {
        this._requireLiving();
        const session = await NetworkSession.CreateAsync(this._context, network, bytes, (disposed) => {
            this._sessions.delete(disposed);
        });
        if (this._isDisposed) {
            session.dispose();
        }
        this._requireLiving();
        this._sessions.add(session);
        return session;
    }

    /** Disposes all sessions. ONNX Runtime stays in memory, since it cannot be unloaded. Disposing twice is harmless. */
    public dispose(): void {
        this._isDisposed = true;
        this._sessions.forEach((session) => session.dispose());
    }

    private _requireLiving(): void {
        if (this._isDisposed) {
            throw new NetworkError("disposed", "The runtime of the networks was disposed.");
        }
    }
}
