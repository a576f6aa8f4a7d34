import { afterAll, beforeAll, it } from "@jest/globals";
import { type IAvatarNetwork, type IFixedHands, type IMapModel } from "../../src/format/mapModel.js";
import { SplatPipeline } from "../../src/pipeline/splatPipeline.js";
import { CovarianceOf, UpperTriangle } from "../reference/covariance.js";
import { type IGaussian } from "../reference/skinGaussian.js";
import { MakeSampleAvatar } from "../support/avatarSamples.js";
import { DecodeModelAsync } from "../support/decodedModel.js";
import { DescribeGolden, GoldenComparison, type IGoldenFixture, ReadGoldenFixture } from "../support/goldenFixture.js";
import { DescribeGpu, GetTestDeviceAsync } from "../support/gpu.js";
import { MakeSampleMapModel } from "../support/mapModels.js";
import { ReadPosedAsync, SubmitFrame } from "../support/pipelineFrame.js";

/** Channels of the published networks: front maps, then back maps; quaternions w x y z, colours b g r. */
const Outputs: IMapModel["decoding"]["outputs"] = [
    { attribute: "position", tensor: "raw_position", front: [0, 1, 2], back: [3, 4, 5] },
    { attribute: "opacity", tensor: "raw_other", front: [0], back: [8] },
    { attribute: "scale", tensor: "raw_other", front: [1, 2, 3], back: [9, 10, 11] },
    { attribute: "rotation", tensor: "raw_other", front: [5, 6, 7, 4], back: [13, 14, 15, 12] },
    { attribute: "color", tensor: "raw_color", front: [2, 1, 0], back: [5, 4, 3] },
];

