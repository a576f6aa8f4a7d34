import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
    ComposeMatrix4,
    InvertAffineMatrix4,
    MultiplyMatrix4,
    RotationOf,
    ScaleOf,
    TransformPoint,
} from "../../../src/math/matrix4.js";
import {
    AngleBetweenQuaternions,
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    RotateVector3,
    ShortestRotation,
    SlerpQuaternion,
    type QuaternionTuple,
} from "../../../src/math/quaternion.js";
import { AngleBetweenVector3, LengthVector3, type Vector3Tuple } from "../../../src/math/vector3.js";

const unit = fc.double({ min: -1, max: 1, noNaN: true });
const vector = fc.tuple(unit, unit, unit).filter((v) => LengthVector3(v) > 0.01) as fc.Arbitrary<Vector3Tuple>;
const rotation = fc
    .tuple(unit, unit, unit, unit)
    .filter((q) => Math.hypot(...q) > 0.01)
    .map((q): QuaternionTuple => NormalizeQuaternion(q));
/** Any number does: every run tries the same rotations. */
const Seed = 20;
/** f64 rounding of a few products. */
const Tiny = 1e-7;

describe("rotations", () => {
    it("a product applies its right factor first", () => {
        fc.assert(
            fc.property(rotation, rotation, vector, (a, b, v) => {
                const once = RotateVector3(MultiplyQuaternion(a, b), v);
                RotateVector3(a, RotateVector3(b, v)).forEach((x, i) => expect(once[i]).toBeCloseTo(x, 9));
            }),
            { seed: Seed },
        );
    });

    it("the shortest rotation reaches its goal by the angle between the two", () => {
        fc.assert(
            fc.property(vector, vector, (from, to) => {
                const q = ShortestRotation(from, to);
                expect(AngleBetweenVector3(RotateVector3(q, from), to)).toBeLessThan(1e-6);
                expect(AngleBetweenQuaternions(q, [0, 0, 0, 1])).toBeLessThan(AngleBetweenVector3(from, to) + 1e-6);
            }),
            { seed: Seed },
        );
        expect(RotateVector3(ShortestRotation([0, 1, 0], [0, -1, 0]), [0, 1, 0])[1]).toBeCloseTo(-1, 9);
    });

    it("slerp moves evenly along the shorter arc", () => {
        fc.assert(
            fc.property(rotation, rotation, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, t) => {
                const whole = AngleBetweenQuaternions(a, b);
                // Near half a turn both arcs are as short.
                fc.pre(whole < 3.1);
                expect(AngleBetweenQuaternions(a, SlerpQuaternion(a, b, t))).toBeCloseTo(t * whole, 4);
            }),
            { seed: Seed },
        );
    });

    it("matrices compose, decompose and invert", () => {
        fc.assert(
            fc.property(vector, rotation, fc.double({ min: 0.01, max: 100, noNaN: true }), vector, (t, r, s, p) => {
                const matrix = ComposeMatrix4(t, r, [s, s, s]);
                expect(AngleBetweenQuaternions(RotationOf(matrix), r)).toBeLessThan(Tiny);
                expect(ScaleOf(matrix) / s).toBeCloseTo(1, 9);
                const back = TransformPoint(MultiplyMatrix4(InvertAffineMatrix4(matrix)!, matrix), p);
                p.forEach((x, i) => expect(back[i]).toBeCloseTo(x, 7));
            }),
            { seed: Seed },
        );
        expect(InvertAffineMatrix4(ComposeMatrix4([0, 0, 0], InvertQuaternion([0, 0, 0, 1]), [1, 0, 1]))).toBeNull();
    });
});
