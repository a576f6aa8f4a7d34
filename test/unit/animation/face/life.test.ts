import { describe, expect, it } from "@jest/globals";

import { FaceFrame } from "../../../../src/animation/face/faceFrame.js";
import { FaceLife } from "../../../../src/animation/face/life/faceLife.js";

const Degrees = Math.PI / 180;
const TenMinutes = 600;

/** Blinks as they are seen: those of all frames in which lids are closed by more than a twentieth. */
function SeenBlinks(
    fps: number,
    seed: number,
    prepare?: (life: FaceLife) => void,
): { start: number; seconds: number; most: number }[] {
    const life = new FaceLife(seed);
    life.weight = 1;
    prepare?.(life);
    const blinks: { start: number; seconds: number; most: number }[] = [];
    let wasOpen = true;
    for (let frame = 1; frame <= TenMinutes * fps; frame++) {
        life.step(1 / fps);
        const amount = life.blinks[0]!;
        if (amount > 0.05) {
            if (wasOpen) {
                blinks.push({ start: frame / fps, seconds: 0, most: 0 });
            }
            const blink = blinks.at(-1)!;
            blink.seconds += 1 / fps;
            blink.most = Math.max(blink.most, amount);
        }
        wasOpen = amount <= 0.05;
    }
    return blinks;
}

const Mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("blinks of ten minutes", () => {
    const seeds = [1, 7, 4711];

    it.each([15, 24, 30, 60, 144])("come and last as people's do at %i frames a second", (fps) => {
        for (const seed of seeds) {
            const blinks = SeenBlinks(fps, seed);
            const rate = blinks.length / (TenMinutes / 60);
            const mean = 1000 * Mean(blinks.map(({ seconds }) => seconds));
            const longest = 1000 * Math.max(...blinks.map(({ seconds }) => seconds));
            const least = Math.min(...blinks.map(({ most }) => most));
            const pauses = blinks.slice(1).map(({ start }, i) => start - blinks[i]!.start);
            const doubles = pauses.filter((pause) => pause < 0.7).length / blinks.length;
            console.info(
                `blinks, ${fps} fps, seed ${seed}: ${rate.toFixed(1)} a minute, ${mean.toFixed(0)} ms (most ${longest.toFixed(0)}), ` +
                    `closed at least ${least.toFixed(2)}, ${(100 * doubles).toFixed(0)} % doubles`,
            );
            expect(rate).toBeGreaterThan(10);
            expect(rate).toBeLessThan(24);
            expect(mean).toBeGreaterThan(180);
            expect(mean).toBeLessThan(320);
            expect(longest).toBeLessThan(500);
            // At 144 frames a second the top is met to within the width of a frame.
            expect(least).toBeGreaterThan(0.84);
            // 10 to 15 % are drawn; of some 180 blinks, three deviations are ± 7 %.
            expect(doubles).toBeGreaterThan(0.04);
            expect(doubles).toBeLessThan(0.2);
        }
    });

    it("are the same ones at any frame rate", () => {
        const fine = SeenBlinks(144, 3);
        for (const fps of [15, 30, 60]) {
            const coarse = SeenBlinks(fps, 3);
            expect(coarse.length).toBe(fine.length);
            const apart = coarse.map(({ start }, i) => Math.abs(start - fine[i]!.start));
            // Seen a frame later at most, and the beginning is seen when lids have closed by a twentieth.
            expect(Math.max(...apart)).toBeLessThan(1.01 / fps + 0.02);
        }
    });

    it("are never nearer than 0.8 s but for doubles, which are apart", () => {
        const starts = seeds.flatMap((seed) => {
            const blinks = SeenBlinks(144, seed);
            return blinks.slice(1).map(({ start }, i) => start - blinks[i]!.start);
        });
        expect(starts.filter((pause) => pause > 0.61 && pause < 0.77)).toEqual([]);
        expect(Math.min(...starts)).toBeGreaterThan(0.33);
    });

    it("come twice as often if asked, and never if not", () => {
        const once = SeenBlinks(30, 5).length;
        const twice = SeenBlinks(30, 5, (life) => (life.blinking = 2)).length;
        expect(twice / once).toBeGreaterThan(1.7);
        expect(twice / once).toBeLessThan(2.3);
        expect(SeenBlinks(30, 5, (life) => (life.blinking = 0))).toEqual([]);
    });
});