DescribeGolden("a body from its maps to posed Gaussians", () => {
    DescribeGpu("on the GPU", () => {
        let device: GPUDevice;
        let pipeline: SplatPipeline;

        beforeAll(async () => {
            device = await GetTestDeviceAsync();
            pipeline = await SplatPipeline.CreateAsync(device);
        });

        afterAll(() => {
            pipeline.dispose();
            device.destroy();
        });

        it("skins by all 55 joints and by quaternions that are too short, as the published method", async () => {
            const fixture = ReadGoldenFixture("lbs_gaussian_skinning");
            const count = 1000;
            const scales = fixture.values("scales") as Float32Array;
            const model = MakeModel({
                count,
                positions: fixture.values("positions") as Float32Array,
                joints: new Uint16Array(count * 55).map((_, k) => k % 55),
                weights: fixture.values("lbs") as Float32Array,
                rotations: ToXyzw(fixture, "rotations", count),
                scales: scales.map(Math.log),
                opacities: new Float32Array(count),
                fixedHands: null,
            });
            const posed = await PoseAsync(model, new Map(), fixture.values("joint_mats") as Float32Array);
            const means = new GoldenComparison("lbs_gaussian_skinning", "means on the GPU, m", 1e-5);
            const covariances = new GoldenComparison("lbs_gaussian_skinning", "covariances on the GPU, relative", 1e-5);
            posed.forEach(({ position, covariance }, index) => {
                means.add(position, fixture.row("positions_live", index, 3));
                const expected = fixture.row("cov3d_live", index, 6);
                covariances.add(UpperTriangle(covariance), expected, Math.max(...expected.map(Math.abs)));
            });
            means.expectWithin();
            covariances.expectWithin();
        });

        it("decodes what the published networks give, and skins it", async () => {
            const fixture = ReadGoldenFixture("body_avatar_pipeline");
            const model = BodyModel(fixture, null);
            const sample = await DecodeModelAsync(device, model);
            sample.decode(Tensors(fixture, model));
            const canonical = await sample.readAsync();
            sample.dispose();
            const compare = (quantity: string, tolerance: number): GoldenComparison =>
                new GoldenComparison("body_avatar_pipeline", quantity, tolerance);
            const positions = compare("canonical positions, m", 1e-5);
            const opacities = compare("opacities", 1e-5);
            const scales = compare("scales, relative", 1e-4);
            const rotations = compare("canonical rotations", 1e-5);
            const colors = compare("colours", 1e-6);
            canonical.forEach(({ position, opacity, scale, rotation, color }, index) => {
                positions.add(position, fixture.row("cano_positions", index, 3));
                opacities.add([opacity], fixture.row("cano_opacity", index, 1));
                const expectedScale = fixture.row("cano_scales", index, 3);
                scales.add(
                    scale.map((value, k) => value / expectedScale[k]!),
                    [1, 1, 1],
                );
                const [w, x, y, z] = fixture.row("cano_rotations", index, 4) as [number, number, number, number];
                rotations.add(rotation, [x, y, z, w]);
                colors.add(color, fixture.row("raw_color", index, 3).reverse());
            });

            const posed = await PoseAsync(model, Tensors(fixture, model), fixture.values("cano2live") as Float32Array);
            const live = compare("posed positions, m", 1e-5);
            const covariances = compare("posed covariances, relative", 1e-5);
            posed.forEach(({ position, covariance }, index) => {
                live.add(position, fixture.row("live_positions", index, 3));
                const [w, x, y, z] = fixture.row("live_rotations", index, 4) as [number, number, number, number];
                const expected = UpperTriangle(CovarianceOf([x, y, z, w], fixture.row("cano_scales", index, 3)));
                covariances.add(UpperTriangle(covariance), expected, Math.max(...expected.map(Math.abs)));
            });
            for (const comparison of [positions, opacities, scales, rotations, colors, live, covariances]) {
                comparison.expectWithin();
            }
        });

        it("keeps fixed hands where they are", async () => {
            const fixture = ReadGoldenFixture("body_avatar_pipeline");
            const model = BodyModel(fixture, HandsOf(fixture));
            const posed = await PoseAsync(model, Tensors(fixture, model), fixture.values("cano2live") as Float32Array);
            const live = new GoldenComparison("body_avatar_pipeline", "posed positions, fixed hands, m", 1e-5);
            posed.forEach(({ position }, index) => {
                live.add(position, fixture.row("live_positions_fixhand", index, 3));
            });
            live.expectWithin();
        });

        /** Decodes and skins a model alone in a pipeline, with [55,16] row-major joint matrices. */
        async function PoseAsync(
            model: IMapModel,
            tensors: ReadonlyMap<string, { side: number; data: Float32Array }>,
            jointMatrices: Float32Array,
        ): Promise<IGaussian[]> {
            const sample = await DecodeModelAsync(device, model);
            sample.decode(tensors);
            const instance = pipeline.addInstance(sample.decoded, 55);
            for (let joint = 0; joint < 55; joint++) {
                instance.skinMatrices.set(jointMatrices.subarray(joint * 16, joint * 16 + 12), joint * 12);
            }
            SubmitFrame(device, pipeline);
            const posed = await ReadPosedAsync(device, pipeline, sample.decoded.count);
            instance.dispose();
            sample.dispose();
            return posed;
        }
    });
});

interface IBodySample {
    readonly count: number;
    readonly positions: Float32Array;
    readonly joints: Uint16Array;
    readonly weights: Float32Array;
    readonly rotations: Float32Array;
    readonly scales: Float32Array;
    readonly opacities: Float32Array;
    readonly fixedHands: IFixedHands | null;
}

