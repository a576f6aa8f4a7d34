import { describe, expect, it } from "@jest/globals";
import { BaseScales } from "../../../../src/convert/animatableGaussians/baseScales.js";
import { BlendHands, DecodeMaps } from "../../../../src/convert/mapModel/decodeMaps.js";
import { type HandBox, HandBounds, HandShares } from "../../../../src/convert/animatableGaussians/fixedHands.js";
import { ReduceInfluences } from "../../../../src/convert/animatableGaussians/influences.js";
import { CanonicalToPose } from "../../../../src/convert/animatableGaussians/jointMatrices.js";
import { SampleWeightVolume } from "../../../../src/convert/animatableGaussians/skinningWeights.js";
import { CanonicalCenterHeight, ReducedRows } from "../../../../src/convert/animatableGaussians/template.js";
import { type IAttributeOutput } from "../../../../src/format/mapModel.js";
import { MakeBodySubject, PosePoint } from "../../../support/bodySubject.js";
import {
    DescribeGolden,
    GoldenComparison,
    type IGoldenFixture,
    ReadGoldenFixture,
} from "../../../support/goldenFixture.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const MapSize = 1024;

/** Rows of a fixture as maps [C,W,W]: what a network would have made there. */
function MapOf(fixture: IGoldenFixture, name: string, channels: number, texels: Uint32Array): Float32Array {
    const values = fixture.values(name);
    const map = new Float32Array(2 * channels * MapSize * MapSize);
    texels.forEach((texel, row) => {
        const u = texel % (2 * MapSize);
        const pixel = Math.floor(texel / (2 * MapSize)) * MapSize + (u % MapSize);
        const first = u < MapSize ? 0 : channels;
        for (let k = 0; k < channels; k++) {
            map[(first + k) * MapSize * MapSize + pixel] = values[row * channels + k]!;
        }
    });
    return map;
}

