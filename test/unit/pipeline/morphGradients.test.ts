import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type IMorphRows, MeasureMorphGradients } from "../../../src/pipeline/3-gaussians/morphGradients.js";
import { type ISurface, SurfaceNeighbours } from "../../../src/pipeline/3-gaussians/surfaceNeighbours.js";
import { SeededRandom } from "../../support/seededRandom.js";

type Point = readonly [number, number, number];

/** Points a few millimetres apart on the surface that a function of the plane gives, and its normals. */
function Sheet(
    count: number,
    lift: (x: number, y: number) => Point,
    normal: (x: number, y: number) => Point,
): ISurface {
    const random = SeededRandom(3);
    const plane = Array.from({ length: count }, (_, index): readonly [number, number] => [
        0.003 * ((index % 20) + 0.3 * random()),
        0.003 * (Math.floor(index / 20) + 0.3 * random()),
    ]);
    return {
        positions: Float32Array.from(plane.flatMap(([x, y]) => [...lift(x, y)])),
        normals: Float32Array.from(plane.flatMap(([x, y]) => [...normal(x, y)])),
    };
}

const Flat = Sheet(
    400,
    (x, y) => [x, y, 0],
    () => [0, 0, 1],
);

/** One channel that moves every point. */
function Moved({ positions }: ISurface, offset: (point: Point) => Point): IMorphRows {
    const count = positions.length / 3;
    return {
        offsets: Uint32Array.from({ length: count + 1 }, (_, index) => index),
        channels: new Uint32Array(count),
        deltas: Float32Array.from(
            Array.from({ length: count }, (_, i) => [
                ...offset([positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!]),
            ]).flat(),
        ),
    };
}

function ExpectGradients(gradients: Float32Array, expected: (row: number) => readonly number[], within: number): void {
    const misses = gradients.map((value, k) => Math.abs(value - expected(Math.floor(k / 9))[k % 9]!));
    expect(Math.max(...misses)).toBeLessThan(within);
}

describe("gradients of morph targets", () => {
    it("are those of a sheet that is stretched, sheared and tilted, with its normal upright", () => {
        const number = fc.double({ min: -0.4, max: 0.4, noNaN: true });
        fc.assert(
            fc.property(
                fc.array(number, { minLength: 6, maxLength: 6 }),
                ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]) => {
                    const rows = Moved(Flat, ([x, y]) => [a * x + b * y, c * x + d * y, e * x + f * y]);
                    const gradient = [a, b, -e, c, d, -f, e, f, 0];
                    ExpectGradients(MeasureMorphGradients(rows, Flat), () => gradient, 1e-4);
                },
            ),
            { numRuns: 20, seed: 5 },
        );
    });

    it("follow a surface that bends, whichever side its normals show", () => {
        const radius = 0.05;
        const pipe = Sheet(
            400,
            (x, y) => [radius * Math.cos(x / radius), radius * Math.sin(x / radius), y],
            (x) => [Math.cos(x / radius), Math.sin(x / radius), 0],
        );
        pipe.normals.subarray(300).forEach((value, k, part) => (part[k] = -value));
        const turn = [0, -0.3, 0.1, 0.3, 0, -0.2, -0.1, 0.2, 0];
        const rows = Moved(pipe, ([x, y, z]) => [-0.3 * y + 0.1 * z, 0.3 * x - 0.2 * z, 0.2 * y - 0.1 * x]);
        // Chords are not tangents: a neighbour 3 mm off on a radius of 50 mm lies 1.7° beside.
        ExpectGradients(MeasureMorphGradients(rows, pipe), () => turn, 0.02);
    });

    it("do not reach across a tear: lips that part keep their shape", () => {
        const rows = Moved(Flat, ([, y]) => [0, y > 0.03 ? 0.004 : -0.01, 0]);
        expect(Math.max(...MeasureMorphGradients(rows, Flat).map(Math.abs))).toBe(0);
    });

    it("do not tear where one channel alone parts what another moves together", () => {
        const { channels, deltas } = Moved(Flat, ([, y]) => [0, y > 0.03 ? 0.004 : -0.01, 0]);
        const count = channels.length;
        const both: IMorphRows = {
            offsets: Uint32Array.from({ length: count + 1 }, (_, index) => 2 * index),
            channels: Uint32Array.from({ length: 2 * count }, (_, row) => row % 2),
            deltas: Float32Array.from({ length: 6 * count }, (_, k) => {
                const [point, axis] = [Math.floor(k / 6), k % 3];
                return k % 6 < 3 ? deltas[point * 3 + axis]! : axis === 0 ? 0.2 * Flat.positions[point * 3]! : 0;
            }),
        };
        const gradients = MeasureMorphGradients(both, Flat);
        ExpectGradients(
            gradients,
            (row) => (row % 2 === 0 ? Array<number>(9).fill(0) : [0.2, 0, 0, 0, 0, 0, 0, 0, 0]),
            1e-4,
        );
    });

    it("are 0 where nothing tells them: no normal, neighbours in a row, one point, none", () => {
        const grow = ([x, y, z]: Point): Point => [0.1 * x, 0.1 * y, 0.1 * z];
        const zero = { ...Flat, normals: new Float32Array(Flat.normals.length) };
        const row = Sheet(
            20,
            (x) => [x, 0, 0],
            () => [0, 0, 1],
        );
        const one = { positions: Flat.positions.slice(0, 3), normals: Flat.normals.slice(0, 3) };
        const none = { positions: new Float32Array(0), normals: new Float32Array(0) };
        for (const surface of [zero, row, one, none]) {
            expect(MeasureMorphGradients(Moved(surface, grow), surface).every((value) => value === 0)).toBe(true);
        }
    });

    it("are finite, and soon found, for any numbers that a file may hold", () => {
        for (const far of [0, 1e-30, 1e30, NaN, Infinity]) {
            const positions = Flat.positions.map((value, k) => (k % 300 === 0 ? far : value));
            const surface = { ...Flat, positions };
            const rows = Moved(Flat, ([x, y]) => [0.3 * x, 0, 0.3 * y]);
            expect(MeasureMorphGradients(rows, surface).every(Number.isFinite)).toBe(true);
        }
        const heap = { positions: new Float32Array(90_000), normals: new Float32Array(90_000).fill(0.57735) };
        const gradients = MeasureMorphGradients(
            Moved(heap, () => [1, 0, 0]),
            heap,
        );
        expect(gradients.every((value) => value === 0)).toBe(true);
    });
});

describe("neighbours on a surface", () => {
    it("are the nearest on the same fold", () => {
        const members = Uint32Array.from({ length: 400 }, (_, index) => index);
        const neighbours = new SurfaceNeighbours(Flat, members);
        const distance = (a: number, b: number): number =>
            Math.hypot(...[0, 1, 2].map((axis) => Flat.positions[a * 3 + axis]! - Flat.positions[b * 3 + axis]!));
        for (let point = 0; point < 400; point++) {
            const found = [...neighbours.of(point)];
            const nearest = [...members]
                .filter((other) => other !== point)
                .sort((a, b) => distance(point, a) - distance(point, b));
            expect(found.slice(0, 6).map((other) => distance(point, other))).toEqual(
                nearest.slice(0, 6).map((other) => distance(point, other)),
            );
        }
        const folded = { ...Flat, normals: Flat.normals.map((value, k) => (k % 6 < 3 ? value : Number(k % 3 === 0))) };
        const ofFold = new SurfaceNeighbours(folded, members);
        expect([...ofFold.of(210)].every((other) => other % 2 === 0)).toBe(true);
    });
});
