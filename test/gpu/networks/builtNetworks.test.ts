import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { BuildDualStyleUnet } from "../../../src/convert/networks/buildDualStyleUnet.js";
import { BuildLiteUnet, type ILiteUnetConfig } from "../../../src/convert/networks/buildLiteUnet.js";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { NetworkProgram } from "../../../src/networks/networkProgram.js";
import { NetworkRuntime } from "../../../src/networks/networkRuntime.js";
import { TensorOfData, type INetworkTensor } from "../../../src/networks/networkTensor.js";
import { ReadTensorAsync } from "../../../src/networks/readTensor.js";
import { DescribeGolden, FixtureTensor, ReadGoldenFixture, RecordGoldenError } from "../../support/goldenFixture.js";
import { Adapter, DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { MakeConvolution } from "../../support/onnxGraphs.js";
import { UsePlainWasm } from "../../support/plainWasm.js";
import { LiteWeights } from "../../support/realNetworks.js";
import { SeededRandom } from "../../support/seededRandom.js";
import { SampleStyleUnet } from "../../support/styleUnetSamples.js";
import { FixtureWeights } from "../../support/styleUnetWeights.js";

type Tensors = ReadonlyMap<string, INetworkTensor>;
type Precision = "float32" | "float16";

/** Sums of some hundred float32 products in another order, through a dozen layers, as a share of the largest number. */
const Float32Tolerance = 1e-5;
/** 2⁻¹¹ a rounding, through up to thirty layers that the device computes in halves and the processor in float32. */
const Float16Tolerance = 5e-3;
/** What a network may differ from the method's own program by, as a share of the largest number. */
const FixtureTolerance = 1e-3;

UsePlainWasm();

DescribeGpu("networks as they are built, on the graphics device", () => {
    let device: GPUDevice;
    let onDevice: NetworkRuntime;
    let onProcessor: NetworkRuntime;
    let precisions: readonly Precision[];

    beforeAll(async () => {
        const halves = Adapter.features.has("shader-f16");
        precisions = halves ? ["float32", "float16"] : ["float32"];
        device = await GetTestDeviceAsync(halves ? { requiredFeatures: ["shader-f16"] } : {});
        onDevice = await NetworkRuntime.CreateAsync({ device, provider: "webgpu" });
        onProcessor = await NetworkRuntime.CreateAsync({ device: null });
    });

    afterAll(() => {
        onDevice.dispose();
        onProcessor.dispose();
        device.destroy();
    });

    /** Compares both providers; gives what the device made. */
    const compareAsync = async (
        title: string,
        networks: readonly IAvatarNetwork[],
        inputs: Tensors,
        precision: Precision,
    ): Promise<Float32Array> => {
        const found = await ComputeAsync(onDevice, networks, inputs);
        const error = RelativeDistance(found, await ComputeAsync(onProcessor, networks, inputs));
        process.stdout.write(`${title}, ${precision}: WebGPU and wasm differ by ${error.toExponential(1)}\n`);
        expect(error).toBeLessThan(precision === "float32" ? Float32Tolerance : Float16Tolerance);
        return found;
    };

    // Every kind of convolution is a shader of its own: SwiftShader takes seconds for the few of the first network, and too long
    // for those of the others.
    const itWhereFast = Adapter.isFast ? it : it.skip;

    it("compute what the processor computes: the network of a lite avatar", async () => {
        // Six inputs and eight outputs: ONNX Runtime's own convolution is wrong there by a fifth.
        const config: ILiteUnetConfig = { size: 16, inputChannels: 6, widths: [8, 12, 16] };
        const inputs = new Map([["pose_map", RandomTensor([1, 6, 16, 16], 2)]]);
        for (const precision of precisions) {
            await compareAsync(
                "lite U-Net",
                BuildLiteUnet(config, LiteWeights(config), { precision }),
                inputs,
                precision,
            );
        }
    });

    itWhereFast("compute what the processor computes: a convolution of another exporter's", async () => {
        const inputs = new Map([["x", RandomTensor([1, 6, 4, 4], 6)]]);
        await compareAsync("six inputs, eight outputs", [MakeConvolution(6, 8)], inputs, "float32");
    });

    itWhereFast("compute what the processor computes: a U-Net with two decoders and views, in slices", async () => {
        const inputs = new Map([
            ["pose_map", RandomTensor([1, 3, 32, 32], 3)],
            ["view_front", RandomTensor([1, 1, 32, 32], 4)],
            ["view_back", RandomTensor([1, 1, 32, 32], 5)],
        ]);
        const networks = BuildDualStyleUnet(SampleStyleUnet(), { name: "color", view: {}, sliceMacs: 5e5 });
        expect(networks.length).toBeGreaterThan(3);
        await compareAsync("U-Net with views", networks, inputs, "float32");
    });

    DescribeGolden("beside the published program", () => {
        for (const fixtureName of ["dual_styleunet_small_c3", "dual_styleunet_small_c8"]) {
            itWhereFast(`${fixtureName} is within ${FixtureTolerance}, and ${Float16Tolerance} in halves`, async () => {
                const fixture = ReadGoldenFixture(fixtureName);
                const { shape, data } = FixtureTensor(fixture, "input");
                const inputs = new Map([["pose_map", TensorOfData(data, shape)]]);
                const style = fixture.values("style");
                for (const precision of precisions) {
                    const networks = BuildDualStyleUnet(FixtureWeights(fixture), { name: "net", style, precision });
                    const found = await compareAsync(fixtureName, networks, inputs, precision);
                    const error = RelativeDistance(found, FixtureTensor(fixture, "output").data);
                    process.stdout.write(`${fixtureName}, ${precision}, fixture: ${error.toExponential(1)}\n`);
                    const tolerance = precision === "float32" ? FixtureTolerance : Float16Tolerance;
                    RecordGoldenError(fixtureName, `on WebGPU in ${precision}, relative`, error, tolerance);
                    expect(error).toBeLessThanOrEqual(tolerance);
                }
            });
        }
    });
});

/** Numbers from −1 to 1. */
function RandomTensor(shape: readonly number[], seed: number): INetworkTensor {
    const random = SeededRandom(seed);
    const count = shape.reduce((product, size) => product * size, 1);
    return TensorOfData(
        Float32Array.from({ length: count }, () => 2 * random() - 1),
        shape,
    );
}

/** What the last of the networks makes. */
async function ComputeAsync(
    runtime: NetworkRuntime,
    networks: readonly IAvatarNetwork[],
    inputs: Tensors,
): Promise<Float32Array> {
    const program = await NetworkProgram.CreateAsync(
        runtime,
        networks,
        async ({ bytes }) => await Promise.resolve(bytes!),
    );
    const run = program.begin(inputs);
    while (!run.isDone) {
        await run.stepAsync();
    }
    const output = run.outputs.get(networks.at(-1)!.outputs[0]!.name)!;
    const numbers = (await ReadTensorAsync(runtime.device, output)).slice();
    run.dispose();
    program.dispose();
    return numbers;
}

/** Largest difference, as a share of the largest number expected; NaN where a number is missing. */
function RelativeDistance(actual: Float32Array, expected: Float32Array): number {
    const { abs, max } = Math;
    const largest = expected.reduce((most, value) => max(most, abs(value)), 0);
    return expected.reduce((most, value, index) => max(most, abs(value - actual[index]!)), 0) / largest;
}
