import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { NetworkProgram } from "../../../src/networks/networkProgram.js";
import { NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { NetworkSession } from "../../../src/networks/networkSession.js";
import { TensorOfBuffer, TensorOfData, type INetworkTensor } from "../../../src/networks/networkTensor.js";
import { OrtContext } from "../../../src/networks/ortContext.js";
import { ChooseWebGpuBuild, LoadOrtAsync } from "../../../src/networks/ortModule.js";
import { ProbeAsync, ProbeNetwork } from "../../../src/networks/probeNetwork.js";
import { ReadTensorAsync } from "../../../src/networks/readTensor.js";
import { CountBuffers, type IBufferCount } from "../../support/countBuffers.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { PretendHardware } from "../../support/networkStage.js";
import { MakePointwiseNetwork, MakeTwoSliceNetworks } from "../../support/onnxGraphs.js";
import { UsePlainWasm } from "../../support/plainWasm.js";
import { SeededRandom } from "../../support/seededRandom.js";

const Size = 4;
const Shape = [1, 1, Size, Size];
/** maps = 2 · pose + 1 + view, exact in float32 for the small integers below. */
const networks = MakeTwoSliceNetworks(Size);
const Pose = Float32Array.from({ length: Size * Size }, (_, index) => index);

type Tensors = ReadonlyMap<string, INetworkTensor>;

UsePlainWasm();

DescribeGpu("networks on the graphics device", () => {
    let device: GPUDevice;
    let buffers: IBufferCount;
    let runtime: NetworkRuntime;
    let pose: GPUBuffer;

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
        pose = device.createBuffer({ size: Pose.byteLength, usage: Usage() });
        device.queue.writeBuffer(pose, 0, Pose);
        buffers = CountBuffers(device);
        runtime = await NetworkRuntime.CreateAsync({ device, provider: "webgpu" });
    });

    afterAll(() => {
        runtime.dispose();
        device.destroy();
    });

    const inputs = (view: number): Tensors =>
        new Map([
            ["pose_map", TensorOfBuffer(pose, Shape)],
            ["view_front", TensorOfData(new Float32Array(Size * Size).fill(view), Shape)],
        ]);
    const readMapsAsync = async (outputs: Tensors): Promise<number[]> => [
        ...(await ReadTensorAsync(device, outputs.get("maps")!)),
    ];
    const expected = (view: number): number[] => [...Pose].map((value) => 2 * value + 1 + view);
    const loadAsync = async (): Promise<NetworkProgram> =>
        await NetworkProgram.CreateAsync(runtime, networks, async ({ bytes }) => await Promise.resolve(bytes!));

    it("give results in buffers of the engine's device, and again for another camera, and free every buffer", async () => {
        const program = await loadAsync();
        const run = program.begin(inputs(3));
        await run.stepAsync();
        await run.stepAsync();
        expect([run.isDone, [...run.outputs.keys()]]).toEqual([true, ["maps"]]);
        expect(run.outputs.get("maps")!.buffer).not.toBeNull();
        expect(await readMapsAsync(run.outputs)).toEqual(expected(3));
        const other = run.beginCamera(inputs(7));
        run.dispose();
        await other.stepAsync();
        expect([other.isDone, await readMapsAsync(other.outputs)]).toEqual([true, expected(7)]);
        await device.queue.onSubmittedWorkDone();
        await new Promise(setImmediate);
        expect(program.slices.map(({ milliseconds }) => milliseconds > 0)).toEqual([true, true]);
        program.dispose();
        await WhenIdleAsync();
        expect(buffers.live).toBe(0);
    });

    it("stand in line: runs and creations asked for at once do not meet", async () => {
        const programs = await Promise.all([loadAsync(), loadAsync()]);
        const runs = [0, 1, 2, 3, 4, 5].map((view) => programs[view % 2]!.begin(inputs(view)));
        const more = loadAsync();
        await Promise.all(runs.flatMap((run) => [run.stepAsync(), run.stepAsync()]));
        for (const [view, run] of runs.entries()) {
            expect(await readMapsAsync(run.outputs)).toEqual(expected(view));
        }
        [...programs, await more].forEach((program) => program.dispose());
        await WhenIdleAsync();
        expect(buffers.live).toBe(0);
    });

    it("end quietly when they are disposed in the middle", async () => {
        const program = await loadAsync();
        const [first, second] = [program.begin(inputs(0)), program.begin(inputs(1))];
        const steps = [first.stepAsync(), first.stepAsync(), second.stepAsync()];
        first.dispose();
        program.dispose();
        await Promise.all(steps);
        expect([first.isDone, second.isDone, second.nextSlice]).toEqual([false, false, null]);
        await expect(program.begin(inputs(0)).stepAsync()).rejects.toMatchObject({ code: "disposed" });
        await WhenIdleAsync();
        expect(buffers.live).toBe(0);
    });

    it("compute what the processor computes, with halves made float32 where the device has none", async () => {
        const random = SeededRandom(5);
        const weights = [0, 1, 2].map(() => [0, 1, 2, 3].map(() => random() - 0.5));
        const onProcessor = await NetworkRuntime.CreateAsync({ device: null });
        const data = Float32Array.from({ length: 4 * Size * Size }, () => random() - 0.5);
        const given = new Map([["pose_map", TensorOfData(data, [1, 4, Size, Size])]]);
        for (const precision of ["float32", "float16"] as const) {
            const network = MakePointwiseNetwork("p", "pose_map", "maps", weights, [0, 1, -1], Size, precision);
            const [found, wanted] = await Promise.all([
                ComputeAsync(runtime, network, given),
                ComputeAsync(onProcessor, network, given),
            ]);
            const error = Math.max(...found.map((value, index) => Math.abs(value - wanted[index]!)));
            process.stdout.write(
                `largest difference of WebGPU and wasm, ${precision} weights: ${error.toExponential(1)}\n`,
            );
            // Sums of four products below 1, in another order.
            expect(error).toBeLessThan(1e-6);
        }
        onProcessor.dispose();
        await WhenIdleAsync();
        expect(buffers.live).toBe(0);
    });

    it("are refused by name when the device cannot hold them", async () => {
        const network = MakePointwiseNetwork("large", "pose_map", "maps", [[1], [1], [1]], [0, 0, 0], 8);
        const { createBuffer } = device;
        // As if the three maps were larger than anything that the device can hold.
        device.createBuffer = (descriptor) =>
            createBuffer(descriptor.size === 3 * 8 * 8 * 4 ? { ...descriptor, size: 2 ** 42 } : descriptor);
        const failure: unknown = await runtime
            .createSessionAsync(network, network.bytes!)
            .catch((error: unknown) => error);
        device.createBuffer = createBuffer;
        expect(failure).toMatchObject({
            code: "out-of-memory",
            message: expect.stringContaining('"large"') as unknown,
        });
        // The others go on.
        const program = await loadAsync();
        await program.begin(inputs(1)).stepAsync();
        program.dispose();
    });

    it("fail with a clear error when the device is lost", async () => {
        const lost = await GetTestDeviceAsync();
        const doomed = await NetworkRuntime.CreateAsync({ device: lost, provider: "webgpu" });
        const [network] = MakeTwoSliceNetworks(Size);
        const session = await doomed.createSessionAsync(network!, network!.bytes!);
        lost.destroy();
        await lost.lost;
        await expect(session.runAsync(new Map([["pose_map", TensorOfData(Pose, Shape)]]))).rejects.toMatchObject({
            code: "device-lost",
        });
        await expect(doomed.createSessionAsync(network!, network!.bytes!)).rejects.toMatchObject({
            code: "device-lost",
        });
        doomed.dispose();
        // The other device goes on.
        const program = await loadAsync();
        const run = program.begin(inputs(2));
        await Promise.all([run.stepAsync(), run.stepAsync()]);
        expect(await readMapsAsync(run.outputs)).toEqual(expected(2));
        program.dispose();
    });

    it("show that ONNX Runtime computes on another device", async () => {
        const other = await GetTestDeviceAsync();
        const module = await LoadOrtAsync(ChooseWebGpuBuild());
        const create = async (bytes: Uint8Array): Promise<unknown> =>
            await module.ort.InferenceSession.create(bytes, {
                executionProviders: [{ name: "webgpu", device: other }],
                preferredOutputLocation: "gpu-buffer",
            });
        const ort = { ...module.ort, InferenceSession: { create } } as unknown as typeof module.ort;
        const context = new OrtContext({ ...module, ort }, device);
        // What each of them finds wrong with the other's buffers.
        other.pushErrorScope("validation");
        const probing = NetworkSession.CreateAsync(context, ProbeNetwork, ProbeNetwork.bytes, () => undefined).then(
            async (session) => {
                await ProbeAsync(session, device);
            },
        );
        await expect(probing).rejects.toThrow();
        await other.popErrorScope();
        await WhenIdleAsync();
        other.destroy();
    });

    it("run on the processor when WebGPU fails at the first try, but not when the device is gone", async () => {
        const broken = await GetTestDeviceAsync();
        PretendHardware(broken);
        broken.createBuffer = () => {
            throw new Error("no buffers today");
        };
        const chosen = await NetworkRuntime.CreateAsync({ device: broken });
        expect([chosen.provider, chosen.fallbackReason]).toEqual([
            "wasm",
            expect.stringContaining("does not compute with webgpu"),
        ]);
        chosen.dispose();
        broken.destroy();
        await broken.lost;
        await expect(NetworkRuntime.CreateAsync({ device: broken })).rejects.toMatchObject({ code: "device-lost" });
    });

    it("run on the processor when the device is software, and say so", async () => {
        const chosen = await NetworkRuntime.CreateAsync({ device });
        expect(chosen.provider).toBe(device.adapterInfo.isFallbackAdapter ? "wasm" : "webgpu");
        expect(chosen.fallbackReason).toEqual(
            device.adapterInfo.isFallbackAdapter ? expect.stringContaining("graphics device is software") : null,
        );
        chosen.dispose();
    });
});

function Usage(): number {
    return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
}

/** What a network makes of one input. */
async function ComputeAsync(runtime: NetworkRuntime, network: IAvatarNetwork, given: Tensors): Promise<Float32Array> {
    const session = await runtime.createSessionAsync(network, network.bytes!);
    const numbers = await ReadTensorAsync(runtime.device, (await session.runAsync(given)).get("maps")!);
    session.dispose();
    return numbers;
}

/** What was disposed is freed behind what is under way. */
async function WhenIdleAsync(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 20));
}
