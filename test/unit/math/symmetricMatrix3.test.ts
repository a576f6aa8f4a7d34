import { describe, expect, it } from "@jest/globals";
import { SymmetricMatrix3Length, WriteCovariance } from "../../../src/math/symmetricMatrix3.js";
import { CovarianceOf, UpperTriangle } from "../../reference/covariance.js";
import { SeededRandom } from "../../support/seededRandom.js";

function Covariance(rotation: readonly number[], scale: readonly number[]): number[] {
    const result = new Float64Array(SymmetricMatrix3Length);
    WriteCovariance(rotation, 0, scale, 0, result, 0);
    return [...result];
}

describe("covariance of a Gaussian", () => {
    it("is R·diag(s²)·Rᵀ", () => {
        const random = SeededRandom(1);
        for (let run = 0; run < 20; run++) {
            const quaternion = [random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5];
            const unit = quaternion.map((value) => value / Math.hypot(...quaternion));
            const scale = [random(), random(), random()];
            const expected = UpperTriangle(CovarianceOf(unit, scale));
            Covariance(quaternion, scale).forEach((value, entry) =>
                expect(value).toBeCloseTo(expected[entry] ?? NaN, 12),
            );
        }
    });

    it("is the squared scales along the axes for no rotation, and for a zero quaternion", () => {
        expect(Covariance([0, 0, 0, 1], [1, 2, 3])).toEqual([1, 0, 0, 4, 0, 9]);
        expect(Covariance([0, 0, 0, 0], [1, 2, 3])).toEqual([1, 0, 0, 4, 0, 9]);
    });

    it("turns with a quarter turn about z", () => {
        const [xx, xy, , yy, , zz] = Covariance([0, 0, Math.SQRT1_2, Math.SQRT1_2], [1, 2, 3]);
        expect([xx, yy, zz].map((value) => Math.round((value ?? NaN) * 1e9) / 1e9)).toEqual([4, 1, 9]);
        expect(xy).toBeCloseTo(0, 12);
    });
});