describe("a blink that is asked for", () => {
    function Calm(): FaceLife {
        const life = new FaceLife(2);
        life.weight = 1;
        life.blinking = 0;
        life.step(0.1);
        return life;
    }

    it("closes in 60 to 80 ms, opens in 120 to 180 ms, and is over in 320 ms", () => {
        const life = Calm();
        life.blink();
        const amounts: number[] = [];
        for (let i = 0; i < 400; i++) {
            life.step(0.001);
            amounts.push(life.blinks[0]!);
        }
        const most = Math.max(...amounts);
        const first = amounts.findIndex((amount) => amount > most - 1e-6);
        const last = amounts.filter((_, i) => i >= first).findIndex((amount) => amount < most - 1e-6) + first - 1;
        const end = amounts.findIndex((amount, i) => i > last && amount === 0) - 1;
        expect(most).toBeGreaterThanOrEqual(0.85);
        expect(first).toBeGreaterThanOrEqual(59);
        expect(first).toBeLessThanOrEqual(80);
        expect(last - first).toBeGreaterThanOrEqual(18);
        expect(last - first).toBeLessThanOrEqual(61);
        expect(end - last).toBeGreaterThanOrEqual(118);
        expect(end - last).toBeLessThanOrEqual(181);
        // Opening is fast at first: half open long before half the time.
        expect(amounts[last + Math.round((end - last) / 2)]!).toBeLessThan(0.4 * most);
    });

    it.each([4, 8, 15, 24, 30])("is seen shut at %i frames a second, wherever frames fall", (fps) => {
        for (let shift = 0; shift < 20; shift++) {
            const life = Calm();
            life.step(shift / 20 / fps);
            life.blink();
            life.step(((shift * 7) % 20) / 20 / fps);
            let most = life.blinks[0]!;
            for (let i = 0; i < fps; i++) {
                life.step(1 / fps);
                most = Math.max(most, life.blinks[1]!);
            }
            expect(most).toBeGreaterThanOrEqual(0.84);
        }
    });

    it("comes with gazes that go far, not with those that do not, nor twice at once", () => {
        const life = Calm();
        life.blinking = 1e-9;
        life.step(0.25);
        life.step(0.25);
        life.step(0.25);
        life.tellGazeShift(14 * Degrees);
        life.step(0.05);
        expect(life.blinks[0]).toBe(0);
        life.tellGazeShift(-16 * Degrees);
        life.step(0.07);
        expect(life.blinks[0]).toBeGreaterThan(0.5);
        life.step(0.25);
        life.step(0.1);
        expect(life.blinks[0]).toBe(0);
        life.tellGazeShift(40 * Degrees);
        life.step(0.07);
        expect(life.blinks[0]).toBe(0);
    });
});

describe("saccades of ten minutes", () => {
    const fps = 240;
    const life = new FaceLife(9);
    life.weight = 1;
    const jumps: { size: number; seconds: number; pause: number }[] = [];
    const offsets: number[] = [];
    const before = new Float64Array(2);
    const from = new Float64Array(2);
    let moving = 0;
    let still = 0;
    for (let frame = 0; frame < TenMinutes * fps; frame++) {
        before.set(life.gaze);
        life.step(1 / fps);
        offsets.push(Math.hypot(life.gaze[0]!, life.gaze[1]!) / Degrees);
        if (Math.hypot(life.gaze[0]! - before[0]!, life.gaze[1]! - before[1]!) > 1e-9) {
            if (moving === 0) {
                from.set(before);
            }
            moving++;
            continue;
        }
        if (moving > 0) {
            const size = Math.hypot(life.gaze[0]! - from[0]!, life.gaze[1]! - from[1]!) / Degrees;
            jumps.push({ size, seconds: moving / fps, pause: still / fps });
            moving = 0;
            still = 0;
        }
        still++;
    }

    it("are small and large, quick, and stay near where the person looks", () => {
        const large = jumps.filter(({ size }) => size > 0.75);
        const small = jumps.filter(({ size }) => size <= 0.51);
        const rate = large.length / TenMinutes;
        console.info(
            `saccades: ${rate.toFixed(2)} a second of ${Mean(large.map(({ size }) => size)).toFixed(1)}°, ` +
                `${(small.length / TenMinutes).toFixed(2)} small ones, eyes ${Mean(offsets).toFixed(1)}° away on average`,
        );
        expect(rate).toBeGreaterThan(0.5);
        expect(rate).toBeLessThan(3);
        // Seen by whole frames: one more on either side.
        expect(jumps.every(({ size, seconds }) => Math.abs(seconds - 0.025 - 0.002 * size) < 2.01 / fps)).toBe(true);
        expect(jumps.every(({ pause }) => pause < 2)).toBe(true);
        expect(offsets.reduce((most, offset) => Math.max(most, offset))).toBeLessThan(8.5);
        expect(Mean(offsets)).toBeLessThan(4);
        expect(small.filter(({ size }) => size > 0.19).length / small.length).toBeGreaterThan(0.95);
    });
});