/** A model in the manner of the published method. Its texels are packed into small maps: their order alone matters here. */
function MakeModel(sample: IBodySample): IMapModel {
    const { count, positions, joints, weights, rotations, scales, opacities, fixedHands } = sample;
    const mapSize = 64;
    const asset = MakeSampleAvatar();
    const base = MakeSampleMapModel(asset, { covariance: "quaternion", mapSize, colorActivation: "none" });
    const network = (name: string, channels: number): IAvatarNetwork => ({
        ...base.networks[0]!,
        name,
        outputs: [{ name, type: "float32", shape: [1, channels, mapSize, mapSize] }],
    });
    return {
        ...base,
        texels: new Uint32Array(count).map((_, index) => index),
        positions,
        influences: { count: joints.length / count, joints, weights },
        networks: [network("raw_position", 6), network("raw_other", 16), network("raw_color", 6)],
        morphTargets: [],
        decoding: {
            outputs: Outputs,
            gains: { position: 0.05, opacity: 1, scale: 1, rotation: 1, color: 1 },
            opacities,
            scales,
            rotations,
            colors: new Float32Array(count * 3),
            colorActivation: "none",
            fixedHands,
        },
    };
}

function BodyModel(fixture: IGoldenFixture, fixedHands: IFixedHands | null): IMapModel {
    const count = fixture.values("mask_index").length;
    return MakeModel({
        count,
        positions: fixture.values("init_points") as Float32Array,
        joints: Uint16Array.from(fixture.values("lbs_index")),
        weights: fixture.values("lbs_weight") as Float32Array,
        rotations: ToXyzw(fixture, "raw_rotation0", count),
        scales: fixture.values("raw_scale0") as Float32Array,
        opacities: fixture.values("raw_opacity0") as Float32Array,
        fixedHands,
    });
}

/** The networks' outputs, at the texels of the packed maps. */
function Tensors(
    fixture: IGoldenFixture,
    { mapSize, texels }: IMapModel,
): Map<string, { side: number; data: Float32Array }> {
    const pixels = mapSize * mapSize;
    return new Map(
        (
            [
                ["raw_position", 3],
                ["raw_other", 8],
                ["raw_color", 3],
            ] as const
        ).map(([name, channels]) => {
            const values = fixture.values(name);
            const data = new Float32Array(2 * channels * pixels);
            texels.forEach((texel, index) => {
                const column = texel % (2 * mapSize);
                const isBack = column >= mapSize;
                const pixel = Math.floor(texel / (2 * mapSize)) * mapSize + (column % mapSize);
                for (let channel = 0; channel < channels; channel++) {
                    data[(channel + (isBack ? channels : 0)) * pixels + pixel] = values[index * channels + channel]!;
                }
            });
            return [name, { side: mapSize, data }];
        }),
    );
}

/** Shares by the boxes around the hands; the fixture has positions of the mean hands only. */
function HandsOf(fixture: IGoldenFixture): IFixedHands {
    const points = fixture.values("init_points");
    const count = points.length / 3;
    const centerY = fixture.values("cano_center")[1]!;
    const box = (name: string): { middle: number; half: number } => {
        const xs = fixture.values(name).filter((_, k) => k % 3 === 0);
        const [low, high] = [Math.min(...xs), Math.max(...xs)];
        return { middle: (low + high) / 2, half: (high - low) / 2 };
    };
    const [left, right] = [box("left_cano_hand_vertices"), box("right_cano_hand_vertices")];
    const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
    const shares = new Float32Array(count).map((_, index) => {
        const [x, y] = [points[index * 3]!, points[index * 3 + 1]!];
        if (y < centerY) {
            return 0;
        }
        const ofLeft = sigmoid(2.5 * ((x - left.middle) / left.half + 2));
        const ofRight = sigmoid(-2.5 * ((x - right.middle) / right.half - 2));
        return (ofLeft + ofRight) / Math.max(ofLeft + ofRight, 1);
    });
    return {
        shares,
        positions: fixture.values("hand_positions") as Float32Array,
        opacities: new Float32Array(count),
        scales: new Float32Array(count * 3).fill(0.01),
        rotations: ToXyzw(fixture, "raw_rotation0", count),
    };
}

function ToXyzw(fixture: IGoldenFixture, name: string, count: number): Float32Array {
    const values = fixture.values(name);
    return new Float32Array(count * 4).map((_, k) => values[k - (k % 4) + ((k + 1) % 4)]!);
}
