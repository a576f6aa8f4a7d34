import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type IMapModel } from "../../../src/format/mapModel.js";
import { ConditioningStage } from "../../../src/pipeline/2-maps/conditioningStage.js";
import { BuildPoseMapTable, EvaluatePoseMap } from "../../../src/pipeline/2-maps/poseMapTable.js";
import { ReadAffines, ReferencePoseMap, ReferenceViewMaps } from "../../reference/poseMap.js";
import {
    BodyFixtureModel,
    ConditioningSamples,
    FixtureMatrices,
    ProjectionFixtureMatrices,
    ProjectionFixtureModel,
} from "../../support/conditioningModels.js";
import { DescribeGolden, GoldenComparison, ReadGoldenFixture } from "../../support/goldenFixture.js";
import { DescribeGpu, GetTestDeviceAsync } from "../../support/gpu.js";
import { RandomSkinMatrices } from "../../support/randomGaussians.js";
import { ReadBufferAsync } from "../../support/readBuffer.js";

/** Of the fixtures' README, metres; cosines of normals as long as 1. */
const Tolerance = 1e-5;

const Camera = { x: 0.3, y: 1.4, z: 2.5 };

DescribeGpu("inputs of networks", () => {
    let device: GPUDevice;
    let stage: ConditioningStage;

    beforeAll(async () => {
        device = await GetTestDeviceAsync();
        stage = await ConditioningStage.CreateAsync(device);
    });

    afterAll(() => {
        device.destroy();
    });

    /** Pose map, then view maps where there are any, after some other pose. */
    async function EncodeAsync(model: IMapModel, matrices: Float32Array): Promise<Float32Array[]> {
        const inputs = stage.createInputs(model, "test");
        for (const given of [matrices.map((value) => value + 1), matrices]) {
            const encoder = device.createCommandEncoder();
            inputs.encodePose(encoder, given);
            inputs.encodeView(encoder, given, Camera);
            device.queue.submit([encoder.finish()]);
        }
        const maps: Float32Array[] = [];
        for (const buffer of [inputs.pose, inputs.viewFront, inputs.viewBack]) {
            if (buffer) {
                maps.push(new Float32Array(await ReadBufferAsync(device, buffer)));
            }
        }
        inputs.dispose();
        inputs.dispose();
        return maps;
    }

    it.each(Object.entries(ConditioningSamples))("%s: device, processor and double are one", async (_name, model) => {
        const matrices = RandomSkinMatrices(model.inverseBindMatrices.length / 16, 5);
        const [pose, ...views] = await EncodeAsync(model, matrices);
        const table = BuildPoseMapTable(model);
        const onProcessor = new Float32Array(pose!.length);
        EvaluatePoseMap(table, matrices, onProcessor);
        expect(Worst(pose!, ReferencePoseMap(model, ReadAffines(matrices)))).toBeLessThan(Tolerance);
        expect(Worst(pose!, onProcessor)).toBeLessThan(Tolerance);
        expect(views).toHaveLength(model.conditioning.viewSize > 0 ? 2 : 0);
        if (views.length > 0) {
            const double = ReferenceViewMaps(model, ReadAffines(matrices), [Camera.x, Camera.y, Camera.z]);
            expect(Worst([...views[0]!, ...views[1]!], double)).toBeLessThan(Tolerance);
        }
        expect(await EncodeAsync(model, matrices)).toEqual([pose, ...views]); // bit for bit
    });

    it("avatars of one model share its tables until the last has gone", async () => {
        const model = ConditioningSamples["all channels"]!;
        const matrices = RandomSkinMatrices(model.inverseBindMatrices.length / 16, 6);
        const [first, second] = [stage.createInputs(model, "first"), stage.createInputs(model, "second")];
        first.dispose();
        const encoder = device.createCommandEncoder();
        second.encodePose(encoder, matrices);
        device.queue.submit([encoder.finish()]);
        const pose = new Float32Array(await ReadBufferAsync(device, second.pose));
        expect(Worst(pose, ReferencePoseMap(model, ReadAffines(matrices)))).toBeLessThan(Tolerance);
        second.dispose();
    });

    DescribeGolden("equal the published ones", () => {
        it("of a body", async () => {
            const fixture = ReadGoldenFixture("body_avatar_pipeline");
            const [map] = await EncodeAsync(BodyFixtureModel(fixture), FixtureMatrices(fixture, "cano2live_wo_root"));
            const expected = new Float32Array(map!.length);
            fixture.values("pose_map_index").forEach((pixel, row) => {
                fixture.row("pose_map_values", row, 6).forEach((value, c) => (expected[c * 512 * 512 + pixel] = value));
            });
            const comparison = new GoldenComparison("body_avatar_pipeline", "pose map, device, metres", Tolerance);
            comparison.add(map!, expected);
            comparison.expectWithin();
        });

        it("projected", async () => {
            const fixture = ReadGoldenFixture("pose_pca");
            const comparison = new GoldenComparison("pose_pca", "projected pose map, device", Tolerance);
            const model = ProjectionFixtureModel(fixture, 2);
            for (let input = 0; input < 4; input++) {
                const [map] = await EncodeAsync(model, ProjectionFixtureMatrices(fixture, input));
                const points = Array.from({ length: 900 }, (_, i) => map![(i % 3) * 324 + Math.floor(i / 3)]!);
                comparison.add(points, fixture.row("outputs_sigma2", input, 900));
            }
            comparison.expectWithin();
        });
    });
});

function Worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
    expect(actual).toHaveLength(expected.length);
    let worst = 0;
    for (let i = 0; i < expected.length; i++) {
        const error = Math.abs(actual[i]! - expected[i]!);
        worst = error <= worst ? worst : error; // NaN stays
    }
    return worst;
}