describe("a life", () => {
    function Record(seed: number, steps: readonly number[]): Float64Array[] {
        const life = new FaceLife(seed);
        const frame = new FaceFrame();
        life.weight = 1;
        return steps.map((seconds) => {
            life.step(seconds);
            frame.reset();
            life.addTo(frame);
            return Float64Array.of(...life.blinks, ...life.gaze, ...frame.weights);
        });
    }
    const steps = Array.from({ length: 600 }, (_, i) => 1 / (20 + (i % 50)));

    it("is the same for the same seed and another for another", () => {
        expect(Record(11, steps)).toEqual(Record(11, steps));
        expect(Record(12, steps)).not.toEqual(Record(11, steps));
        const life = new FaceLife(1);
        life.weight = 1;
        life.step(0.2);
        life.seed = 11;
        life.step(steps[0]!);
        expect(life.gaze[0]).toBe(Record(11, steps)[0]![2]);
    });

    it("stands still at weight 0 and for no time, and lives through any time", () => {
        const life = new FaceLife(1);
        const frame = new FaceFrame();
        for (let i = 0; i < 600; i++) {
            life.step(1 / 30);
            life.addTo(frame);
            expect([...life.blinks, ...life.gaze].every((value) => value === 0)).toBe(true);
        }
        expect(frame.weights.every((weight) => weight === 0)).toBe(true);
        life.weight = 1;
        life.step(1 / 30);
        const gaze = [...life.gaze];
        for (const seconds of [0, NaN, -1, -Infinity]) {
            life.step(seconds);
            expect([...life.gaze]).toEqual(gaze);
        }
        for (const seconds of [10, 1e9, Infinity]) {
            life.step(seconds);
            expect([...life.blinks, ...life.gaze].every(Number.isFinite)).toBe(true);
        }
        life.weight = NaN;
        life.blinking = NaN;
        life.saccades = NaN;
        life.micro = NaN;
        life.step(0.1);
        life.addTo(frame);
        expect([...life.blinks, ...life.gaze].every((value) => value === 0)).toBe(true);
        expect(frame.weights.every((weight) => weight === 0)).toBe(true);
    });

    it("stirs a little, smoothly, and more on both sides together than on one", () => {
        const life = new FaceLife(6);
        const frame = new FaceFrame();
        const before = new Float32Array(frame.weights);
        life.weight = 1;
        let fastest = 0;
        let most = 0;
        for (let i = 0; i < 3600; i++) {
            life.step(1 / 60);
            before.set(frame.weights);
            frame.reset();
            life.addTo(frame);
            expect(Math.min(...frame.weights)).toBeGreaterThanOrEqual(0);
            most = Math.max(most, ...frame.weights);
            if (i > 0) {
                fastest = Math.max(fastest, ...frame.weights.map((weight, k) => Math.abs(weight - before[k]!)));
            }
        }
        expect(most).toBeGreaterThan(0.02);
        expect(most).toBeLessThanOrEqual(0.05);
        expect(60 * fastest).toBeLessThan(0.1);
    });
});
