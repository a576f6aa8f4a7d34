import { describe, expect, it } from "@jest/globals";
import {
    BuildLiteUnet,
    type ILiteUnetConfig,
    LiteUnetGraph,
    LiteUnetShapes,
} from "../../../../src/convert/networks/buildLiteUnet.js";
import { CountMacs, CountNodeMacs, CountWeights } from "../../../../src/convert/networks/countMacs.js";
import { type IWeightTensor } from "../../../../src/convert/networks/networkWeights.js";
import { type ITestTensor, RunNetworksAsync } from "../../../support/networkRun.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const Small: ILiteUnetConfig = { size: 8, inputChannels: 3, outputChannels: 2, widths: [4, 5, 6] };

/** Random weights, of the size that keeps numbers of one size from layer to layer. */
function RandomWeights(config: ILiteUnetConfig, seed: number): Map<string, IWeightTensor> {
    const random = SeededRandom(seed);
    return new Map(
        [...LiteUnetShapes(config)].map(([name, shape]) => {
            const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
            const count = inputs * shape[0]!;
            const data = Float32Array.from({ length: count }, () => (random() - 0.5) * Math.sqrt(12 / inputs));
            return [name, { shape, read: () => data }];
        }),
    );
}

function RandomTensor(shape: readonly number[], seed: number): ITestTensor {
    const random = SeededRandom(seed);
    const count = shape.reduce((product, size) => product * size, 1);
    return { shape, data: Float32Array.from({ length: count }, () => random() - 0.5) };
}

/** A picture as channels of rows of pixels, for the reference below. */
type Picture = number[][][];

/** Plain convolution with zeros around the picture, summed in float64. */
function Convolve(x: Picture, weight: IWeightTensor, bias: IWeightTensor, stride: number): Picture {
    const [outputs, inputs, size] = weight.shape as [number, number, number];
    const [values, offsets, border] = [weight.read(), bias.read(), (size - 1) / 2];
    const side = x[0]!.length / stride;
    const at = (channel: number, row: number, column: number): number => x[channel]![row]?.[column] ?? 0;
    return Array.from({ length: outputs }, (_, output) =>
        Array.from({ length: side }, (_row, row) =>
            Array.from({ length: side }, (_column, column) => {
                let sum = offsets[output]!;
                for (let tap = 0; tap < inputs * size * size; tap++) {
                    const [channel, dy, dx] = [
                        Math.floor(tap / size / size),
                        Math.floor(tap / size) % size,
                        tap % size,
                    ];
                    sum +=
                        values[output * inputs * size * size + tap]! *
                        at(channel, row * stride + dy - border, column * stride + dx - border);
                }
                return sum;
            }),
        ),
    );
}

/** Bilinear doubling with half-pixel centres and repeated edges. */
function Double(x: Picture): Picture {
    const side = x[0]!.length;
    const clamp = (index: number): number => Math.min(Math.max(index, 0), side - 1);
    return x.map((rows) =>
        Array.from({ length: 2 * side }, (_, row) =>
            Array.from({ length: 2 * side }, (_column, column) => {
                const [y, u] = [(row - 0.5) / 2, (column - 0.5) / 2];
                const [top, left] = [Math.floor(y), Math.floor(u)];
                const mix = (line: number[]): number =>
                    line[clamp(left)]! * (1 - u + left) + line[clamp(left + 1)]! * (u - left);
                return mix(rows[clamp(top)]!) * (1 - y + top) + mix(rows[clamp(top + 1)]!) * (y - top);
            }),
        ),
    );
}

