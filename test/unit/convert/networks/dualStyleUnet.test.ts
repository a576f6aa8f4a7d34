import { describe, expect, it } from "@jest/globals";
import {
    BuildDualStyleUnet,
    DualStyleUnetGraph,
    type IDualStyleUnetOptions,
} from "../../../../src/convert/networks/buildDualStyleUnet.js";
import { CountMacs, CountNodeMacs } from "../../../../src/convert/networks/countMacs.js";
import { NetworkBuildError } from "../../../../src/convert/networks/networkBuildError.js";
import { type IWeightTensor } from "../../../../src/convert/networks/networkWeights.js";
import { SliceNetwork } from "../../../../src/convert/networks/sliceNetwork.js";
import { type IAvatarNetwork } from "../../../../src/format/mapModel.js";
import { AdaptOnnx } from "../../../../src/format/onnx/adaptOnnx.js";
import { DecodeOnnx } from "../../../../src/format/onnx/decodeOnnx.js";
import { NetworkProgram } from "../../../../src/networks/networkProgram.js";
import { NetworkRuntime } from "../../../../src/networks/networkRuntime.js";
import { TensorOfData } from "../../../../src/networks/networkTensor.js";
import { type ProgramRun } from "../../../../src/networks/programRun.js";
import { type ITestTensor, RunNetworksAsync } from "../../../support/networkRun.js";
import { SeededRandom } from "../../../support/seededRandom.js";
import { SampleStyleUnet } from "../../../support/styleUnetSamples.js";

/** Side of the pose map of the sample, with a middle of 4 and two stages. */
const Size = 32;
const Color: IDualStyleUnetOptions = { name: "color", view: {} };

function RandomTensor(channels: number, seed: number): ITestTensor {
    const random = SeededRandom(seed);
    const data = Float32Array.from({ length: channels * Size * Size }, () => 2 * random() - 1);
    return { shape: [1, channels, Size, Size], data };
}

const inputs = { pose_map: RandomTensor(3, 1), view_front: RandomTensor(1, 2), view_back: RandomTensor(1, 3) };

/** Largest difference, as a share of the largest number. */
function RelativeDistance(actual: ArrayLike<number>, expected: Float32Array): number {
    const { abs, max } = Math;
    const largest = expected.reduce((most, value) => max(most, abs(value)), 0);
    const error = expected.reduce((most, value, index) => max(most, abs(value - actual[index]!)), 0);
    return error / largest;
}

async function OutputAsync(networks: readonly IAvatarNetwork[], name = "color_map"): Promise<Float32Array> {
    return (await RunNetworksAsync(networks, inputs)).tensors.get(name)!.data;
}

/** The message that building without, or with another, tensor ends with. */
function BuildFailure(change: (weights: Map<string, IWeightTensor>) => void): string {
    const weights = SampleStyleUnet();
    change(weights);
    try {
        BuildDualStyleUnet(weights, Color);
    } catch (error) {
        expect(error).toBeInstanceOf(NetworkBuildError);
        return (error as NetworkBuildError).message;
    }
    throw new Error("It was built.");
}

