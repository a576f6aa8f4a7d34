import { type IBasisComponent } from "../../src/animation/face/space/fitExpressionMap.js";

/** Faces that components are learned from, and shapes that each of them does at once. */
const Samples = 400;
const ActiveShare = 0.12;
/** Steps of the power method, enough to tell neighbouring components apart. */
const PowerSteps = 800;

/**
 * The components that statistics find in faces: principal components of random expressions of some shapes, unit length times
 * their deviation, as published models have them. None of them is one of the shapes.
 *
 * @param shapes [K][V,3] what the shapes move
 * @param mirror [K] the shape of the other side
 * @param count how many components
 * @param random numbers in 0..1
 */
export function PrincipalComponents(
    shapes: readonly Float32Array[],
    mirror: ArrayLike<number>,
    count: number,
    random: () => number,
): IBasisComponent[] {
    const size = shapes.length;
    const seen = Array.from({ length: Samples }, () => shapes.map(() => (random() < ActiveShare ? random() : 0)));
    // People do on the one side what they do on the other.
    const faces = [...seen, ...seen.map((face) => face.map((_, k) => face[mirror[k]!]!))];
    const mean = shapes.map((_, k) => faces.reduce((sum, face) => sum + face[k]!, 0) / faces.length);
    const gram = shapes.map((a) => shapes.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
    // Each face as a row of Δ-coordinates; components are combinations a of shapes with C·G·a = λ·a, C the covariance.
    const numbers = shapes.map((_, k) => k);
    const covariance = numbers.map((i) =>
        numbers.map((j) => faces.reduce((sum, f) => sum + (f[i]! - mean[i]!) * (f[j]! - mean[j]!), 0) / faces.length),
    );
    const components: IBasisComponent[] = [];
    const found: (readonly [component: readonly number[], weighted: readonly number[]])[] = [];
    const times = (matrix: readonly number[][], v: readonly number[]): number[] =>
        matrix.map((row) => row.reduce((sum, value, i) => sum + value * v[i]!, 0));
    const dot = (a: readonly number[], b: readonly number[]): number =>
        a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    for (let c = 0; c < count; c++) {
        let a = Array.from({ length: size }, () => random() - 0.5);
        let variance = 0;
        for (let step = 0; step < PowerSteps; step++) {
            a = times(covariance, times(gram, a));
            for (const [other, weighted] of found) {
                const share = dot(a, weighted);
                a = a.map((value, i) => value - share * other[i]!);
            }
            const length = Math.sqrt(dot(a, times(gram, a)));
            variance = length;
            a = a.map((value) => value / length);
        }
        found.push([a, times(gram, a)]);
        const deviation = Math.sqrt(variance);
        const deltas = new Float32Array(shapes[0]!.length);
        shapes.forEach((shape, k) => {
            for (let i = 0; i < deltas.length; i++) {
                deltas[i]! += deviation * a[k]! * shape[i]!;
            }
        });
        components.push({ name: `expression ${c}`, deltas });
    }
    return components;
}
