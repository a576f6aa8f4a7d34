import { expect, it } from "@jest/globals";
import { BuildUpsampler, UpsamplerGraph } from "../../src/convert/networks/buildUpsampler.js";
import { CountNodeMacs } from "../../src/convert/networks/countMacs.js";
import { NetworkBuildError } from "../../src/convert/networks/networkBuildError.js";
import {
    DescribeGolden,
    FixtureTensor,
    GoldenComparison,
    ReadGoldenFixture,
    RecordGoldenError,
} from "../support/goldenFixture.js";
import { PrintFigure } from "../support/motions.js";
import { type ITestTensor, RunNetworksAsync } from "../support/networkRun.js";
import { FixtureWeights } from "../support/styleUnetWeights.js";

const Name = "head_superres";

/** Decibels that a picture must come to, as `float32` and as `float16`. */
const Bars = { float32: 50, float16: 42 } as const;

DescribeGolden("the super-resolution network equals the published one", () => {
    const fixture = ReadGoldenFixture(Name);
    const input = FixtureTensor(fixture, "input");
    const [, channels = 0, height = 0, width = 0] = input.shape;
    const weights = FixtureWeights(fixture);

    /** Every n-th channel. */
    const every = ({ shape, data }: ITestTensor, step: number): Float32Array => {
        const area = shape[2]! * shape[3]!;
        return data.filter((_, i) => Math.floor(i / area) % step === 0);
    };

    it("stage by stage, in single precision", async () => {
        // Cut at every border of a block, so that what is between them can be seen.
        const networks = BuildUpsampler({ height, width, channels }, weights, { sliceMacs: 1 });
        const { tensors } = await RunNetworksAsync(networks, { features: input });
        const stages = [
            ["act:inc", "upsampler/inc.double_conv.3", 1],
            ["act:up1", "upsampler/up1.conv.double_conv.3", 4],
            ["output", "picture", 1],
        ] as const;
        for (const [stored, tensor, step] of stages) {
            const comparison = new GoldenComparison(Name, `${stored}, float32`, 1e-4);
            comparison.add(every(tensors.get(tensor)!, step), fixture.values(stored));
            comparison.expectWithin();
        }
        expect(tensors.get("picture")!.shape).toEqual([1, 3, 4 * height, 4 * width]);
    });

    it.each(["float32", "float16"] as const)("as a picture, in %s", async (precision) => {
        const networks = BuildUpsampler({ height, width, channels }, weights, { precision });
        const { tensors } = await RunNetworksAsync(networks, { features: input });
        const found = tensors.get("picture")!.data;
        const wanted = fixture.values("output");
        const square = found.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / found.length;
        const decibels = -10 * Math.log10(square);
        PrintFigure(`super-resolution, ${precision}: ${decibels.toFixed(1)} dB`);
        RecordGoldenError(Name, `picture, ${precision}, rms`, Math.sqrt(square), 10 ** (-Bars[precision] / 20));
        expect(decibels).toBeGreaterThan(Bars[precision]);
    });

    it("costs what the specification says at full size", () => {
        const graph = UpsamplerGraph({ height: 512, width: 512 }, weights);
        expect((2 * CountNodeMacs(graph.nodes)) / 1e9).toBeCloseTo(561, -1);
    });

    it("is refused with weights of another size", () => {
        expect(() => BuildUpsampler({ height, width, channels, capacity: 64 }, weights)).toThrow(NetworkBuildError);
    });
});
