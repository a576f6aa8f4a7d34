import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { HalfBits, HalfValue, MaxHalf, PackHalf2x16 } from "../../../src/math/halfFloat.js";

describe("half-precision numbers", () => {
    it("survive a round trip, all 65,536 of them", () => {
        const halves = Array.from({ length: 65536 }, (_, half) => half);
        // NaN has many bit patterns; one is enough.
        const isNumber = (half: number): boolean => !Number.isNaN(HalfValue(half));
        expect(halves.filter((half) => isNumber(half) && HalfBits(HalfValue(half)) !== half)).toEqual([]);
        expect(HalfBits(NaN)).toBe(0x7e00);
    });

    it("are the nearest to the number that was rounded", () => {
        fc.assert(
            fc.property(fc.float({ min: -MaxHalf, max: MaxHalf, noNaN: true }), (value) => {
                const half = HalfBits(value);
                const error = Math.abs(HalfValue(half) - value);
                for (const neighbour of [half - 1, half + 1]) {
                    const other = Math.abs(HalfValue(neighbour & 0xffff) - value);
                    expect(Number.isNaN(other) || error <= other).toBe(true);
                }
            }),
            { numRuns: 500, seed: 3 },
        );
    });

    it("round ties to even, overflow to infinity and keep the sign of zero", () => {
        expect(HalfBits(1 + 2 ** -11)).toBe(HalfBits(1));
        expect(HalfBits(1 + 3 * 2 ** -11)).toBe(HalfBits(1 + 2 ** -9));
        expect(HalfBits(65519.99)).toBe(HalfBits(MaxHalf));
        expect(HalfBits(65520)).toBe(0x7c00);
        expect(HalfBits(-0)).toBe(0x8000);
        expect(HalfBits(2 ** -25)).toBe(0);
        expect(HalfBits(3 * 2 ** -25)).toBe(2);
    });

    it("pack with the first in the low half", () => {
        expect(PackHalf2x16(1, -2)).toBe(0xc0003c00);
    });
});
