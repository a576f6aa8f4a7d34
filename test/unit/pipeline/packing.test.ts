import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { HalfBits } from "../../../src/math/halfFloat.js";
import {
    CanonicalGaussianLayout,
    MorphEntryLayout,
} from "../../../src/pipeline/3-gaussians/canonicalGaussianLayout.js";
import { SurfaceOfCloud } from "../../../src/pipeline/3-gaussians/cloudSurface.js";
import { MeasureMorphGradients } from "../../../src/pipeline/3-gaussians/morphGradients.js";
import { PackCanonicalGaussians } from "../../../src/pipeline/3-gaussians/packCanonicalGaussians.js";
import { PackMorphTargets } from "../../../src/pipeline/3-gaussians/packMorphTargets.js";
import { MaxWorkgroupsPerAxis, WorkgroupGrid } from "../../../src/pipeline/workgroupGrid.js";
import { ExclusivePrefixSum } from "../../reference/sortSplats.js";
import { RandomCloud, RandomMorphTargets } from "../../support/randomGaussians.js";

describe("packing of canonical Gaussians", () => {
    const quantise = (weights: readonly number[]): number[] => {
        const cloud = { ...RandomCloud(1), jointWeights: Float32Array.from(weights) };
        const words = PackCanonicalGaussians(cloud);
        return [...new Uint16Array(words.buffer, CanonicalGaussianLayout.weights * 4, 4)];
    };

    it("keeps the sum of the weights exactly one, and each within half a step per weight", () => {
        const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });
        fc.assert(
            fc.property(weights, (given) => {
                const sum = given.map(Math.fround).reduce((a, b) => a + b, 0);
                const stored = quantise(given);
                expect(stored.reduce((a, b) => a + b, 0)).toBe(65535);
                if (sum > 0) {
                    stored.forEach((value, corner) => {
                        expect(Math.abs(value - (65535 * Math.fround(given[corner] ?? NaN)) / sum)).toBeLessThanOrEqual(
                            2,
                        );
                    });
                }
            }),
            { numRuns: 200, seed: 1 },
        );
    });

    it("ties a Gaussian without weights to its first joint", () => {
        expect(quantise([0, 0, 0, 0])).toEqual([65535, 0, 0, 0]);
        expect(quantise([NaN, 0, 0, 0])).toEqual([65535, 0, 0, 0]);
    });

    it("makes a Gaussian with a number that is not finite invisible, and only that one", () => {
        const cloud = RandomCloud(3);
        const clean = PackCanonicalGaussians(cloud);
        cloud.scales[4] = NaN;
        const packed = PackCanonicalGaussians(cloud);
        expect([...packed.subarray(16, 32)]).toEqual(new Array(16).fill(0));
        expect([...packed.subarray(0, 16), ...packed.subarray(32)]).toEqual([
            ...clean.subarray(0, 16),
            ...clean.subarray(32),
        ]);
    });
});

describe("packing of morph targets", () => {
    it("groups every offset by its Gaussian, in the order of the channels", () => {
        const targets = RandomMorphTargets(40, 5);
        const { stride, delta, channel, gradient } = MorphEntryLayout;
        const surface = SurfaceOfCloud(RandomCloud(40));
        const { offsets, entries } = PackMorphTargets(targets, surface);
        const floats = new Float32Array(entries.buffer);
        const halves = new Uint16Array(entries.buffer);
        const lists = Array.from({ length: 40 }, (_, gaussian) =>
            targets.flatMap(({ indices, deltas }, number) => {
                const row = indices.indexOf(gaussian);
                return row < 0 ? [] : [{ delta: [...deltas.subarray(row * 3, row * 3 + 3)], channel: number }];
            }),
        );
        const counts = lists.map((list) => list.length);
        expect([...offsets]).toEqual(ExclusivePrefixSum([...counts, 0]));
        const rows = lists.flat();
        const gradients = MeasureMorphGradients(
            {
                offsets,
                channels: Uint32Array.from(rows, (row) => row.channel),
                deltas: Float32Array.from(rows.flatMap((row) => row.delta)),
            },
            surface,
        );
        expect(gradients.some((value) => value !== 0)).toBe(true);
        rows.forEach((row, entry) => {
            const word = (entry * stride) / 4;
            expect([...floats.subarray(word + delta, word + delta + 3)]).toEqual(row.delta);
            expect(halves[(word + channel) * 2]).toBe(row.channel);
            const packed = [...halves.subarray((word + gradient) * 2, (word + gradient) * 2 + 8)];
            packed.push(halves[(word + channel) * 2 + 1]!);
            expect(packed).toEqual(Array.from(gradients.subarray(entry * 9, entry * 9 + 9), HalfBits));
        });
        expect(entries).toHaveLength((rows.length * stride) / 4);
    });

    it("leaves out offsets that are not finite", () => {
        const target = { name: "x", indices: Uint32Array.of(0, 1), deltas: Float32Array.of(1, NaN, 0, 0, 0, 1) };
        const surface = { positions: new Float32Array(6), normals: new Float32Array(6) };
        expect([...PackMorphTargets([target], surface).offsets]).toEqual([0, 0, 1]);
    });
});

describe("workgroup grid", () => {
    it("has a thread for every element, within the limits of a dispatch", () => {
        for (const count of [0, 1, 256, 257, 65535 * 256, 65535 * 256 + 1, 89_000_000]) {
            const [x, y] = [WorkgroupGrid.X(count), WorkgroupGrid.Y(count)];
            expect(x * y * 256).toBeGreaterThanOrEqual(count);
            expect(Math.max(x, y)).toBeLessThanOrEqual(MaxWorkgroupsPerAxis);
        }
    });
});
