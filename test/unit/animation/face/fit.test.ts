import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { ExpressionMapper } from "../../../../src/animation/face/space/expressionMapper.js";
import { type IBasisComponent, FitExpressionMap } from "../../../../src/animation/face/space/fitExpressionMap.js";
import { ShapeSolver } from "../../../../src/animation/face/space/shapeSolver.js";
import { ReadArkitJson } from "../../../../src/animation/face/tracks/arkitJson.js";
import {
    ArkitCount,
    ArkitIndices,
    ArkitMirror,
    type ArkitName,
    ArkitNames,
} from "../../../../src/animation/face/vocabulary/arkit.js";
import { DescribeWithData, PrintFigure, SharedData } from "../../../support/motions.js";
import { type IRealFace, ReadRealFaceAsync } from "../../../support/realFace.js";
import { PrincipalComponents } from "../../../support/principalComponents.js";
import { SeededRandom } from "../../../support/seededRandom.js";

/** A number of a normal distribution. */
function Normal(random: () => number): number {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Components that move vertices at random. */
function RandomBasis(count: number, vertices: number, random: () => number, deviation = 1): IBasisComponent[] {
    return Array.from({ length: count }, (_, i) => ({
        name: `c${i}`,
        deltas: Float32Array.from({ length: 3 * vertices }, () => 0.005 * Normal(random)),
        deviation,
    }));
}

/** What a code moves. */
function Move(basis: readonly IBasisComponent[], code: ArrayLike<number>): Float64Array {
    const field = new Float64Array(basis[0]!.deltas.length);
    basis.forEach(({ deltas }, d) => {
        field.forEach((value, i) => (field[i] = value + code[d]! * deltas[i]!));
    });
    return field;
}

describe("an expression map that is fitted", () => {
    it.each([
        ["79 components, as BFM has", 79],
        ["100 components, as FLAME has", 100],
    ])("recovers a known map to %s within 1 %", (_title, count) => {
        const random = SeededRandom(count);
        const basis = RandomBasis(count, 150, random);
        const known = Array.from({ length: ArkitCount }, () =>
            Float64Array.from({ length: count }, () => 0.6 * Normal(random)),
        );
        known.forEach((code) => code.forEach((weight, d) => (code[d] = Math.min(3, Math.max(-3, weight)))));
        const shapes = Object.fromEntries(
            ArkitNames.map((name, i) => [name, Float32Array.from(Move(basis, known[i]!))]),
        );
        const { space, energy } = FitExpressionMap({ shapes, basis });
        const wrong = known.map((code, shape) => {
            const found = space.fromArkit.subarray(shape * count, (shape + 1) * count);
            const length = Math.hypot(...code);
            return Math.hypot(...code.map((weight, d) => weight - found[d]!)) / length;
        });
        PrintFigure(`a known map to ${count} components: recovered within ${(100 * Math.max(...wrong)).toFixed(3)} %`);
        expect(Math.max(...wrong)).toBeLessThan(0.01);
        expect(Math.min(...Object.values(energy))).toBeGreaterThan(0.999);
    });

    it("stays within three deviations, whatever is asked", () => {
        const random = SeededRandom(5);
        const basis = RandomBasis(20, 60, random, 0.5);
        const far = Float32Array.from(Move(basis, new Float64Array(20).fill(4)));
        const { space } = FitExpressionMap({ shapes: { jawOpen: far }, basis });
        expect(Math.max(...space.fromArkit.map(Math.abs))).toBeCloseTo(1.5, 5);
        expect([space.least[0], space.greatest[0]]).toEqual([-1.5, 1.5]);
    });

    it("leaves to joints what these do", () => {
        const random = SeededRandom(6);
        const vertices = 80;
        const basis = RandomBasis(10, vertices, random);
        const positions = Float32Array.from({ length: 3 * vertices }, () => 0.1 * Normal(random));
        const weights = Float32Array.from({ length: vertices }, () => random());
        const turns = new Float32Array(ArkitCount * 3);
        turns[ArkitIndices.jawOpen * 3] = 0.3;
        const pivot = [0, 0.02, -0.03];
        const code = Float64Array.from({ length: 10 }, () => Normal(random) / 2);
        const opened = Float32Array.from(Move(basis, code), (value, i) => {
            const v = Math.floor(i / 3);
            const [dy, dz] = [positions[3 * v + 1]! - pivot[1]!, positions[3 * v + 2]! - pivot[2]!];
            return value + weights[v]! * [0, -0.3 * dz, 0.3 * dy][i % 3]!;
        });
        const joints = [{ joint: "jaw" as const, turns, pivot, weights }];
        const { space } = FitExpressionMap({ shapes: { jawOpen: opened }, basis, joints, positions });
        const found = space.fromArkit.subarray(ArkitIndices.jawOpen * 10, ArkitIndices.jawOpen * 10 + 10);
        expect(Math.hypot(...found.map((weight, d) => weight - code[d]!))).toBeLessThan(0.01 * Math.hypot(...code));
        expect(space.joints).toEqual([{ joint: "jaw", turns }]);
    });

    const basis = RandomBasis(3, 10, SeededRandom(1));
    const jaw = new Float32Array(30).fill(0.01);
    it.each([
        ["no components", { basis: [] }, /no component/u],
        ["a component of another size", { basis: [...basis, { name: "short", deltas: jaw.subarray(3) }] }, /component "short" has 27 numbers, not 30/u],
        ["a shape of another size", { shapes: { jawOpen: jaw.subarray(3) } }, /shape "jawOpen" has 27 numbers, not 30/u],
        ["a number that is none", { shapes: { jawOpen: jaw.map((value, i) => (i === 4 ? NaN : value)) } }, /number 4 of shape "jawOpen" is NaN/u],
        ["too few weights", { weights: [1, 2] }, /weights has 2 numbers, not 10/u],
        ["a weight below nothing", { weights: [-1, ...new Array<number>(9).fill(1)] }, /a vertex has the weight -1/u],
        ["a mirror between vertices", { mirror: [0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9] }, /mirror names vertex 0\.5 of 10/u],
        ["a mirror beyond the vertices", { mirror: new Array<number>(10).fill(10) }, /mirror names vertex 10 of 10/u],
        ["a deviation of 0", { basis: [{ ...basis[0]!, deviation: 0 }] }, /deviation 0, which must be above 0/u],
        ["no shapes", { shapes: {} }, /no shapes to fit/u],
        ["joints without positions", { joints: [{ joint: "jaw" as const, turns: new Float32Array(156), pivot: [0, 0, 0], weights: new Float32Array(10) }] }, /positions has 0 numbers, not 30/u],
    ])("refuses %s", (_title, options, message) => {
        expect(() => FitExpressionMap({ shapes: { jawOpen: jaw }, basis, ...options })).toThrow(message);
    }); // prettier-ignore
});

DescribeWithData("a map fitted to a real face", () => {
    let face: IRealFace;
    let basis: readonly IBasisComponent[];
    let fit: ReturnType<typeof FitExpressionMap>;

    beforeAll(async () => {
        face = await ReadRealFaceAsync();
        // Artists' shapes are the same on both sides to 9 % only; statistics of many people are.
        const shapes = ArkitNames.map((name, shape) => Symmetric(face, name, ArkitNames[ArkitMirror[shape]!]!));
        basis = PrincipalComponents(shapes, ArkitMirror, 40, SeededRandom(2));
        fit = FitExpressionMap({ shapes: face.shapes, basis, mirror: face.mirror });
    }, 60_000);

    it("explains what lips and jaw do", () => {
        const { partEnergy, space } = fit;
        const told = Object.entries(partEnergy).map(([part, energy]) => `${part} ${(100 * energy).toFixed(1)}`);
        PrintFigure(
            `${ArkitCount} shapes of ${face.positions.length / 3} vertices in 40 statistical components: ` +
                `explained ${told.join(", ")} %`,
        );
        expect(partEnergy.lips).toBeGreaterThan(0.85);
        expect(partEnergy.jaw).toBeGreaterThan(0.85);
        basis.forEach(({ deviation = 1 }, d) => {
            for (let shape = 0; shape < ArkitCount; shape++) {
                expect(Math.abs(space.fromArkit[shape * basis.length + d]!)).toBeLessThanOrEqual(3.0001 * deviation);
            }
        });
    });

    it("makes mirrored faces of mirrored shapes", () => {
        const random = SeededRandom(9);
        const mapper = new ExpressionMapper(fit.space);
        const [code, turns] = [new Float32Array(basis.length), new Float64Array(0)];
        let worst = 0;
        for (let trial = 0; trial < 8; trial++) {
            const shapes = Float32Array.from({ length: ArkitCount }, () => (random() < 0.2 ? random() : 0));
            const mirrored = shapes.map((_, shape) => shapes[ArkitMirror[shape]!]!);
            mapper.map(shapes, code, turns);
            const left = Move(basis, code);
            mapper.map(mirrored, code, turns);
            const right = Move(basis, code);
            const wrong = left.map((value, i) => {
                const other = right[3 * face.mirror[Math.floor(i / 3)]! + (i % 3)]!;
                return value - (i % 3 === 0 ? -other : other);
            });
            worst = Math.max(worst, Math.hypot(...wrong) / Math.hypot(...left));
        }
        PrintFigure(`mirrored shapes move mirrored vertices within ${(100 * worst).toFixed(2)} %`);
        expect(worst).toBeLessThan(0.02);
    });

    it("keeps lips closed where a recording closes them", () => {
        const track = ReadArkitJson(readFileSync(`${SharedData}/face/arkit52_speech_track.json`, "utf8"), "speech");
        const lips = new Lips(face);
        const mapper = new ExpressionMapper(fit.space);
        const [code, turns] = [new Float32Array(basis.length), new Float64Array(0)];
        const rows = lips.rowsOf(basis.map(({ deltas }) => deltas));
        const own = lips.rowsOf(ArkitNames.map((name) => face.shapes[name]));
        const order = ArkitNames.map((name) => track.channels.indexOf(name));
        const gaps = Array.from(track.times, (_, row) => {
            const shapes = Float32Array.from(order, (column) => track.values[row * track.channels.length + column]!);
            mapper.map(shapes, code, turns);
            return [lips.gap(own, shapes), lips.gap(rows, code)] as const;
        });
        const most = Math.max(...gaps.map(([gap]) => gap));
        const closed = gaps.filter(([gap]) => gap < 0.1 * most);
        const kept = closed.filter(([, gap]) => gap < 0.15 * most).length / closed.length;
        PrintFigure(`closed lips kept: ${(100 * kept).toFixed(1)} % of ${closed.length} frames (of ${gaps.length})`);
        expect(closed.length).toBeGreaterThan(20);
        expect(kept).toBeGreaterThanOrEqual(0.95);
    });

    it("goes back from codes to shapes", () => {
        const random = SeededRandom(4);
        const mapper = new ExpressionMapper(fit.space);
        const solver = new ShapeSolver(fit.space);
        const [code, turns] = [new Float32Array(basis.length), new Float64Array(0)];
        const [again, found] = [new Float32Array(basis.length), new Float32Array(ArkitCount)];
        let worst = 0;
        for (let trial = 0; trial < 5; trial++) {
            const shapes = Float32Array.from({ length: ArkitCount }, () => (random() < 0.1 ? random() : 0));
            mapper.map(shapes, code, turns);
            solver.solve(code, found);
            expect(found.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
            mapper.map(found, again, turns);
            const wrong = Move(
                basis,
                code.map((weight, d) => weight - again[d]!),
            );
            worst = Math.max(worst, Math.hypot(...wrong) / Math.hypot(...Move(basis, code)));
        }
        PrintFigure(`codes to shapes and back: the face differs by at most ${(100 * worst).toFixed(1)} %`);
        expect(worst).toBeLessThan(0.25);
    });
});

/** A shape and the mirror image of its other, averaged. */
function Symmetric({ shapes, mirror }: IRealFace, name: ArkitName, other: ArkitName): Float32Array {
    return shapes[name].map((value, i) => {
        const image = shapes[other][3 * mirror[Math.floor(i / 3)]! + (i % 3)]!;
        return (value + (i % 3 === 0 ? -image : image)) / 2;
    });
}

/** The gap between the lips of a real face, in its middle. */
class Lips {
    private readonly _upper: number;
    private readonly _lower: number;

    public constructor({ positions, shapes }: IRealFace) {
        const middle = (name: ArkitName, sign: number): number => {
            const deltas = shapes[name];
            const score = (v: number): number => (Math.abs(positions[3 * v]!) < 0.004 ? sign * deltas[3 * v + 1]! : -1);
            return Array.from({ length: positions.length / 3 }, (_, v) => v).reduce((best, v) =>
                score(v) > score(best) ? v : best,
            );
        };
        this._upper = middle("mouthUpperUpLeft", 1);
        this._lower = middle("mouthLowerDownLeft", -1);
    }

    /** How the gap grows with each of some fields of offsets, metres. */
    public rowsOf(fields: readonly Float32Array[]): number[] {
        return fields.map((deltas) => deltas[3 * this._upper + 1]! - deltas[3 * this._lower + 1]!);
    }

    /** How far lips are further apart than at rest, metres. */
    public gap(rows: readonly number[], weights: ArrayLike<number>): number {
        return Math.max(
            0,
            rows.reduce((sum, row, i) => sum + row * weights[i]!, 0),
        );
    }
}
