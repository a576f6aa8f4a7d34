import { afterAll, beforeAll, it } from "@jest/globals";
import { ConditioningStage } from "../../src/pipeline/2-maps/conditioningStage.js";
import { BodyFixtureModel, FixtureMatrices } from "../support/conditioningModels.js";
import {
    DescribeGolden,
    FixtureTensor,
    GoldenComparison,
    type IGoldenFixture,
    ReadGoldenFixture,
} from "../support/goldenFixture.js";
import { DescribeGpu, GetTestDeviceAsync } from "../support/gpu.js";
import { ReadBufferAsync } from "../support/readBuffer.js";

/** Side of a view map, and of the published features. */
const [MapSide, FeatureSide] = [512, 128];
/** The fixture holds every fourth pixel of the features. */
const Step = 4;
/** Kernel and stride of both convolutions; they pad by one. */
const [Kernel, Stride] = [4, 2];

DescribeGolden("view maps of a body", () => {
    DescribeGpu("on the GPU", () => {
        let device: GPUDevice;

        beforeAll(async () => {
            device = await GetTestDeviceAsync();
        });

        afterAll(() => {
            device.destroy();
        });

        it("give the published features", async () => {
            const fixture = ReadGoldenFixture("body_avatar_pipeline");
            const base = BodyFixtureModel(fixture);
            const model = { ...base, conditioning: { ...base.conditioning, viewSize: MapSide } };
            const stage = await ConditioningStage.CreateAsync(device);
            const inputs = stage.createInputs(model, "test");
            const encoder = device.createCommandEncoder();
            inputs.encodeView(encoder, FixtureMatrices(fixture, "cano2live"), CameraOf(fixture));
            device.queue.submit([encoder.finish()]);
            const comparison = new GoldenComparison("body_avatar_pipeline", "view features of the maps, device", 1e-4);
            for (const [buffer, name] of [
                [inputs.viewFront, "view_feat_front_s4"],
                [inputs.viewBack, "view_feat_back_s4"],
            ] as const) {
                const map = new Float32Array(await ReadBufferAsync(device, buffer!));
                comparison.add(ViewFeatures(fixture, map), fixture.values(name));
            }
            inputs.dispose();
            comparison.expectWithin();
        });
    });
});

/** −R⁻¹t of the extrinsic matrix. */
function CameraOf(fixture: IGoldenFixture): { x: number; y: number; z: number } {
    const rows = [0, 1, 2].map((row) => fixture.row("extrinsic", row, 4));
    const [x, y, z] = [0, 1, 2].map((axis) => -rows.reduce((sum, row) => sum + row[axis]! * row[3]!, 0));
    return { x: x!, y: y!, z: z! };
}

/** Two convolutions with a leaky ReLU in between, at the pixels that the fixture holds. */
function ViewFeatures(fixture: IGoldenFixture, map: Float32Array): Float32Array {
    const middleSide = MapSide / Stride;
    const first = FixtureTensor(fixture, "w:viewdir_net.0.weight").data;
    const firstBias = FixtureTensor(fixture, "w:viewdir_net.0.bias").data;
    const second = FixtureTensor(fixture, "w:viewdir_net.2.weight").data;
    const secondBias = FixtureTensor(fixture, "w:viewdir_net.2.bias").data;
    const hidden = firstBias.length;
    const side = FeatureSide / Step;
    const result = new Float32Array(secondBias.length * side * side);
    const values = new Float64Array(hidden);
    for (let pixel = 0; pixel < side * side; pixel++) {
        secondBias.forEach((bias, channel) => (result[channel * side * side + pixel] = bias));
        ForEachTap(Math.floor(pixel / side) * Step, (pixel % side) * Step, middleSide, (v, u, tap) => {
            values.set(firstBias);
            ForEachTap(v, u, MapSide, (y, x, inner) => {
                const cosine = map[y * MapSide + x]!;
                for (let k = 0; cosine !== 0 && k < hidden; k++) {
                    values[k]! += cosine * first[k * Kernel * Kernel + inner]!;
                }
            });
            for (let channel = 0; channel < secondBias.length; channel++) {
                for (let k = 0; k < hidden; k++) {
                    const value = values[k]! < 0 ? 0.2 * values[k]! : values[k]!;
                    const weight = second[(channel * hidden + k) * Kernel * Kernel + tap]!;
                    result[channel * side * side + pixel]! += value * weight;
                }
            }
        });
    }
    return result;
}

/** The pixels that a convolution reads for one output. */
function ForEachTap(v: number, u: number, side: number, visit: (y: number, x: number, tap: number) => void): void {
    for (let tap = 0; tap < Kernel * Kernel; tap++) {
        const y = v * Stride - 1 + Math.floor(tap / Kernel);
        const x = u * Stride - 1 + (tap % Kernel);
        if (y >= 0 && y < side && x >= 0 && x < side) {
            visit(y, x, tap);
        }
    }
}
