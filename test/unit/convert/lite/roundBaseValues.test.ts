import { expect, it } from "@jest/globals";
import { RoundRotations, RoundWeights } from "../../../../src/convert/lite/roundBaseValues.js";
import { SeededRandom } from "../../../support/seededRandom.js";

const random = SeededRandom(11);

it("rounds weights by less than a step of 16 bits, and keeps their sums", () => {
    const weights = Float32Array.from({ length: 4000 }, random);
    for (let row = 0; row < weights.length; row += 4) {
        const sum = weights.subarray(row, row + 4).reduce((total, weight) => total + weight, 0);
        weights.subarray(row, row + 4).forEach((weight, k) => (weights[row + k] = weight / sum));
    }
    const rounded = RoundWeights(weights);
    const worst = rounded.reduce((most, weight, i) => Math.max(most, Math.abs(weight - weights[i]!)), 0);
    expect(worst).toBeGreaterThan(0);
    // Beyond the step only what 32-bit floats add: 6e-8.
    expect(worst).toBeLessThan(1 / 65535 + 6e-8);
    const sums = Array.from({ length: 1000 }, (_, row) =>
        rounded.subarray(row * 4, row * 4 + 4).reduce((total, weight) => total + Math.round(weight * 65535), 0),
    );
    expect(new Set(sums)).toEqual(new Set([65535]));
    expect(RoundWeights(rounded)).toEqual(rounded);
});

it("leaves what are no weights to those who check them", () => {
    for (const row of [
        [0, 0, 0, 0],
        [1.5, -0.5, 0, 0],
        [NaN, 1, 0, 0],
    ]) {
        const weights = Float32Array.from(row);
        expect(RoundWeights(weights)).toBe(weights);
    }
});

it.each([1, 1.25, 40])("rounds rotations of up to %d without turning what networks add to them", (largest) => {
    const rotations = Float32Array.from({ length: 4000 }, () => largest * (2 * random() - 1));
    rotations[0] = largest;
    const outputs = Float32Array.from({ length: 4000 }, () => 2 * random() - 1);
    const gain = 0.3 * largest;
    const rounded = RoundRotations({ rotations, gain });
    expect(rounded.rotations.every((value) => Math.abs(value) <= 1)).toBe(true);
    let worst = 0;
    for (let row = 0; row < 4000; row += 4) {
        const sum = (base: Float32Array, times: number): readonly [readonly number[], number] => {
            const values = [0, 1, 2, 3].map((k) => base[row + k]! + times * outputs[row + k]!);
            return [values, Math.hypot(...values)];
        };
        const [[exact, length], [found, foundLength]] = [sum(rotations, gain), sum(rounded.rotations, rounded.gain)];
        const chord = Math.hypot(...exact.map((value, k) => value / length - found[k]! / foundLength));
        // A turn is twice the angle between quaternions; what is shorter than the largest component turns further.
        worst = Math.max(worst, (2 * chord * length) / largest);
    }
    // Half a step in each of four components, twice; 1 % for the curvature and 32-bit floats.
    expect(worst).toBeLessThan(1.01 * 2 * Math.sqrt(4) * (0.5 / 32767));
    expect(worst).toBeGreaterThan(1e-5);
});