DescribeGolden("base values and decoding of a body (golden)", () => {
    const fixture = ReadGoldenFixture("body_avatar_pipeline");
    const texels = Uint32Array.from(fixture.values("mask_index"));
    const positions = Float32Array.from(fixture.values("init_points"));
    const template = {
        mapSize: MapSize,
        texels,
        positions,
        normals: Float32Array.from(fixture.values("init_normals")),
    };

    it("takes base scales from the three nearest neighbours", () => {
        const comparison = new GoldenComparison("body_avatar_pipeline", "converter: base log scales", 1e-4);
        // Points of the fixture are far apart; how fast the search is, is no matter.
        for (const spacing of [2 / MapSize, 0.02]) {
            comparison.add(BaseScales(positions, spacing), fixture.values("raw_scale0"));
        }
        comparison.expectWithin();
    });

    it("decodes maps, and blends fixed hands over them", () => {
        const count = texels.length;
        const entry = (
            attribute: IAttributeOutput["attribute"],
            tensor: string,
            front: number[],
            width: number,
        ): IAttributeOutput => ({ attribute, tensor, front, back: front.map((channel) => channel + width) });
        const decoding = {
            outputs: [
                entry("position", "position_map", [0, 1, 2], 3),
                entry("opacity", "other_map", [0], 8),
                entry("scale", "other_map", [1, 2, 3], 8),
                entry("rotation", "other_map", [5, 6, 7, 4], 8),
                entry("color", "color_map", [2, 1, 0], 3),
            ],
            gains: { position: 0.05, opacity: 1, scale: 1, rotation: 1, color: 1 },
            opacities: Float32Array.from(fixture.values("raw_opacity0")),
            scales: Float32Array.from(fixture.values("raw_scale0")),
            rotations: Float32Array.from({ length: count * 4 }, (_, i) => Number(i % 4 === 3)),
            colors: new Float32Array(count * 3),
            colorActivation: "none" as const,
        };
        const maps = new Map([
            ["position_map", MapOf(fixture, "raw_position", 3, texels)],
            ["other_map", MapOf(fixture, "raw_other", 8, texels)],
            ["color_map", MapOf(fixture, "raw_color", 3, texels)],
        ]);
        const decoded = DecodeMaps({ mapSize: MapSize, texels, positions, decoding }, maps);
        const compare = (what: string, found: Float32Array, expected: ArrayLike<number>, tolerance: number): void => {
            const comparison = new GoldenComparison("body_avatar_pipeline", `converter: ${what}`, tolerance);
            comparison.add(found, expected);
            comparison.expectWithin();
        };
        const swap = (values: Float32Array, order: readonly number[]): Float32Array =>
            values.map((_, i) => values[Math.floor(i / order.length) * order.length + order[i % order.length]!]!);
        compare("canonical positions, m", decoded.positions, fixture.values("cano_positions"), 1e-5);
        compare("opacities", decoded.opacities, fixture.values("cano_opacity"), 1e-5);
        compare("scales, m", decoded.scales, fixture.values("cano_scales"), 1e-5);
        compare("rotations", swap(decoded.rotations, [3, 0, 1, 2]), fixture.values("cano_rotations"), 1e-5);
        compare("colours", swap(decoded.colors, [2, 1, 0]), fixture.values("raw_color"), 0);
        const box = (name: string): HandBox => {
            const points = fixture.values(name);
            const axis = (k: number): number[] => Array.from({ length: 60 }, (_, row) => points[row * 3 + k]!);
            const corner = (of: (values: number[]) => number): [number, number, number] => [
                of(axis(0)),
                of(axis(1)),
                of(axis(2)),
            ];
            return [corner((values) => Math.min(...values)), corner((values) => Math.max(...values))];
        };
        const height = fixture.values("cano_center")[1]!;
        const shares = HandShares(template, box("left_cano_hand_vertices"), box("right_cano_hand_vertices"), height);
        const hands = { ...decoded, positions: Float32Array.from(fixture.values("hand_positions")) };
        // The fixture has mean hands as positions alone: where it ends up tells the share.
        const blended = BlendHands(decoded, hands, shares);
        const live = fixture.values("live_positions_fixhand");
        const lbs = LiveMatrices(fixture);
        const comparison = new GoldenComparison("body_avatar_pipeline", "converter: fixed hands, posed, m", 1e-5);
        for (let row = 0; row < count; row++) {
            comparison.add(lbs(row, blended.positions), live.subarray(row * 3, row * 3 + 3));
        }
        comparison.expectWithin();
        expect(Math.max(...shares)).toBeGreaterThan(0.9);
    });

    it("samples weight volumes", () => {
        const volume = ReadGoldenFixture("weight_volume_sampling");
        const values = volume.values("diff_weight_volume");
        const bounds = Float32Array.from(volume.values("volume_bounds"));
        const points = Float32Array.from(volume.values("points"));
        const found = SampleWeightVolume((index) => values[index]!, [10, 12, 9, 55], bounds, points);
        const comparison = new GoldenComparison("weight_volume_sampling", "weights", 1e-6);
        comparison.add(found, volume.values("weights"));
        comparison.expectWithin();
    });
});

/** Moves points of the fixture by its four influences. */
function LiveMatrices(fixture: IGoldenFixture): (row: number, positions: Float32Array) => number[] {
    const [joints, weights] = [fixture.values("lbs_index"), fixture.values("lbs_weight")];
    const matrices = fixture.values("cano2live");
    return (row, positions) =>
        [0, 1, 2].map((axis) => {
            let sum = 0;
            for (let k = row * 4; k < row * 4 + 4; k++) {
                const at = joints[k]! * 16 + axis * 4;
                const place = [0, 1, 2].reduce(
                    (s, c) => s + matrices[at + c]! * positions[row * 3 + c]!,
                    matrices[at + 3]!,
                );
                sum += weights[k]! * place;
            }
            return sum;
        });
}

