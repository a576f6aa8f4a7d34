import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { FaceCalibration } from "../../../../src/animation/face/compose/faceCalibration.js";
import { FaceComposer } from "../../../../src/animation/face/compose/faceComposer.js";
import { FaceSamples } from "../../../../src/animation/face/compose/faceSamples.js";
import { FaceSmoother } from "../../../../src/animation/face/compose/faceSmoother.js";
import { LipGap } from "../../../../src/animation/face/compose/lipGap.js";
import { FaceFrame } from "../../../../src/animation/face/faceFrame.js";
import { ArkitCount, ArkitIndices, ArkitNames } from "../../../../src/animation/face/vocabulary/arkit.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const { jawOpen, mouthClose, mouthPressLeft, mouthPressRight, mouthLowerDownLeft, mouthLowerDownRight } = ArkitIndices;

/** A person who says "pa ma ba …": vowels of 140 ms, closures of 60 to 90 ms that lips reach and leave within 40 ms. */
class Syllables {
    public readonly closures: { middle: number; half: number }[] = [];

    public constructor(count: number, random: () => number) {
        for (let i = 0; i < count; i++) {
            this.closures.push({ middle: 0.3 + 0.25 * i + 0.03 * random(), half: 0.03 + 0.015 * random() });
        }
    }

    public write(frame: FaceFrame, seconds: number): void {
        let open = 1;
        for (const { middle, half } of this.closures) {
            const away = Math.abs(seconds - middle);
            open = Math.min(open, Math.max(0, (away - half) / 0.04));
        }
        const { weights } = frame;
        weights[jawOpen] = 0.05 + 0.45 * open;
        weights[mouthLowerDownLeft] = weights[mouthLowerDownRight] = 0.2 * open;
        weights[mouthClose] = 0.05 * (1 - open);
        weights[mouthPressLeft] = weights[mouthPressRight] = 0.4 * (1 - open);
    }
}

/** Share of closures within ±60 ms of which lips are apart by less than a tenth of their mean. */
function ClosuresKept(fps: number, smooth: (frame: FaceFrame, seconds: number) => void): number {
    const syllables = new Syllables(200, SeededRandom(3));
    const tremble = SeededRandom(4);
    const frame = new FaceFrame();
    const times: number[] = [];
    const gaps: number[] = [];
    for (let i = 0; i < 51 * fps; i++) {
        frame.reset();
        syllables.write(frame, i / fps);
        frame.weights[jawOpen]! += 0.01 * (tremble() - 0.5);
        smooth(frame, 1 / fps);
        times.push(i / fps);
        gaps.push(LipGap(frame.weights));
    }
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const kept = syllables.closures.filter(({ middle }) =>
        gaps.some((gap, i) => Math.abs(times[i]! - middle) <= 0.06 && gap < 0.1 * mean),
    );
    return kept.length / syllables.closures.length;
}

describe("smoothing a live face", () => {
    it.each([30, 60, 144])("keeps the closures of p, b and m at %i frames a second", (fps) => {
        const smoother = new FaceSmoother();
        const plain = new Float64Array(ArkitCount);
        const kept = ClosuresKept(fps, (frame, seconds) => smoother.apply(frame, seconds));
        const keptPlain = ClosuresKept(fps, ({ weights }, seconds) => {
            for (let i = 0; i < ArkitCount; i++) {
                plain[i]! += (weights[i]! - plain[i]!) * (1 - Math.exp(-seconds / 0.05));
                weights[i] = plain[i]!;
            }
        });
        console.info(
            `closures kept at ${fps} fps: ${(100 * kept).toFixed(1)} %, ` +
                `by plain smoothing of 50 ms ${(100 * keptPlain).toFixed(1)} %`,
        );
        expect(kept).toBeGreaterThanOrEqual(0.95);
        // What the target asks for is not had for nothing.
        expect(keptPlain).toBeLessThan(0.95);
    });

    it("goes as far in the same time at any frame rate", () => {
        const reached = [15, 30, 60, 120, 240].map((fps) => {
            const smoother = new FaceSmoother();
            const frame = new FaceFrame();
            smoother.apply(frame, 0);
            for (let i = 0; i < fps / 5; i++) {
                frame.weights.fill(0.5);
                smoother.apply(frame, 1 / fps);
            }
            return frame.weights.slice();
        });
        for (const weights of reached) {
            expect(Math.max(...weights.map((weight, i) => Math.abs(weight - reached[0]![i]!)))).toBeLessThan(1e-6);
        }
        const at = (name: (typeof ArkitNames)[number]): number => reached[0]![ArkitIndices[name]]!;
        expect(at("eyeBlinkLeft")).toBe(0.5);
        expect(at("eyeLookUpRight")).toBe(0.5);
        expect(at("browInnerUp")).toBeCloseTo(0.5 * (1 - Math.exp(-0.2 / 0.08)), 6);
        expect(at("cheekPuff")).toBeCloseTo(0.5 * (1 - Math.exp(-0.2 / 0.1)), 6);
        expect(at("jawOpen")).toBeCloseTo(0.5 * (1 - Math.exp(-0.2 / 0.04)), 6);
    });

    it("quietens trembling, starts where the face is, and survives gaps and what is no number", () => {
        const smoother = new FaceSmoother();
        const random = SeededRandom(8);
        const frame = new FaceFrame();
        let before = 0;
        let moved = 0;
        let movedSource = 0;
        let source = 0;
        for (let i = 0; i < 600; i++) {
            const weight = 0.4 + 0.1 * random();
            frame.weights.fill(weight);
            smoother.apply(frame, 1 / 60);
            if (i === 0) {
                expect(frame.weights[0]).toBeCloseTo(weight, 6);
            } else {
                moved += Math.abs(frame.weights[ArkitIndices.browInnerUp]! - before);
                movedSource += Math.abs(weight - source);
            }
            before = frame.weights[ArkitIndices.browInnerUp]!;
            source = weight;
        }
        console.info(`trembling brows: ${((100 * moved) / movedSource).toFixed(0)} % of the source's way is left`);
        expect(moved / movedSource).toBeLessThan(0.25);
        frame.weights.fill(NaN);
        smoother.apply(frame, NaN);
        expect(frame.weights[ArkitIndices.browInnerUp]).toBeCloseTo(before, 6);
        expect(frame.weights[ArkitIndices.eyeBlinkLeft]).toBe(0);
        frame.weights.fill(0.9);
        smoother.apply(frame, 10);
        expect(frame.weights.every((weight) => weight === Math.fround(0.9))).toBe(true);
        smoother.reset();
        frame.weights.fill(0.1);
        smoother.apply(frame, 0);
        expect(frame.weights.every((weight) => weight === Math.fround(0.1))).toBe(true);
    });
});

