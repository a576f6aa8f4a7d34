import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CanonicalGaussians } from "../../src/pipeline/3-gaussians/canonicalGaussians.js";
import { FeatureStage } from "../../src/pipeline/6-raster/featureStage.js";
import { SplatPipeline } from "../../src/pipeline/splatPipeline.js";
import { DescribeGolden, type IGoldenFixture, ReadGoldenFixture, RecordGoldenError } from "../support/goldenFixture.js";
import { DescribeGpu, GetTestDeviceAsync } from "../support/gpu.js";
import { SubmitFrame } from "../support/pipelineFrame.js";
import { PrintFigure } from "../support/motions.js";
import { ReadBufferAsync } from "../support/readBuffer.js";

const Name = "gaussian_rasteriser_32ch";
const [Side, Channels] = [96, 32];

/** Decibels of the picture of each channel, as the issue of heads asks, over the range of its values. */
const Bar = 45;

/** Column-vector matrices of the fixture as Babylon has them, row by row of their transposes. */
function Transposed(values: ArrayLike<number>): number[] {
    return Array.from({ length: 16 }, (_, i) => values[(i % 4) * 4 + Math.floor(i / 4)]!);
}

/** Row-major product. */
function Multiply(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
    return Array.from({ length: 16 }, (_, i) =>
        [0, 1, 2, 3].reduce((sum, k) => sum + a[Math.floor(i / 4) * 4 + k]! * b[k * 4 + (i % 4)]!, 0),
    );
}

/** Inverse of a rigid motion, row-major, column vectors. */
function InverseRigid(m: ArrayLike<number>): number[] {
    const result = new Array<number>(16).fill(0);
    for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
            result[row * 4 + column] = m[column * 4 + row]!;
            result[row * 4 + 3]! -= m[column * 4 + row]! * m[column * 4 + 3]!;
        }
    }
    result[15] = 1;
    return result;
}

DescribeGolden("features of splats", () => {
    DescribeGpu("on the graphics device", () => {
        let device: GPUDevice;
        let pipeline: SplatPipeline;
        let fixture: IGoldenFixture;

        beforeAll(async () => {
            device = await GetTestDeviceAsync();
            pipeline = await SplatPipeline.CreateAsync(device);
            fixture = ReadGoldenFixture(Name);
        });

        afterAll(() => {
            pipeline.dispose();
            device.destroy();
        });

        it("are blended as the published rasteriser blends them, in all channels", async () => {
            const floats = (name: string): Float32Array => fixture.values(name) as Float32Array;
            const count = floats("opacity").length;
            const rotations = floats("rotations").map((_, i, all) => all[i - (i % 4) + ((i + 1) % 4)]!);
            const cloud = {
                count,
                positions: floats("means"),
                scales: floats("scales"),
                rotations,
                opacities: floats("opacity"),
                colors: new Float32Array(count * 3),
                jointIndices: new Uint16Array(count * 4),
                jointWeights: Float32Array.from({ length: count * 4 }, (_, i) => Number(i % 4 === 0)),
            };
            // Somebody else in the scene, ahead of the head in the buffer of posed Gaussians.
            const other = new CanonicalGaussians(
                device,
                { ...cloud, positions: cloud.positions.map((x) => x + 0.01) },
                [],
                "other",
            );
            const head = new CanonicalGaussians(device, cloud, [], "head");
            pipeline.addInstance(other, 1);
            pipeline.addInstance(head, 1);
            const view = pipeline.createView();
            const extrinsic = floats("extrinsic");
            // Rows run downwards there, y upwards here.
            const projection = Multiply(floats("full_projection"), InverseRigid(extrinsic)).map((value, i) =>
                Math.floor(i / 4) === 1 ? -value : value,
            );
            view.setCamera(Transposed(extrinsic), Transposed(projection), Side, Side);
            const stage = await FeatureStage.CreateAsync(device);
            const image = stage.createImage({ width: Side, height: Side, channels: Channels }, "head");
            const features = device.createBuffer({
                size: count * Channels * 4,
                usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
            });
            device.queue.writeBuffer(features, 0, floats("features") as Float32Array<ArrayBuffer>);
            SubmitFrame(device, pipeline, view);
            const encoder = device.createCommandEncoder();
            stage.bind(image, view, { firstPosed: count, count, features })(encoder);
            device.queue.submit([encoder.finish()]);
            const found = new Float32Array(await ReadBufferAsync(device, image.tensor));
            const coverage = new Float32Array(await ReadBufferAsync(device, image.coverage));
            const wanted = floats("image");
            const ratios = Array.from({ length: Channels }, (_, channel) => {
                const part = (values: Float32Array): Float32Array =>
                    values.subarray(channel * Side * Side, (channel + 1) * Side * Side);
                const [a, b] = [part(found), part(wanted)];
                const square = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
                const peak = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
                return 10 * Math.log10((peak * peak) / square);
            });
            const least = Math.min(...ratios);
            PrintFigure(`features of splats: ${least.toFixed(1)} dB in the worst channel`);
            RecordGoldenError(Name, "worst channel, rms over its peak", 10 ** (-least / 20), 10 ** (-Bar / 20));
            expect(least).toBeGreaterThan(Bar);
            const [alpha, depth] = [coverage.subarray(0, Side * Side), coverage.subarray(Side * Side)];
            expect(Math.max(...alpha)).toBeGreaterThan(0.9);
            expect(alpha.every((value) => value >= 0 && value <= 1)).toBe(true);
            // Behind the near plane, which is 1 cm before the camera.
            const distances = Array.from(
                { length: count },
                (_, i) =>
                    [0, 1, 2].reduce(
                        (sum, k) => sum + extrinsic[8 + k]! * cloud.positions[i * 3 + k]!,
                        extrinsic[11]!,
                    ) - 0.01,
            );
            const covered = depth.filter((_, i) => alpha[i]! > 0.5);
            expect(Math.min(...covered)).toBeGreaterThan(Math.min(...distances) - 0.01);
            expect(Math.max(...covered)).toBeLessThan(Math.max(...distances) + 0.01);
            image.dispose();
            features.destroy();
            view.dispose();
        });
    });
});
