import { describe, expect, it } from "@jest/globals";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { type IMapModel } from "../../../src/format/mapModel.js";
import {
    ConditioningShaders,
    PoseMapBindings,
    ViewMapBindings,
} from "../../../src/pipeline/2-maps/conditioningShaders.js";
import { BuildPoseMapTable, EvaluatePoseMap } from "../../../src/pipeline/2-maps/poseMapTable.js";
import { ReadAffines, ReferencePoseMap } from "../../reference/poseMap.js";
import {
    BodyFixtureModel,
    ConditioningSamples,
    FixtureMatrices,
    ProjectionFixtureMatrices,
    ProjectionFixtureModel,
} from "../../support/conditioningModels.js";
import { DescribeGolden, GoldenComparison, ReadGoldenFixture } from "../../support/goldenFixture.js";
import { RandomSkinMatrices } from "../../support/randomGaussians.js";

/** Of the fixtures' README, metres. */
const Tolerance = 1e-5;

function PoseMapOf(model: IMapModel, matrices: Float32Array): Float32Array {
    const table = BuildPoseMapTable(model);
    // What was there before must not show.
    const map = new Float32Array(table.channelCount * table.size ** 2).fill(7);
    EvaluatePoseMap(table, matrices, map);
    return map;
}

describe("The pose map on the processor equals its double", () => {
    it.each(Object.entries(ConditioningSamples))("%s", (_name, model) => {
        const matrices = RandomSkinMatrices(model.inverseBindMatrices.length / 16, 3);
        const map = PoseMapOf(model, matrices);
        const double = ReferencePoseMap(model, ReadAffines(matrices));
        expect(map).toHaveLength(double.length);
        const worst = map.reduce((largest, value, i) => Math.max(largest, Math.abs(value - double[i]!)), 0);
        expect(worst).toBeLessThan(Tolerance);
        expect(map.some((value) => value !== 0)).toBe(model.texels.length > 0);
    });
});

it.each([
    ["poseMap", PoseMapBindings],
    ["viewMaps", ViewMapBindings],
] as const)("the kernel %s binds what TypeScript names, in that order", (name, names) => {
    const { storage, uniforms } = new WgslReflect(ConditioningShaders[name]);
    const bindings = [...storage, ...uniforms].sort((a, b) => a.binding - b.binding);
    expect(bindings.map((binding) => [binding.group, binding.binding, binding.name])).toEqual(
        names.map((binding, index) => [0, index, binding]),
    );
    expect(storage.length).toBeLessThanOrEqual(8); // what every device binds
});

it("an entry a joint, however many texels make a pixel", () => {
    const { rows } = BuildPoseMapTable(ConditioningSamples["means of both sides"]!);
    for (let row = 0; row < rows.targets.length; row++) {
        const joints = [...rows.matrixIndices.subarray(rows.firstEntries[row], rows.firstEntries[row + 1])];
        expect(joints).toEqual([...new Set(joints)].sort((a, b) => a - b));
    }
});

DescribeGolden("The pose map equals the published one", () => {
    it("of a body", () => {
        const fixture = ReadGoldenFixture("body_avatar_pipeline");
        const map = PoseMapOf(BodyFixtureModel(fixture), FixtureMatrices(fixture, "cano2live_wo_root"));
        const comparison = new GoldenComparison("body_avatar_pipeline", "pose map, processor, metres", Tolerance);
        const expected = new Float32Array(map.length);
        fixture.values("pose_map_index").forEach((pixel, row) => {
            fixture.row("pose_map_values", row, 6).forEach((value, c) => (expected[c * 512 * 512 + pixel] = value));
        });
        comparison.add(map, expected);
        comparison.expectWithin();
    });

    it.each([1, 2])("projected, %i standard deviations", (sigma) => {
        const fixture = ReadGoldenFixture("pose_pca");
        const model = ProjectionFixtureModel(fixture, sigma);
        const quantity = `projected pose map, ${sigma} deviations, processor`;
        const comparison = new GoldenComparison("pose_pca", quantity, Tolerance);
        for (let input = 0; input < 4; input++) {
            const map = PoseMapOf(model, ProjectionFixtureMatrices(fixture, input));
            const points = Array.from({ length: 900 }, (_, i) => map[(i % 3) * 324 + Math.floor(i / 3)]!);
            comparison.add(points, fixture.row(`outputs_sigma${sigma}`, input, 900));
        }
        comparison.expectWithin();
    });
});
