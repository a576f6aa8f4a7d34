import { describe, expect, it } from "@jest/globals";
import {
    IdentityPacked,
    InverseMultiplyPacked,
    MultiplyPacked,
    NormalizePacked,
    RotatePacked,
    SlerpPacked,
} from "../../../src/math/packedQuaternion.js";
import {
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    RotateVector3,
    SlerpQuaternion,
    type QuaternionTuple,
} from "../../../src/math/quaternion.js";
import { SeededRandom } from "../../support/seededRandom.js";

const random = SeededRandom(5);

function RandomQuaternion(): QuaternionTuple {
    return NormalizeQuaternion([random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5]);
}

function ExpectClose(found: ArrayLike<number>, at: number, wanted: readonly number[]): void {
    expect(Math.max(...wanted.map((value, i) => Math.abs(found[at + i]! - value)))).toBeLessThan(1e-12);
}

describe("rotations in packed arrays", () => {
    it("are what the functions on tuples say, for a thousand random ones, also in place", () => {
        for (let seed = 0; seed < 1000; seed++) {
            const [a, b, amount] = [RandomQuaternion(), RandomQuaternion(), random()];
            const v = [random(), random(), random()] as const;
            const packed = Float64Array.from([7, ...a, ...b, ...v]);
            const result = new Float64Array(5);
            MultiplyPacked(packed, 1, packed, 5, result, 1);
            ExpectClose(result, 1, MultiplyQuaternion(a, b));
            InverseMultiplyPacked(packed, 1, packed, 5, result, 1);
            ExpectClose(result, 1, MultiplyQuaternion(InvertQuaternion(a), b));
            SlerpPacked(packed, 1, packed, 5, amount, result, 1);
            ExpectClose(result, 1, SlerpQuaternion(a, b, amount));
            RotatePacked(packed, 1, packed, 9, packed, 9);
            ExpectClose(packed, 9, RotateVector3(a, v));
            MultiplyPacked(packed, 1, packed, 5, packed, 1);
            ExpectClose(packed, 1, MultiplyQuaternion(a, b));
            expect(packed[0]).toBe(7);
        }
    });

    it("take the shorter way between a rotation and the opposite quaternion of another", () => {
        const a = RandomQuaternion();
        const packed = Float64Array.from([...a, ...a.map((value) => -value)]);
        SlerpPacked(packed, 0, packed, 4, 0.5, packed, 4);
        ExpectClose(packed, 4, a);
    });

    it("become the identity when they have no length", () => {
        const packed = Float64Array.of(0, 0, 0, 0, 0, 3, 0, 4);
        NormalizePacked(packed, 0);
        NormalizePacked(packed, 4);
        expect([...packed]).toEqual([0, 0, 0, 1, 0, 0.6, 0, 0.8]);
        IdentityPacked(packed, 4);
        expect([...packed.subarray(4)]).toEqual([0, 0, 0, 1]);
    });
});
