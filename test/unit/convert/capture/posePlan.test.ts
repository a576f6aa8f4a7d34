import { describe, expect, it } from "@jest/globals";
import { GenericSkeleton } from "../../../../src/animation/rig/genericSkeleton.js";
import { BodyOverlap, SegmentDistance } from "../../../../src/convert/capture/bodyOverlap.js";
import { PoseDistance } from "../../../../src/convert/capture/poseDistance.js";
import { PlanPoses, type IPlannedPose } from "../../../../src/convert/capture/posePlan.js";
import { SampleExpression } from "../../../../src/convert/capture/sampleExpression.js";
import { SeededRandom } from "../../../../src/convert/capture/seededRandom.js";
import { SmplxJointNames } from "../../../../src/format/bodyModel.js";
import { ReadTake } from "../../../support/motionTakes.js";
import { ItWithData, PrintFigure } from "../../../support/motions.js";

const none = { indices: new Uint32Array(0), deltas: new Float32Array(0) };
const Channels = ["jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthLeft", "mouthRight", "browInnerUp", "viseme_aa"];
const subject = {
    restJoints: Float32Array.from(GenericSkeleton.flat()),
    expressions: Channels.map((name) => ({ name, ...none })),
};

/** Without the heading, which is chosen at random. */
function Bare({ rotations }: IPlannedPose): Float32Array {
    const bare = Float32Array.from(rotations);
    bare.set([0, 0, 0, 1]);
    return bare;
}

describe("PlanPoses", () => {
    it("makes the same plan of the same seed and another of another", () => {
        const plan = (seed: number): IPlannedPose[] => PlanPoses({ subject, count: 24, seed });
        expect(plan(5)).toEqual(plan(5));
        expect(plan(5)[0]!.rotations).not.toEqual(plan(6)[0]!.rotations);
    });

    it("samples poses that stand on the floor, with units for rotations, and limbs outside each other", () => {
        const poses = PlanPoses({ subject, count: 120, seed: 2 });
        const overlap = new BodyOverlap(subject.restJoints);
        let deepest = -1;
        for (const { rotations, translation, expressions, source } of poses) {
            for (let j = 0; j < SmplxJointNames.length; j++) {
                expect(Math.hypot(...rotations.subarray(j * 4, j * 4 + 4))).toBeCloseTo(1, 5);
            }
            expect([translation[0], translation[2]]).toEqual([0, 0]);
            expect(Math.abs(translation[1]!)).toBeLessThan(0.8);
            expect(expressions.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
            expect(["walk", "arms down", "arms up", "free"]).toContain(source);
            deepest = Math.max(deepest, overlap.depth(rotations));
        }
        PrintFigure(`sampled poses: deepest overlap ${(deepest * 1000).toFixed(1)} mm`);
        expect(deepest).toBeLessThanOrEqual(0.012);
        expect(new Set(poses.map(({ source }) => source)).size).toBe(4);
        expect(poses.filter(({ split }) => split === "heldOut")).toHaveLength(12);
    });

    it("spreads headings evenly over the circle", () => {
        const poses = PlanPoses({ subject, count: 64, seed: 3 });
        const bins = new Array<number>(8).fill(0);
        for (const { rotations } of poses) {
            const yaw = 2 * Math.atan2(rotations[1]!, rotations[3]!);
            bins[Math.floor((((yaw / (2 * Math.PI)) % 1) + 1) * 8) % 8]! += 1;
        }
        expect(Math.min(...bins)).toBeGreaterThanOrEqual(4);
    });

    ItWithData("takes poses of motions that differ, and holds out none that was trained on", () => {
        const take = ReadTake("pirouette_daz.bvh");
        const motions = [{ name: "pirouette", ...take }];
        const poses = PlanPoses({ subject, count: 60, seed: 4, motions, heldOutShare: 0.2 });
        const [train, heldOut] = [
            poses.filter(({ split }) => split === "train"),
            poses.filter(({ split }) => split === "heldOut"),
        ];
        const recorded = train.filter(({ source }) => source.startsWith("pirouette"));
        const nearest = Math.min(...heldOut.flatMap((a) => train.map((b) => PoseDistance(Bare(a), Bare(b)))));
        PrintFigure(
            `plan: ${recorded.length} of ${train.length} poses recorded, held-out ones ${((nearest * 180) / Math.PI).toFixed(1)}° from any`,
        );
        expect(heldOut).toHaveLength(12);
        expect(recorded.length).toBeGreaterThan(10);
        expect(heldOut.some(({ source }) => source.startsWith("pirouette"))).toBe(true);
        expect(new Set(recorded.map(({ source }) => source)).size).toBe(recorded.length);
        // 4° with the root; a little less without its lean.
        expect(nearest).toBeGreaterThan((3 * Math.PI) / 180);
    });
});

describe("SampleExpression", () => {
    it("is sparse, varied, and never pulls a mouth both ways", () => {
        const random = SeededRandom(7);
        const faces = Array.from({ length: 300 }, () => SampleExpression(Channels, random));
        const active = faces.map((face) => face.filter((weight) => weight > 0).length);
        expect(Math.max(...active)).toBeLessThanOrEqual(6);
        Channels.forEach((_, channel) => {
            expect(faces.some((face) => face[channel]! > 0.5)).toBe(true);
        });
        expect(faces.some((face) => face.every((weight) => weight === 0))).toBe(true);
        expect(faces.every((face) => face[3] === 0 || face[4] === 0)).toBe(true);
    });

    it("has nothing to say about a face without channels", () => {
        expect(SampleExpression([], SeededRandom(1))).toHaveLength(0);
    });
});

describe("SegmentDistance", () => {
    it("finds crossing, parallel and apart segments", () => {
        const crossing = SegmentDistance(
            [
                [-1, 0, 0],
                [1, 0, 0],
            ],
            [
                [0, -1, 0.5],
                [0, 1, 0.5],
            ],
        );
        const parallel = SegmentDistance(
            [
                [0, 0, 0],
                [1, 0, 0],
            ],
            [
                [0.2, 2, 0],
                [3, 2, 0],
            ],
        );
        const apart = SegmentDistance(
            [
                [0, 0, 0],
                [1, 0, 0],
            ],
            [
                [4, 4, 0],
                [4, 5, 0],
            ],
        );
        expect([crossing, parallel, apart]).toEqual([0.5, 2, 5]);
    });
});