describe("A U-Net in slices", () => {
    const whole = BuildDualStyleUnet(SampleStyleUnet(), Color);
    const slices = BuildDualStyleUnet(SampleStyleUnet(), { ...Color, sliceMacs: 1e5 });

    it("gives what it gives as a whole", async () => {
        const [one, many] = [await OutputAsync(whole), await OutputAsync(slices)];
        console.log(`${slices.length} slices against ${whole.length}: ${RelativeDistance(many, one).toExponential(1)}`);
        expect(slices.length).toBeGreaterThan(8);
        expect(RelativeDistance(many, one)).toBeLessThan(1e-6); // a few roundings of float32
        expect(CountMacs(slices)).toBe(CountMacs(whole));
        expect(CountMacs(whole)).toBe(CountNodeMacs(DualStyleUnetGraph(SampleStyleUnet(), [Color]).nodes));
    });

    it("gives on the run time what it gives there as a whole, for another camera from kept tensors", async () => {
        const runtime = await NetworkRuntime.CreateAsync({ device: null, provider: "wasm" });
        const program = await NetworkProgram.CreateAsync(
            runtime,
            slices,
            async (network) => await Promise.resolve(network.bytes!),
        );
        const finishAsync = async (run: ProgramRun): Promise<Float32Array> => {
            while (!run.isDone) {
                await run.stepAsync();
            }
            return run.outputs.get("color_map")!.data!;
        };
        const given = Object.entries(inputs).map(
            ([name, { data, shape }]) => [name, TensorOfData(data, shape)] as const,
        );
        const run = program.begin(new Map(given));
        const first = await finishAsync(run);
        expect(RelativeDistance(first, await OutputAsync(whole))).toBe(0);
        // Front and back change places.
        const turned = { ...inputs, view_front: inputs.view_back, view_back: inputs.view_front };
        const views = new Map([...given, ["view_front", given[2]![1]], ["view_back", given[1]![1]]] as const);
        const second = await finishAsync(run.beginCamera(views));
        const expected = (await RunNetworksAsync(whole, turned)).tensors.get("color_map")!.data;
        expect(RelativeDistance(second, expected)).toBe(0);
        expect(RelativeDistance(first, expected)).toBeGreaterThan(0.01);
        program.dispose();
        runtime.dispose();
    });

    it("keeps what depends on the camera in slices of its own, at the end", () => {
        expect(whole.map((network) => network.name)).toEqual(["color", "color_view"]);
        const first = slices.findIndex((network) => network.name.startsWith("color_view"));
        expect(slices.slice(first).every((network) => network.name.startsWith("color_view"))).toBe(true);
        const reads = (network: IAvatarNetwork): boolean =>
            network.inputs.some((input) => input.name.startsWith("view_"));
        expect(slices.slice(0, first).some(reads)).toBe(false);
        expect(reads(slices[first]!)).toBe(true);
        expect(whole[1]!.outputs).toEqual([{ name: "color_map", type: "float32", shape: [1, 6, 64, 64] }]);
        expect(whole[0]!.inputs).toEqual([{ name: "pose_map", type: "float32", shape: [1, 3, 32, 32] }]);
    });

    it("is joined by names that no other network of the avatar has", () => {
        const other = BuildDualStyleUnet(SampleStyleUnet({ outputs: 8 }), { name: "other", sliceMacs: 1e5 });
        const names = [...slices, ...other].flatMap(({ name, outputs }) => [
            name,
            ...outputs.map((output) => output.name),
        ]);
        expect(new Set(names).size).toBe(names.length);
        const made = new Set(Object.keys(inputs));
        for (const network of [...slices, ...other]) {
            expect(network.inputs.filter((input) => !made.has(input.name))).toEqual([]);
            network.outputs.forEach((output) => made.add(output.name));
            expect(network.byteLength).toBe(network.bytes!.byteLength);
        }
    });

    it("is as large as its limit, but for single blocks that are larger", () => {
        const limit = 3e5;
        const cut = BuildDualStyleUnet(SampleStyleUnet(), { ...Color, sliceMacs: limit });
        const macs = cut.map((network) => CountMacs([network]));
        const blocks = BuildDualStyleUnet(SampleStyleUnet(), { ...Color, sliceMacs: 0 }).map((one) => CountMacs([one]));
        expect(Math.max(...macs)).toBeLessThanOrEqual(Math.max(limit, ...blocks));
        expect(cut.length).toBeLessThan(blocks.length);
    });
});

describe("A U-Net in float16", () => {
    const wide = BuildDualStyleUnet(SampleStyleUnet(), Color);
    const narrow = BuildDualStyleUnet(SampleStyleUnet(), { ...Color, precision: "float16" });

    it("has half the size, float32 around it, and float32 sums of its pictures", () => {
        const ratio = narrow[0]!.byteLength / wide[0]!.byteLength;
        console.log(`float16 over float32, bytes: ${ratio.toFixed(2)}`);
        for (const network of narrow) {
            expect([...network.inputs, ...network.outputs].every((tensor) => tensor.type === "float32")).toBe(true);
            const { graph } = DecodeOnnx(network.bytes!);
            expect([...graph.inputs, ...graph.outputs].every((value) => value.type === "float32")).toBe(true);
            const sums = graph.valueInfos.filter((value) => value.name.endsWith("/picture"));
            expect(sums.every((value) => value.type === "float32")).toBe(true);
        }
        const constants = narrow.flatMap((network) => DecodeOnnx(network.bytes!).graph.initializers);
        const bytes = (type: string): number =>
            constants.reduce((sum, tensor) => sum + (tensor.type === type ? tensor.bytes.length : 0), 0);
        expect(bytes("float32")).toBeLessThan(0.02 * bytes("float16")); // the doubling filter of pictures
    });

    it("keeps its weights to 11 bits when it is made float32 again", async () => {
        const expected = await OutputAsync(wide);
        const rounded = narrow.map((network) => ({
            ...network,
            bytes: AdaptOnnx(network.bytes!, { hasHalves: false, isWebGpu: false }),
        }));
        const weights = RelativeDistance(await OutputAsync(rounded), expected);
        console.log(`float16 weights: ${weights.toExponential(1)}`);
        expect(weights).toBeGreaterThan(0);
        expect(weights).toBeLessThan(2e-3); // up to 2⁻¹² a weight; about 4e-4 root mean square at the official depth
        // The wasm provider widens by itself; it must take the file all the same.
        expect(RelativeDistance(await OutputAsync(narrow), expected)).toBeLessThan(2e-3);
    });
});