describe("what a body is made of", () => {
    it("finds nearest neighbours as a search through all points does", () => {
        const random = SeededRandom(5);
        const points = Float32Array.from({ length: 3 * 400 }, () => random() ** 3);
        const expected = Array.from({ length: 400 }, (_, i) => {
            const distances = Array.from({ length: 400 }, (_other, k) =>
                k === i
                    ? Infinity
                    : [0, 1, 2].reduce((sum, axis) => sum + (points[i * 3 + axis]! - points[k * 3 + axis]!) ** 2, 0),
            ).sort((a, b) => a - b);
            return 0.5 * Math.log(Math.max(1e-7, (distances[0]! + distances[1]! + distances[2]!) / 3));
        });
        for (const spacing of [0.003, 0.3]) {
            const found = BaseScales(points, spacing);
            expected.forEach((scale, i) => expect(found[i * 3 + 1]).toBeCloseTo(scale, 5));
        }
        expect(BaseScales(Float32Array.of(0, 0, 0), 0.1)[0]).toBeCloseTo(0.5 * Math.log(1e-7), 5);
    });

    const subject = MakeBodySubject({ mapSize: 64, frames: 3 });

    it("keeps as many influences as hold every point within a tenth of a millimetre", () => {
        const { joints, positions, weights } = subject;
        const random = SeededRandom(9);
        // A tail on all joints, as diffused weights have it; a little of it moves nothing by 0.1 mm, much of it does.
        for (const [tail, counts] of [
            [1e-7, [4]],
            [3e-4, [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
        ] as const) {
            const dense = weights.map((weight) => weight + tail * random());
            const poses = subject.poses.map((pose) =>
                CanonicalToPose(
                    joints,
                    pose.map((value, i) => (i < 3 ? 0 : value)),
                ),
            );
            const { influences, error } = ReduceInfluences(positions, dense, poses);
            let worst = 0;
            for (let row = 0; row * 3 < positions.length; row++) {
                const kept = new Float32Array(55);
                for (let k = row * influences.count; k < (row + 1) * influences.count; k++) {
                    kept[influences.joints[k]!]! += influences.weights[k]!;
                }
                const sum = dense.subarray(row * 55, row * 55 + 55).reduce((total, weight) => total + weight, 0);
                expect(kept.reduce((total, weight) => total + weight, 0)).toBeCloseTo(sum, 5);
                const point = positions.subarray(row * 3, row * 3 + 3);
                for (const pose of poses) {
                    const [a, b] = [PosePoint(positions, dense, row, pose), PosePoint(point, kept, 0, pose)];
                    worst = Math.max(worst, Math.hypot(...a.map((value, axis) => value - b[axis]!)));
                }
            }
            console.log(`tails of ${tail}: ${influences.count} influences, ${(error * 1000).toFixed(4)} mm`);
            expect(error).toBeCloseTo(worst, 6);
            expect(counts).toContain(influences.count);
            expect(error < 1e-4 || influences.count === 16).toBe(true);
        }
    });

    it("keeps the even texels of a map, and tells where the body's middle is", () => {
        const texels = Uint32Array.of(0, 2, 3, 4, 16, 18);
        const positions = new Float32Array(18);
        positions[1] = 0.7;
        const template = { mapSize: 4, texels, positions, normals: positions };
        expect([...ReducedRows(template, 2, "front").rows]).toEqual([0, 1, 4, 5]);
        expect([...ReducedRows(template, 2, "front").pixels]).toEqual([0, 1, 2, 3]);
        expect([...ReducedRows(template, 2, "back").rows]).toEqual([3]);
        // y = c + 1 − (v + ½) / 2 in the first row.
        expect(CanonicalCenterHeight(template)).toBeCloseTo(0.7 - 1 + 0.25, 6);
    });

    it("finds the hands by the joints that move them", () => {
        const weights = new Float32Array(3 * 55);
        weights[20] = 1;
        weights[55 + 30] = 1;
        weights[2 * 55 + 21] = 1;
        const positions = Float32Array.of(0.6, 0, 0, 0.8, 0.1, 0.1, -0.7, 0, 0);
        const template = { mapSize: 4, texels: Uint32Array.of(0, 1, 2), positions, normals: positions };
        expect(HandBounds(template, weights, "left")).toEqual([
            [0.6, 0, 0].map((value) => expect.closeTo(value, 6)),
            [0.8, 0.1, 0.1].map((value) => expect.closeTo(value, 6)),
        ]);
        // A single point has no extent to measure with.
        expect(HandBounds(template, weights, "right")).toBeNull();
    });
});
