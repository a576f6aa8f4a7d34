import { type InferenceSession, type OnnxValue } from "onnxruntime-web/webgpu";
import { type IAvatarNetwork } from "../format/mapModel.js";
import { CheckContract, CheckInput, CheckOutput } from "./contract.js";
import { NetworkError } from "./networkError.js";
import { ToNetworkErrorAsync } from "./networkFailure.js";
import { ElementCount, TensorOfData, type INetworkTensor } from "./networkTensor.js";
import { type OrtContext } from "./ortContext.js";
import { CreateOrtSessionAsync } from "./ortSession.js";
import { ReadTensorAsync } from "./readTensor.js";
import { WatchDeviceAsync } from "./watchDevice.js";

/** Share of the newest measurement in the running mean of a network's time. */
const NewestShare = 0.2;

type Tensors = ReadonlyMap<string, INetworkTensor>;

type NumbersHandler = (output: string, numbers: Float32Array) => void;

/** What an avatar says of a network: its name, and what it takes and makes. */
export type NetworkContract = Pick<IAvatarNetwork, "name" | "inputs" | "outputs">;

/**
 * One network, ready to run. Everyone may share it: a run leaves nothing behind that another one sees, and inputs may be
 * other buffers each time.
 */
export class NetworkSession {
    /** What the avatar says of it, without its file. */
    public readonly network: NetworkContract;

    private readonly _context: OrtContext;
    private readonly _session: InferenceSession;
    private readonly _onDisposed: (session: NetworkSession) => void;
    /** Results that nobody has disposed yet. Their memory is the session's: they go before it does. */
    private readonly _results = new Map<INetworkTensor, () => void>();
    private _failure: NetworkError | null = null;
    private _milliseconds = 0;

    private constructor(
        { name, inputs, outputs }: IAvatarNetwork,
        context: OrtContext,
        session: InferenceSession,
        onDisposed: (session: NetworkSession) => void,
    ) {
        // Its bytes are often a view of the avatar's whole file, which shall not stay in memory.
        this.network = { name, inputs, outputs };
        this._context = context;
        this._session = session;
        this._onDisposed = onDisposed;
    }

    /**
     * Made by {@link NetworkRuntime.createSessionAsync}.
     *
     * @param context the runtime's
     * @param network what the avatar says
     * @param bytes the ONNX file; left as it is
     * @param onDisposed told when the session is disposed
     * @returns the session
     * @throws {@link NetworkError} naming the network and what is wrong
     * @internal
     */
    public static async CreateAsync(
        context: OrtContext,
        network: IAvatarNetwork,
        bytes: Uint8Array,
        onDisposed: (session: NetworkSession) => void,
    ): Promise<NetworkSession> {
        let created: NetworkSession | null = null;
        try {
            CheckSize(network, bytes);
            const compiled = await CreateOrtSessionAsync(context, bytes);
            const session = new NetworkSession(network, context, compiled, onDisposed);
            created = session;
            CheckContract(network, session._session.inputMetadata, session._session.outputMetadata);
            // What ONNX Runtime compiles in its first run is there when the first pose comes, and weights that are not numbers
            // show, since they spoil all that they are multiplied with.
            await session.tryAsync(session._zeros());
            return session;
        } catch (error) {
            created?.dispose();
            throw await ToNetworkErrorAsync(error, network.name, bytes);
        }
    }

    /** Milliseconds of a run, the running mean; 0 before the first. */
    public get milliseconds(): number {
        return this._milliseconds;
    }

    /**
     * Runs the network. Runs stand in line with those of all other networks. On a graphics device the promise resolves when the
     * commands are submitted: commands that are submitted afterwards see the results.
     *
     * @param inputs tensors by name, those that the network takes and any others; left alone until the promise resolves
     * @returns what the network makes, by name; the caller disposes each, and the session all that are left when it goes
     * @throws {@link NetworkError} when an input is missing or has another shape, or the run fails. After a failed run the
     * session is of no use any more
     */
    public async runAsync(inputs: Tensors): Promise<Tensors> {
        for (const contract of this.network.inputs) {
            CheckInput(this.network.name, contract, inputs.get(contract.name), this._context.device !== null);
        }
        return await this._context.queueRunAsync(
            async () => await this._runOnceAsync(inputs),
            (milliseconds) => {
                const share = this._milliseconds > 0 ? NewestShare : 1;
                this._milliseconds += share * (milliseconds - this._milliseconds);
            },
        );
    }

