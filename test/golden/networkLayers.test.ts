import { it } from "@jest/globals";
import { FirDoublingWeights, InverseHaarRows } from "../../src/convert/networks/filters.js";
import { FoldModulation } from "../../src/convert/networks/foldStyle.js";
import { type IGraphConstant, type IGraphValue, NetworkGraph } from "../../src/convert/networks/networkGraph.js";
import { CheckedWeights, type IWeightTensor } from "../../src/convert/networks/networkWeights.js";
import { SliceNetwork } from "../../src/convert/networks/sliceNetwork.js";
import { Border, StyleLayers } from "../../src/convert/networks/styleLayers.js";
import { DescribeGolden, FixtureTensor, GoldenComparison, ReadGoldenFixture } from "../support/goldenFixture.js";
import { HaarBands } from "../support/haar.js";
import { type ITestTensor, RunNetworksAsync } from "../support/networkRun.js";

const Fixture = "styleunet_ops";
/** Of the fixtures' README. */
const Tolerance = 1e-5;

DescribeGolden("The layers of the U-Net equal the published ones", () => {
    const fixture = ReadGoldenFixture(Fixture);
    // Layers ask for tensors by their names in checkpoints.
    const keys: Readonly<Record<string, string>> = {
        "down.weight": "conv_down_weight",
        "down.bias": "conv_down_bias",
        "same.weight": "conv_same_weight",
        "same.bias": "conv_same_bias",
        "styled.conv.weight": "styled_conv_up_weight",
        "styled.conv.modulation.weight": "styled_conv_up_mod_weight",
        "styled.conv.modulation.bias": "styled_conv_up_mod_bias",
        "styled.noise.weight": "styled_conv_up_noise_weight",
        "styled.activate.bias": "styled_conv_up_act_bias",
        noise: "styled_conv_up_noise",
    };
    for (const layer of ["plain", "up", "1x1_nodemod"]) {
        Object.assign(keys, {
            [`${layer}.conv.weight`]: `mod_conv_${layer}_weight`,
            [`${layer}.conv.modulation.weight`]: `mod_conv_${layer}_mod_weight`,
            [`${layer}.conv.modulation.bias`]: `mod_conv_${layer}_mod_bias`,
        });
    }
    const tensors = new Map(
        Object.entries(keys).map(([key, name]): [string, IWeightTensor] => {
            const { shape, data } = FixtureTensor(fixture, name);
            return [key, { shape, read: () => data }];
        }),
    );
    const weights = new CheckedWeights(tensors, "");
    const style = (): Float64Array => Float64Array.from(fixture.values("style"));

    /** Runs what a test adds to a graph on a tensor of the fixture. */
    const runAsync = async (
        input: string,
        build: (layers: StyleLayers, x: IGraphValue) => IGraphValue,
    ): Promise<ITestTensor> => {
        const graph = new NetworkGraph();
        const x = FixtureTensor(fixture, input);
        const output = build(new StyleLayers(graph, weights, "net", style), graph.input("x", x.shape));
        graph.output(output);
        const run = await RunNetworksAsync(SliceNetwork(graph, "net"), { x });
        return run.tensors.get(output.name)!;
    };
    const expectEqual = (quantity: string, actual: ArrayLike<number>, expected: string): void => {
        const comparison = new GoldenComparison(Fixture, quantity, Tolerance);
        comparison.add(actual, fixture.values(expected));
        comparison.expectWithin();
    };
    const constant = (name: string, shape: readonly number[], values: Float32Array): IGraphConstant => ({
        name,
        shape,
        make: () => values,
    });
    /** Bands to pixels of blocks, as heads have it in their weights. */
    const toPixels = (layers: StyleLayers, x: IGraphValue): IGraphValue => {
        const bands = x.shape[1]!;
        const identity = Float32Array.from({ length: bands * bands }, (_, index) =>
            index % (bands + 1) === 0 ? 1 : 0,
        );
        const weight = constant("haar", [bands, bands, 1, 1], InverseHaarRows(identity, bands / 4));
        return layers.graph.conv("pixels", x, { weight, bias: null });
    };
    const doubled = (layers: StyleLayers, x: IGraphValue): IGraphValue => {
        const channels = x.shape[1]!;
        const layout = { weight: FirDoublingWeights(channels), bias: null, pads: Border(1), groups: channels };
        return layers.graph.conv("doubled", x, layout);
    };

    it("filters", async () => {
        const up = await runAsync("x", (layers, x) => layers.graph.depthToSpace("y", doubled(layers, x)));
        expectEqual("doubling", up.data, "fir_upsample2_out");
        const down = await runAsync("x", (layers, x) => layers.shrunk("y", x));
        expectEqual("halving", down.data, "fir_downsample2_out");
        const wide = await runAsync("x", (layers, x) => layers.smooth("y", x, [2, 2], 1, null));
        expectEqual("filter ahead of a halving convolution", wide.data, "blur_pad22_out");
        const narrow = await runAsync("x", (layers, x) => layers.smooth("y", x, [1, 1], 4, null));
        expectEqual("filter behind a doubling convolution", narrow.data, "blur_pad11_gain4_out");
    });

    it("Haar transforms, and the way from one head to the next without them", async () => {
        for (const [input, output] of [
            ["iwt_in", "haar_idwt_out"],
            ["iwt8_in", "haar_idwt8_out"],
        ] as const) {
            const image = await runAsync(input, (layers, x) => layers.graph.depthToSpace("y", toPixels(layers, x)));
            expectEqual("inverse Haar transform", image.data, output);
        }
        const skip = await runAsync("iwt_in", (layers, x) =>
            doubled(layers, layers.graph.depthToSpace("y", toPixels(layers, x))),
        );
        expectEqual("from head to head", HaarBands(skip), "skip_path_out");
    });

    it("convolutions", async () => {
        const layer = (name: string): { weight: string; bias: string } => ({
            weight: `${name}.weight`,
            bias: `${name}.bias`,
        });
        const down = await runAsync("x", (layers, x) => layers.halved("y", layer("down"), x, 5));
        expectEqual("halving convolution", down.data, "conv_down_out");
        const same = await runAsync("x", (layers, x) =>
            layers.equalised("y", layer("same"), x, { outputs: 5, size: 3 }),
        );
        expectEqual("convolution", same.data, "conv_same_out");
    });

    it("modulated convolutions", async () => {
        const folded = (layer: string, size: number, isDemodulated: boolean): IGraphConstant =>
            constant(layer, [4, 6, size, size], FoldModulation(weights, layer, style(), [4, 6, size], isDemodulated));
        const plain = await runAsync("mod_in", (layers, x) =>
            layers.graph.conv("y", x, { weight: folded("plain", 3, true), bias: null, pads: Border(1) }),
        );
        expectEqual("modulated convolution", plain.data, "mod_conv_plain_out");
        const head = await runAsync("mod_in", (layers, x) =>
            layers.graph.conv("y", x, { weight: folded("1x1_nodemod", 1, false), bias: null }),
        );
        expectEqual("modulated convolution of a head", head.data, "mod_conv_1x1_nodemod_out");
        for (const maxTransposedSize of [undefined, 0]) {
            const up = await runAsync("mod_in", (layers, x) => {
                const fold = (): Float32Array => FoldModulation(weights, "up", style(), [4, 6, 3], true);
                return layers.doubled("y", x, 4, { name: "up", fold, bias: null }, maxTransposedSize);
            });
            expectEqual("doubling modulated convolution", up.data, "mod_conv_up_out");
        }
        const styled = await runAsync("mod_in", (layers, x) =>
            layers.styled("y", "styled", "noise", x, { outputs: 4, isDoubling: true }),
        );
        expectEqual("with noise, bias and leaky ReLU", styled.data, "styled_conv_up_out");
    });
});