describe("Several U-Nets in one graph", () => {
    it("give what they give one by one", async () => {
        const weights = new Map([
            ...SampleStyleUnet({ prefix: "position_net." }),
            ...SampleStyleUnet({ prefix: "other_net.", outputs: 8, seed: 2 }),
        ]);
        const parts = ["position", "other"].map((name) => ({ name, prefix: `${name}_net.` }));
        const fused = SliceNetwork(DualStyleUnetGraph(weights, parts), "body");
        expect(fused).toHaveLength(1);
        const { tensors } = await RunNetworksAsync(fused, inputs);
        for (const part of parts) {
            const alone = await OutputAsync(BuildDualStyleUnet(weights, part), `${part.name}_map`);
            expect(RelativeDistance(tensors.get(`${part.name}_map`)!.data, alone)).toBeLessThan(1e-6);
        }
    });
});

describe("Weights that make no U-Net", () => {
    it("are named, with their shape and the one that fits", () => {
        const zeros = (shape: readonly number[]): IWeightTensor => ({
            shape,
            read: () => new Float32Array(shape.reduce((product, size) => product * size, 1)),
        });
        expect(BuildFailure((weights) => weights.delete("conv_in.1.weight"))).toContain('"conv_in.1.weight" of shape [any, any, 3, 3] is missing'); // prettier-ignore
        expect(BuildFailure((weights) => weights.delete("cond_convs.1.conv2.1.weight"))).toContain('"cond_convs.1.conv2.1.weight" of shape [any, 6, 3, 3]'); // prettier-ignore
        expect(BuildFailure((weights) => weights.delete("style.2.bias"))).toContain('"style.2.bias" of shape [8]');
        expect(BuildFailure((weights) => weights.delete("convs2.3.noise.weight"))).toContain('"convs2.3.noise.weight"');
        expect(BuildFailure((weights) => weights.delete("viewdir_net.2.bias"))).toContain('"viewdir_net.2.bias" of shape [4]'); // prettier-ignore
        expect(BuildFailure((weights) => weights.set("to_rgbs2.1.bias", zeros([1, 8, 1, 1])))).toBe(
            'Tensor "to_rgbs2.1.bias" has shape [1, 8, 1, 1] instead of [1, 12, 1, 1].',
        );
        expect(BuildFailure((weights) => weights.set("noises.noise_3", zeros([1, 1, 8, 8])))).toContain("instead of [1, 1, 16, 16]"); // prettier-ignore
        expect(BuildFailure((weights) => weights.set("viewdir_net.2.weight", zeros([5, 3, 4, 4])))).toContain("instead of [4, 3, 4, 4]"); // prettier-ignore
        expect(BuildFailure((weights) => weights.set("conv_in.2.bias", { shape: [4], read: () => new Float32Array(3) }))).toContain("3 numbers instead of 4"); // prettier-ignore
        expect(() => BuildDualStyleUnet(new Map(), { ...Color, prefix: "color_net." })).toThrow('"color_net.conv_in.1.weight"'); // prettier-ignore
    });

    it("are not read for their shapes alone", () => {
        const unread = new Map(
            [...SampleStyleUnet()].map(([name, { shape }]) => {
                const read = (): never => {
                    throw new Error(`${name} was read`);
                };
                return [name, { shape, read }];
            }),
        );
        expect(CountNodeMacs(DualStyleUnetGraph(unread, [Color]).nodes)).toBeGreaterThan(1e6);
    });
});