/** The network, written for reading. */
function Reference(config: ILiteUnetConfig, weights: ReadonlyMap<string, IWeightTensor>, pose: ITestTensor): number[] {
    const side = config.size;
    let x: Picture = Array.from({ length: config.inputChannels }, (_, channel) =>
        Array.from({ length: side }, (_row, row) => [
            ...pose.data.subarray((channel * side + row) * side, (channel * side + row + 1) * side),
        ]),
    );
    const layer = (name: string, input: Picture, stride = 1): Picture =>
        Convolve(input, weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!, stride).map((rows) =>
            rows.map((row) => row.map((value) => (value > 0 ? value : 0.2 * value))),
        );
    x = layer("in", x);
    const skips = [x];
    for (let level = 1; level < config.widths!.length; level++) {
        x = layer(`down.${level}.1`, layer(`down.${level}.0`, x, 2));
        skips.push(x);
    }
    for (let level = config.widths!.length - 2; level >= 0; level--) {
        x = layer(`up.${level}.1`, layer(`up.${level}.0`, [...Double(x), ...skips[level]!]));
    }
    return Convolve(x, weights.get("out.weight")!, weights.get("out.bias")!, 1).flat(2);
}

/** Largest difference. */
function Distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
    return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}

describe("BuildLiteUnet", () => {
    it("equals the network written out in plain loops", async () => {
        const weights = RandomWeights(Small, 1);
        const pose = RandomTensor([1, 3, 8, 8], 2);
        const { tensors } = await RunNetworksAsync(BuildLiteUnet(Small, weights), { pose_map: pose });
        const error = Distance(tensors.get("maps")!.data, Reference(Small, weights, pose));
        console.log(`lite U-Net against plain loops: ${error.toExponential(1)}`);
        expect(tensors.get("maps")!.shape).toEqual([1, 2, 8, 8]);
        expect(error).toBeLessThan(1e-5); // sums of about 100 float32
    });

    it("costs at 64 × 64 what the study of small avatars says: 0.96 M weights, 0.48 GFLOP", () => {
        const config: ILiteUnetConfig = { size: 64, inputChannels: 12 };
        const weights = new Map(
            [...LiteUnetShapes(config)].map(([name, shape]) => [name, { shape, read: () => new Float32Array(0) }]),
        );
        const { nodes } = LiteUnetGraph(config, weights);
        expect(CountWeights(nodes) / 1e6).toBeCloseTo(0.96, 2);
        expect((2 * CountNodeMacs(nodes)) / 1e9).toBeCloseTo(0.48, 1);
        const small = BuildLiteUnet(Small, RandomWeights(Small, 1));
        expect(CountMacs(small)).toBe(CountNodeMacs(LiteUnetGraph(Small, RandomWeights(Small, 1)).nodes));
    });

    it("has the same weights in float16, rounded once, and float32 around it", async () => {
        const weights = RandomWeights(Small, 3);
        const pose = RandomTensor([1, 3, 8, 8], 4);
        const [network] = BuildLiteUnet(Small, weights, { precision: "float16" });
        expect([...network!.inputs, ...network!.outputs].map((tensor) => tensor.type)).toEqual(["float32", "float32"]);
        const wide = await RunNetworksAsync(BuildLiteUnet(Small, weights), { pose_map: pose });
        const narrow = await RunNetworksAsync([network!], { pose_map: pose });
        const error = Distance(narrow.tensors.get("maps")!.data, wide.tensors.get("maps")!.data);
        console.log(`lite U-Net in float16: ${error.toExponential(1)}`);
        expect(error).toBeGreaterThan(0);
        expect(error).toBeLessThan(5e-3); // 2⁻¹¹ a rounding, of numbers about 1, through 12 layers
    });

    it("names the tensor or the size that does not fit", () => {
        const weights = RandomWeights(Small, 1);
        weights.set("up.0.1.weight", { shape: [4, 5, 3, 3], read: () => new Float32Array(180) });
        expect(() => BuildLiteUnet(Small, weights)).toThrow(
            'Tensor "up.0.1.weight" has shape [4, 5, 3, 3] instead of [4, 4, 3, 3]',
        );
        weights.delete("up.0.1.weight");
        expect(() => BuildLiteUnet(Small, weights)).toThrow('"up.0.1.weight" of shape [4, 4, 3, 3] is missing');
        expect(() => BuildLiteUnet({ ...Small, size: 6 }, weights)).toThrow("side 6 cannot be halved 2 times");
        const broken = RandomWeights(Small, 1);
        broken.set("out.bias", { shape: [2], read: () => Float32Array.of(0, NaN) });
        expect(() => BuildLiteUnet(Small, broken)).toThrow('"out.bias" holds NaN');
    });
});