    /**
     * Runs the network and reads what it makes, both under the eyes of the graphics device. For loading.
     *
     * @param inputs tensors by name
     * @param onNumbers told what the network makes; perhaps twice
     * @throws whatever went wrong, as it was thrown
     * @internal
     */
    public async tryAsync(inputs: Tensors, onNumbers?: NumbersHandler): Promise<void> {
        const { device } = this._context;
        const task = async (): Promise<void> => await this._tryNowAsync(inputs, onNumbers);
        await this._context.queueAsync(async () => await (device === null ? task() : WatchDeviceAsync(device, task)));
    }

    /** Frees the network and its results when the run that is under way has ended; later ones fail. Twice is harmless. */
    public dispose(): void {
        if (this._failure?.code === "disposed") {
            return;
        }
        this._failure = new NetworkError("disposed", `Network "${this.network.name}" was disposed.`);
        this._onDisposed(this);
        this._queueRelease(async () => {
            this._results.forEach((release) => release());
            this._results.clear();
            await this._session.release();
        });
    }

    private async _runOnceAsync(inputs: Tensors): Promise<Tensors> {
        this._requireWorking();
        try {
            const outputs = await this._runNowAsync(inputs);
            // Disposed while it ran: its results are freed right behind it.
            this._requireWorking();
            return outputs;
        } catch (error) {
            // ONNX Runtime keeps half of the bindings of a run that failed: whatever ran next would run on them.
            const failure = await ToNetworkErrorAsync(error, this.network.name);
            // Disposed meanwhile, it stays so.
            this._failure ??= failure;
            throw this._failure;
        }
    }

    private async _runNowAsync(inputs: Tensors): Promise<Tensors> {
        const results = await this._session.run(this._feed(inputs));
        const outputs = new Map<string, INetworkTensor>();
        for (const { name } of this.network.outputs) {
            outputs.set(name, this._wrap(results[name]!));
        }
        return outputs;
    }

    private _requireWorking(): void {
        if (this._failure) {
            throw this._failure;
        }
    }

    private _feed(inputs: Tensors): Record<string, OnnxValue> {
        const { Tensor } = this._context.module.ort;
        const feeds: Record<string, OnnxValue> = {};
        for (const { name, shape } of this.network.inputs) {
            const { buffer, data } = inputs.get(name)!;
            feeds[name] = buffer
                ? Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: shape })
                : // A worker takes the memory away from who gives it.
                  new Tensor("float32", data!.slice(), shape);
        }
        return feeds;
    }

    private _wrap(result: OnnxValue): INetworkTensor {
        if (result.location !== "gpu-buffer") {
            return TensorOfData(result.data as Float32Array, result.dims);
        }
        const release = (): void => {
            result.dispose();
        };
        const tensor: INetworkTensor = {
            shape: result.dims,
            buffer: result.gpuBuffer,
            data: null,
            dispose: () => {
                if (this._results.has(tensor)) {
                    this._queueRelease(async () => {
                        // The session may have gone meanwhile, and this with it.
                        if (this._results.delete(tensor)) {
                            release();
                        }
                        await Promise.resolve();
                    });
                }
            },
        };
        this._results.set(tensor, release);
        return tensor;
    }

    /** Frees something when no run is under way. A lost device has freed it already, and ONNX Runtime may complain of that. */
    private _queueRelease(task: () => Promise<void>): void {
        this._context.module.queue.runAsync(task).catch(() => undefined);
    }

    private _zeros(): Tensors {
        return new Map(
            this.network.inputs.map(({ name, shape }) => [
                name,
                TensorOfData(new Float32Array(ElementCount(shape)), shape),
            ]),
        );
    }

    private async _tryNowAsync(inputs: Tensors, onNumbers: NumbersHandler | undefined): Promise<void> {
        const outputs = await this._runNowAsync(inputs);
        for (const contract of this.network.outputs) {
            const tensor = outputs.get(contract.name)!;
            CheckOutput(this.network.name, contract, tensor.shape);
            // One after the other: each is a copy in memory.
            // eslint-disable-next-line no-await-in-loop
            const numbers = await ReadTensorAsync(this._context.device, tensor);
            if (!numbers.every(Number.isFinite)) {
                throw new NetworkError(
                    "non-finite",
                    `Network "${this.network.name}" makes numbers in "${contract.name}" that are NaN or infinite. Its weights are damaged or overflow; export it again, with float32 weights.`,
                );
            }
            onNumbers?.(contract.name, numbers);
            tensor.dispose();
        }
    }
}

function CheckSize(network: IAvatarNetwork, bytes: Uint8Array): void {
    if (bytes.byteLength !== network.byteLength) {
        throw new NetworkError(
            "damaged-network",
            `Network "${network.name}" has ${bytes.byteLength} bytes instead of the ${network.byteLength} that the avatar says. Load its file again.`,
        );
    }
}
