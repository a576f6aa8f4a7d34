import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { BuildUpsampler } from "../../src/convert/networks/buildUpsampler.js";
import { HeadBuffers } from "../../src/pipeline/3-gaussians/headBuffers.js";
import { HeadStage } from "../../src/pipeline/3-gaussians/headStage.js";
import { CreateDecodedSkinKernelAsync } from "../../src/pipeline/4-skin/decodedSkinKernel.js";
import { FeatureStage } from "../../src/pipeline/6-raster/featureStage.js";
import { SplatPipeline } from "../../src/pipeline/splatPipeline.js";
import { CovarianceOf } from "../reference/covariance.js";
import { type ICamera, type ISplat, ProjectGaussian } from "../reference/projectGaussian.js";
import { RasteriseSplats } from "../reference/rasteriseSplats.js";
import { DescribeGolden, ReadGoldenFixture, RecordGoldenError } from "../support/goldenFixture.js";
import { ReadGoldenHeadAsync } from "../support/goldenHead.js";
import { DescribeGpu, GetTestDeviceAsync } from "../support/gpu.js";
import { KeepPicture } from "../support/picture.js";
import { PrintFigure } from "../support/motions.js";
import { RunNetworksAsync } from "../support/networkRun.js";
import { SubmitFrame } from "../support/pipelineFrame.js";
import { UsePlainWasm } from "../support/plainWasm.js";
import { ReadBufferAsync } from "../support/readBuffer.js";
import { MakeSampleRefiner } from "../support/sampleRefiner.js";
import { FixtureWeights } from "../support/styleUnetWeights.js";

const Name = "head_generate_small";

/** The frame whose pose is zero: its points are those of the networks, scaled. */
const Frame = 2;

const Channels = 32;

/** An eighth of the published side: the doubles walk over every pixel. */
const Side = 64;

/** Focal length of the published orbit, sides of a picture, and a camera close enough for these few points to be seen. */
const Focal = 3.5;
const Distance = 1.3;

/** Decibels of the whole picture, as the issue of heads asks. */
const Bar = 40;

UsePlainWasm();

/** Looks at the origin from before the face, y up. */
function FrontCamera(): ICamera {
    const [near, far] = [0.01, 100];
    const depth = far / (far - near);
    return {
        // x to the left of the person, since she looks at us: right-handed.
        view: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, -Distance, 1],
        projection: [2 * Focal, 0, 0, 0, 0, 2 * Focal, 0, 0, 0, 0, -depth, -1, 0, 0, -near * depth, 0],
        width: Side,
        height: Side,
        reverseDepth: false,
    };
}

