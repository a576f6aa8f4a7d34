import { expect, it } from "@jest/globals";
import { type HandBox, HandBounds, HandShares } from "../../../../src/convert/animatableGaussians/fixedHands.js";
import { type ITemplate } from "../../../../src/convert/animatableGaussians/template.js";
import { DescribeGolden, ReadGoldenFixture } from "../../../support/goldenFixture.js";

/** The box of the hand of a data set's person, and its mirror image. */
const Left: HandBox = [
    [0.6, 0.05, -0.12],
    [0.77, 0.11, 0],
];
const Right: HandBox = [
    [-0.77, 0.05, -0.12],
    [-0.6, 0.11, 0],
];

function LargestDifference(a: Float32Array, b: Float32Array): number {
    return a.reduce((most, value, row) => Math.max(most, Math.abs(value - b[row]!)), 0);
}

/** Points along both arms, a millimetre apart. */
function Arms(): ITemplate {
    const positions = Float32Array.from({ length: 1601 * 3 }, (_, i) => (i % 3 === 0 ? (i / 3 - 800) / 1000 : 0));
    return { mapSize: 4, texels: new Uint32Array(1601), positions, normals: positions };
}

it("a wrist that is a centimetre off moves the blend by a ninth, in the forearm", () => {
    const arms = Arms();
    const longer: HandBox = [[0.59, 0.05, -0.12], Left[1]];
    const difference = LargestDifference(HandShares(arms, Left, Right, -1), HandShares(arms, longer, Right, -1));
    console.log(`a box 1 cm longer: shares off by up to ${difference.toFixed(3)}`);
    // The slope of the blend: 2.5 / 4 · 3 / length of the hand.
    expect(difference).toBeCloseTo(((2.5 / 4) * 3 * 0.01) / 0.17, 1);
    expect(difference).toBeLessThan(0.12);
});

DescribeGolden("bounds of hands (golden)", () => {
    it("by weights are near those by vertices", () => {
        const fixture = ReadGoldenFixture("body_avatar_pipeline");
        const positions = Float32Array.from(fixture.values("init_points"));
        const weights = new Float32Array((positions.length / 3) * 55);
        const amounts = fixture.values("lbs_weight");
        fixture.values("lbs_index").forEach((joint, i) => (weights[Math.floor(i / 4) * 55 + joint]! += amounts[i]!));
        const texels = Uint32Array.from(fixture.values("mask_index"));
        const template: ITemplate = { mapSize: 1024, texels, positions, normals: positions };
        const height = fixture.values("cano_center")[1]!;
        const shares = (left: HandBox, right: HandBox): Float32Array => HandShares(template, left, right, height);
        const official = shares(
            BoxOf(fixture.values("left_cano_hand_vertices")),
            BoxOf(fixture.values("right_cano_hand_vertices")),
        );
        const ours = shares(HandBounds(template, weights, "left")!, HandBounds(template, weights, "right")!);
        const difference = LargestDifference(official, ours);
        console.log(`the fixture's hands: shares off by up to ${difference.toFixed(3)}`);
        // Its body has few points, and none between wrist and knuckles: boxes differ by centimetres.
        expect(difference).toBeLessThan(0.1);
    });
});

function BoxOf(points: ArrayLike<number>): HandBox {
    const axis = (k: number): number[] => Array.from({ length: points.length / 3 }, (_, row) => points[row * 3 + k]!);
    return [
        [Math.min(...axis(0)), Math.min(...axis(1)), Math.min(...axis(2))],
        [Math.max(...axis(0)), Math.max(...axis(1)), Math.max(...axis(2))],
    ];
}
