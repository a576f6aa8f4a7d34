import { expect, it } from "@jest/globals";
import { FileOfBytes } from "../../src/convert/checkpoint/randomAccessFile.js";
import { ReadSuperResolutionAsync } from "../../src/convert/gaussianHead/superResolution.js";
import { DecodeOnnx } from "../../src/format/onnx/decodeOnnx.js";
import { EncodeOnnx } from "../../src/format/onnx/encodeOnnx.js";
import { type IOnnxValueInfo } from "../../src/format/onnx/onnxModel.js";
import { type IAvatarNetwork, type ITensorContract } from "../../src/format/mapModel.js";
import { DescribeGolden, FixtureTensor, ReadGoldenFixture, RecordGoldenError } from "../support/goldenFixture.js";
import { RunNetworksAsync } from "../support/networkRun.js";
import { SuperResolutionFileOf } from "../support/superResolutionFile.js";

const Name = "head_superres";

/** Decibels that a picture must come to. */
const Bars = { float32: 50, float16: 42 } as const;

DescribeGolden("the super-resolution network of a training's file", () => {
    it.each(["float32", "float16"] as const)("makes the published picture, in %s", async (precision) => {
        const fixture = ReadGoldenFixture(Name);
        const file = FileOfBytes(SuperResolutionFileOf(fixture), "supres_latest");
        const networks = await ReadSuperResolutionAsync(file, 32, precision);
        expect(networks).toHaveLength(3);
        const input = FixtureTensor(fixture, "input");
        const { tensors } = await RunNetworksAsync(
            networks.map((network) => ForPictures(network, input.shape)),
            { features: input },
        );
        const found = tensors.get("picture")!.data;
        const wanted = fixture.values("output");
        const square = found.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / found.length;
        RecordGoldenError(Name, `file, ${precision}, rms`, Math.sqrt(square), 10 ** (-Bars[precision] / 20));
        expect(-10 * Math.log10(square)).toBeGreaterThan(Bars[precision]);
    });
});

/** The network for features of the fixture's size, which are not square. */
function ForPictures(network: IAvatarNetwork, [, , height = 0, width = 0]: readonly number[]): IAvatarNetwork {
    const side = 512;
    const resized = (shape: readonly number[]): number[] =>
        shape.map((size, axis) => (axis < 2 ? size : (size / side) * [height, width][axis - 2]!));
    const contract = (tensor: ITensorContract): ITensorContract => ({ ...tensor, shape: resized(tensor.shape) });
    const info = (value: IOnnxValueInfo): IOnnxValueInfo => ({
        ...value,
        shape: resized(value.shape as readonly number[]),
    });
    const { graph, ...model } = DecodeOnnx(network.bytes!);
    const [inputs, outputs] = [graph.inputs.map(info), graph.outputs.map(info)];
    return {
        ...network,
        bytes: EncodeOnnx({ ...model, graph: { ...graph, inputs, outputs, valueInfos: [] } }),
        inputs: network.inputs.map(contract),
        outputs: network.outputs.map(contract),
    };
}
