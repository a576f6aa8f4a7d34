import { expect, it } from "@jest/globals";
import { DualStyleUnetGraph } from "../../src/convert/networks/buildDualStyleUnet.js";
import { AddDualStyleUnet } from "../../src/convert/networks/dualStyleUnet.js";
import { NetworkGraph } from "../../src/convert/networks/networkGraph.js";
import { SliceNetwork } from "../../src/convert/networks/sliceNetwork.js";
import { DescribeGolden, FixtureTensor, GoldenComparison, ReadGoldenFixture } from "../support/goldenFixture.js";
import { HaarBands } from "../support/haar.js";
import { type ITestTensor, RunNetworksAsync } from "../support/networkRun.js";
import { FixtureWeights } from "../support/styleUnetWeights.js";

/** Of the fixtures' README, for float32. */
const Tolerance = 1e-4;

/** A picture whose pixels are repeated along both axes. */
function Repeated({ shape, data }: ITestTensor, times: number): ITestTensor {
    const [, channels, size] = shape as [number, number, number, number];
    const side = size * times;
    const values = new Float32Array(channels * side * side);
    for (let line = 0; line < channels * side; line++) {
        const from = Math.floor(line / times) * size;
        for (let column = 0; column < size; column++) {
            const begin = line * side + column * times;
            values.fill(data[from + column]!, begin, begin + times);
        }
    }
    return { shape: [1, channels, side, side], data: values };
}

/** Largest absolute value; at least one number. */
function LargestOf(values: Float32Array): number {
    return values.reduce((most, value) => (value > most ? value : -value > most ? -value : most), 0);
}

/** What a tensor `act:<module>` of a fixture is called in our graph; null for what folding left nothing of. */
function GraphName(module: string, stages: number): string | null {
    const [, kind, index] = /^(.+?)(?:\.(\d+))?$/.exec(module)!;
    const number = Number(index);
    const side = kind!.endsWith("1") ? "front" : "back";
    switch (kind) {
        case "conv_in":
            return "net/conv_in";
        case "from_rgbs":
            return `net/stage${number}/sum`;
        case "cond_convs":
            return `net/stage${number}/conv2`;
        case "comb_convs":
            return number === stages ? "net/level0/comb" : `net/level${stages - number}/front/comb`;
        case "convs1":
        case "convs2":
            return `net/level${number >> 1}/${side}/${number % 2 === 0 ? "up" : "conv"}`;
        case "to_rgbs1":
        case "to_rgbs2":
            return `net/level${number}/${side}/head${number === 0 ? "" : "/picture"}`;
        default:
            return null;
    }
}

DescribeGolden("The U-Net with two decoders equals the published one", () => {
    for (const name of ["dual_styleunet_small_c3", "dual_styleunet_small_c8"]) {
        it(`block by block, ${name}`, async () => {
            const fixture = ReadGoldenFixture(name);
            const graph = DualStyleUnetGraph(FixtureWeights(fixture), [
                { name: "net", output: "maps", style: fixture.values("style") },
            ]);
            const modules = fixture.tensors.map((tensor) => tensor.name).filter((tensor) => tensor.startsWith("act:"));
            const found = modules.map((module) => GraphName(module.slice(4), 2));
            for (const node of graph.nodes) {
                if (found.includes(node.output.name)) {
                    graph.output(node.output);
                }
            }
            const inputs = { pose_map: FixtureTensor(fixture, "input") };
            const { tensors } = await RunNetworksAsync(SliceNetwork(graph, "net"), inputs);
            const blocks = new GoldenComparison(name, "blocks, of each one's maximum", Tolerance);
            for (const [index, module] of modules.entries()) {
                const tensor = tensors.get(found[index] ?? "");
                if (tensor) {
                    const expected = fixture.values(module) as Float32Array;
                    const largest = LargestOf(expected);
                    const actual = module.includes("to_rgbs") ? HaarBands(tensor) : tensor.data;
                    blocks.add(actual, expected, largest);
                }
            }
            blocks.expectWithin();
            expect(modules.length - found.filter((one) => tensors.has(one ?? "")).length).toBe(1); // the style
            const output = new GoldenComparison(name, "output", Tolerance);
            output.add(tensors.get("maps")!.data, fixture.values("output"));
            output.expectWithin();
        });
    }

    it("all levels at the real sizes, with view features, dual_styleunet_full_topology", async () => {
        const name = "dual_styleunet_full_topology";
        const fixture = ReadGoldenFixture(name);
        const graph = new NetworkGraph();
        const features = ["view_feat_front", "view_feat_back"].map((tensor) => FixtureTensor(fixture, tensor));
        AddDualStyleUnet(graph, FixtureWeights(fixture), {
            prefix: "",
            name: "net",
            output: "maps",
            style: null,
            pose: (channels, side) => graph.input("pose_map", [1, channels, side, side]),
            viewFeatures: () => [graph.input("front", features[0]!.shape), graph.input("back", features[1]!.shape)],
        });
        const { tensors, milliseconds } = await RunNetworksAsync(SliceNetwork(graph, "net"), {
            pose_map: Repeated(FixtureTensor(fixture, "input_32"), 16),
            front: features[0]!,
            back: features[1]!,
        });
        console.log(`full topology with slim channels, 512 to 1024: ${milliseconds.toFixed(0)} ms on wasm`);
        const { data } = tensors.get("maps")!;
        const crop = (top: number, left: number, size: number, step: number): Float32Array =>
            Float32Array.from({ length: 6 * size * size }, (_, index) => {
                const [channel, pixel] = [Math.floor(index / size / size), index % (size * size)];
                const [row, column] = [top + step * Math.floor(pixel / size), left + step * (pixel % size)];
                return data[(channel * 1024 + row) * 1024 + column]!;
            });
        const output = new GoldenComparison(name, "output", Tolerance);
        output.add(crop(0, 0, 64, 16), fixture.values("out_stride16"));
        output.add(crop(500, 700, 32, 1), fixture.values("out_crop"));
        output.add(crop(0, 0, 16, 1), fixture.values("out_corner"));
        const area = 1024 * 1024;
        const channels = Array.from({ length: 6 }, (_, channel) => data.subarray(channel * area, (channel + 1) * area));
        const means = channels.map((values) => values.reduce((sum, value) => sum + value, 0) / area);
        const deviations = channels.map((values, channel) =>
            Math.sqrt(values.reduce((sum, value) => sum + (value - means[channel]!) ** 2, 0) / (area - 1)),
        );
        output.add(means, fixture.values("out_mean"));
        output.add(deviations, fixture.values("out_std"));
        output.expectWithin();
    });
});