describe("calibrating a person's face", () => {
    it("makes the person's neutral 0 and the most the person does 1", () => {
        const calibration = new FaceCalibration();
        const samples = new FaceSamples(120);
        const frame = new FaceFrame();
        const random = SeededRandom(5);
        calibration.setNeutral(samples);
        calibration.setMost(samples);
        for (let i = 0; i < 120; i++) {
            // A resting smile, and two frames in which the tracker lost the face.
            frame.weights.fill(i % 60 === 0 ? 1 : 0);
            frame.weights[ArkitIndices.mouthSmileLeft] = i % 60 === 0 ? NaN : 0.2 + 0.01 * (random() - 0.5);
            samples.add(frame);
        }
        calibration.setNeutral(samples);
        expect(calibration.neutral[ArkitIndices.mouthSmileLeft]).toBeCloseTo(0.2, 2);
        expect(calibration.neutral[jawOpen]).toBe(0);
        samples.reset();
        for (let i = 0; i <= 100; i++) {
            frame.reset();
            frame.weights[ArkitIndices.mouthSmileLeft] = 0.2 + 0.005 * i;
            frame.weights[jawOpen] = 0.001 * i;
            samples.add(frame);
        }
        expect(samples.count).toBe(101);
        calibration.setMost(samples);
        // 98 % of the frames have less.
        expect(calibration.most[ArkitIndices.mouthSmileLeft]).toBeCloseTo(0.69, 2);
        // Hardly tried: not enlarged tenfold.
        expect(calibration.most[jawOpen]).toBe(1);
        frame.reset();
        frame.weights[ArkitIndices.mouthSmileLeft] = calibration.neutral[ArkitIndices.mouthSmileLeft]!;
        frame.weights[jawOpen] = 0.3;
        calibration.apply(frame);
        expect(frame.weights[ArkitIndices.mouthSmileLeft]).toBe(0);
        expect(frame.weights[jawOpen]).toBeCloseTo(0.3, 6);
        frame.weights[ArkitIndices.mouthSmileLeft] = 0.69;
        calibration.gains.jaw = 2;
        calibration.apply(frame);
        expect(frame.weights[ArkitIndices.mouthSmileLeft]).toBeCloseTo(1, 1);
        expect(frame.weights[jawOpen]).toBeCloseTo(0.6, 6);
    });

    it("leaves a face as it is until something is known, and is never garbage", () => {
        const calibration = new FaceCalibration();
        const frame = new FaceFrame();
        const random = SeededRandom(6);
        const face = Float32Array.from({ length: ArkitCount }, () => random());
        frame.weights.set(face);
        calibration.apply(frame);
        expect(frame.weights).toEqual(face);
        calibration.neutral.fill(NaN);
        calibration.most.fill(0);
        calibration.gains.lips = NaN;
        frame.weights[0] = NaN;
        calibration.apply(frame);
        expect(frame.weights.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
        calibration.reset();
        frame.weights.set(face);
        calibration.apply(frame);
        expect(frame.weights).toEqual(face);
    });
});

const Recording = "../shared/data/face/livelink_sad_169.csv";
const DescribeRecording = existsSync(Recording) || process.env["CI"] === "true" ? describe : describe.skip;

DescribeRecording("a recording of a telephone", () => {
    it("comes out of composing as it is, but for lips that go through each other", () => {
        const lines = readFileSync(Recording, "utf8").trim().split(/\r?\n/);
        const columns = lines[0]!.split(",").map((name) => name.toLowerCase());
        const at = ArkitNames.map((name) => columns.indexOf(name.toLowerCase()));
        const composer = new FaceComposer();
        const out = new FaceFrame();
        const most = new Float64Array(ArkitCount);
        for (const line of lines.slice(1)) {
            const cells = line.split(",").map(Number);
            at.forEach((column, shape) => (composer.base.weights[shape] = cells[column]!));
            composer.compose(out);
            for (let shape = 0; shape < ArkitCount; shape++) {
                most[shape] = Math.max(most[shape]!, Math.abs(out.weights[shape]! - composer.base.weights[shape]!));
            }
        }
        const changed = ArkitNames.map((name, i) => [name, most[i]!] as const).filter(([, change]) => change > 0);
        console.info(
            `recording of ${lines.length - 1} frames: changed at most ` +
                (changed.map(([name, change]) => `${name} ${change.toFixed(3)}`).join(", ") || "nothing"),
        );
        expect(Math.max(...most)).toBeLessThan(0.1);
    });
});