DescribeGolden("a head from its code to its sharp picture", () => {
    DescribeGpu("on the graphics device", () => {
        let device: GPUDevice;

        beforeAll(async () => {
            device = await GetTestDeviceAsync();
        });

        afterAll(() => {
            device.destroy();
        });

        /** What the runtime draws for the networks: generated, skinned, sorted and blended on the device. */
        async function DrawnAsync(): Promise<Float32Array> {
            const { fixture, model } = await ReadGoldenHeadAsync(Name);
            const [scale = 1] = fixture.row("scale", Frame, 1);
            const head = { ...model, unit: scale, refiner: MakeSampleRefiner({ channels: Channels }) };
            const stage = await HeadStage.CreateAsync(device);
            const features = await FeatureStage.CreateAsync(device);
            const pipeline = await SplatPipeline.CreateAsync(device);
            const buffers = new HeadBuffers(device, head, "head");
            const gaussians = stage.createGaussians(buffers, await CreateDecodedSkinKernelAsync(device));
            gaussians.setCode(fixture.row("exp_coeff", Frame, model.codeSize), fixture.row("pose", Frame, 6));
            pipeline.addInstance(gaussians, 1);
            const view = pipeline.createView();
            const image = features.createImage({ width: Side, height: Side, channels: Channels }, "head");
            const camera = FrontCamera();
            view.setCamera(camera.view, camera.projection, Side, Side);
            const encoder = device.createCommandEncoder();
            gaussians.encode(encoder);
            device.queue.submit([encoder.finish()]);
            SubmitFrame(device, pipeline, view);
            const second = device.createCommandEncoder();
            const range = { firstPosed: 0, count: gaussians.count, features: gaussians.features };
            features.bind(image, view, range)(second);
            device.queue.submit([second.finish()]);
            const tensor = new Float32Array(await ReadBufferAsync(device, image.tensor));
            pipeline.dispose();
            gaussians.dispose();
            buffers.dispose();
            image.dispose();
            return tensor;
        }

        /** The same of what the official generator made, blended in double precision as the published rasteriser does. */
        function Expected(): Float32Array {
            const fixture = ReadGoldenFixture(Name);
            const count = fixture.values("dist2").length;
            const row = (name: string, point: number, width: number): number[] =>
                fixture.row(name, Frame * count + point, width);
            const camera = FrontCamera();
            const splats: { splat: ISplat; color: number[] }[] = [];
            for (let point = 0; point < count; point++) {
                const [w = 1, x = 0, y = 0, z = 0] = row("out_rotation", point, 4);
                const gaussian = {
                    position: row("out_xyz", point, 3),
                    covariance: CovarianceOf([x, y, z, w], row("out_scales", point, 3)),
                    opacity: row("out_opacity", point, 1)[0]!,
                    color: [0, 0, 0],
                };
                const splat = ProjectGaussian(gaussian, camera);
                if (splat) {
                    splats.push({ splat, color: row("out_color", point, Channels) });
                }
            }
            expect(splats.length).toBeGreaterThan(count / 2);
            splats.sort((a, b) => b.splat.distance - a.splat.distance);
            const tensor = new Float32Array(Channels * Side * Side);
            for (let first = 0; first < Channels; first += 3) {
                const layers = splats.map(({ splat, color }) => ({
                    ...splat,
                    color: [0, 1, 2].map((i) => color[first + i] ?? 0),
                }));
                const image = RasteriseSplats(layers, {
                    width: Side,
                    height: Side,
                    transmittanceMin: 1e-4,
                    tileSize: 16,
                });
                for (let channel = first; channel < Math.min(first + 3, Channels); channel++) {
                    for (let pixel = 0; pixel < Side * Side; pixel++) {
                        // Over a background of 1.
                        tensor[channel * Side * Side + pixel] =
                            image[pixel * 4 + channel - first]! + 1 - image[pixel * 4 + 3]!;
                    }
                }
            }
            return tensor;
        }

        it("is the picture that the official chain makes of the same inputs", async () => {
            const networks = BuildUpsampler(
                { height: Side, width: Side, channels: Channels },
                FixtureWeights(ReadGoldenFixture("head_superres")),
            );
            const refineAsync = async (data: Float32Array): Promise<Float32Array> => {
                const { tensors } = await RunNetworksAsync(networks, {
                    features: { shape: [1, Channels, Side, Side], data },
                });
                return tensors.get("picture")!.data;
            };
            const [found, wanted] = [await refineAsync(await DrawnAsync()), await refineAsync(Expected())];
            const area = found.length / 3;
            const pixels = Uint8Array.from({ length: area * 4 }, (_, i) =>
                i % 4 === 3 ? 255 : Math.round(255 * found[(i % 4) * area + (i >> 2)]!),
            );
            KeepPicture("head-chain", pixels, 4 * Side);
            const square = found.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / found.length;
            const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
            const spread = wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / wanted.length;
            const decibels = -10 * Math.log10(square);
            PrintFigure(
                `whole chain of a head: ${decibels.toFixed(1)} dB; an even picture ${(-10 * Math.log10(spread)).toFixed(1)} dB`,
            );
            RecordGoldenError(Name, "whole picture, rms", Math.sqrt(square), 10 ** (-Bar / 20));
            expect(decibels).toBeGreaterThan(Bar);
            expect(spread).toBeGreaterThan(0.002); // there is something to be seen
        });
    });
});
