/** Zeroth spherical-harmonics basis function, 1 / (2 √π): colour = 0.5 + C0 · coefficient. */
export const SphericalHarmonicsC0 = 0.28209479177387814;

/** Four 8-bit weights, each rounded on its own, miss a sum of one by up to 4 · ½ / 255; a row may miss it by this. */
const WeightSumTolerance = 0.01;
/** 8-bit quaternions miss unit length by up to 0.8 %; a row may miss it by this. */
const RotationLengthTolerance = 0.05;
/** Opacities may leave 0..1 by rounding of this size and are clamped. */
const OpacityTolerance = 1e-4;

/** Notes what is wrong with one row of an attribute. */
export type RowProblem = (row: number, message: string) => void;

/**
 * Brings quaternions to unit length.
 *
 * @param values [N,4] quaternions of about unit length
 * @param problem told of the first row that is not
 * @returns [N,4] unit quaternions, in a new array
 */
export function NormalizeRotations(values: Float32Array, problem: RowProblem): Float32Array {
    const result = new Float32Array(values.length);
    for (let i = 0; i < values.length; i += 4) {
        // Math.hypot guards against overflow at ten times the cost.
        const length = Math.sqrt(values[i]! ** 2 + values[i + 1]! ** 2 + values[i + 2]! ** 2 + values[i + 3]! ** 2);
        if (Math.abs(length - 1) > RotationLengthTolerance) {
            problem(i / 4, `has length ${length}: give unit quaternions`);
            return result;
        }
        for (let c = 0; c < 4; c++) {
            result[i + c] = values[i + c]! / length;
        }
    }
    return result;
}

/**
 * Brings rows of skinning weights to a sum of one.
 *
 * @param values [N,4] weights
 * @param hasMoreSets whether weights of the same Gaussians stand elsewhere, so that rows may sum to less
 * @param problem told of the first row that is negative or misses the sum
 * @returns [N,4] weights, in a new array
 */
export function NormalizeWeights(values: Float32Array, hasMoreSets: boolean, problem: RowProblem): Float32Array {
    const result = new Float32Array(values.length);
    for (let i = 0; i < values.length; i += 4) {
        const sum = values[i]! + values[i + 1]! + values[i + 2]! + values[i + 3]!;
        if (Math.min(values[i]!, values[i + 1]!, values[i + 2]!, values[i + 3]!) < 0) {
            problem(i / 4, "has a negative weight: weights must be 0 or more");
            return result;
        }
        if (sum <= 0 || (!hasMoreSets && Math.abs(sum - 1) > WeightSumTolerance)) {
            problem(i / 4, `sums to ${sum}: the weights of a Gaussian must sum to 1`);
            return result;
        }
        for (let c = 0; c < 4; c++) {
            result[i + c] = values[i + c]! / sum;
        }
    }
    return result;
}

/**
 * Checks that standard deviations are above zero.
 *
 * @param values [N,3] standard deviations, metres
 * @param problem told of the first row that is not
 * @returns the same array
 */
export function CheckScales(values: Float32Array, problem: RowProblem): Float32Array {
    const bad = values.findIndex((value) => value <= 0);
    if (bad >= 0) {
        problem(
            Math.floor(bad / 3),
            `holds ${values[bad]}: scales are standard deviations in metres, more than 0 (not logarithms)`,
        );
    }
    return values;
}

/**
 * Brings opacities into 0..1.
 *
 * @param values [N] opacities
 * @param problem told of the first row that leaves the range by more than rounding
 * @returns [N] opacities, in a new array
 */
export function ClampOpacities(values: Float32Array, problem: RowProblem): Float32Array {
    const bad = values.findIndex((value) => value < -OpacityTolerance || value > 1 + OpacityTolerance);
    if (bad >= 0) {
        problem(bad, `is ${values[bad]}: opacity is linear, from 0 to 1 (not a logit)`);
    }
    return values.map((value) => Math.min(1, Math.max(0, value)));
}

/**
 * Turns entries of a skin into joints.
 *
 * @param values [N,4] entries of the skin
 * @param weights [N,4] their weights
 * @param jointOfSkinEntry joint of each entry of the skin
 * @param problem told of the first row that the skin lacks
 * @returns [N,4] joints, 0 in slots without weight, in a new array
 */
export function RemapJoints(
    values: Float32Array,
    weights: Float32Array,
    jointOfSkinEntry: readonly number[],
    problem: RowProblem,
): Uint16Array {
    const result = new Uint16Array(values.length);
    for (let i = 0; i < values.length; i++) {
        const joint = jointOfSkinEntry[values[i]!];
        if (joint === undefined) {
            problem(Math.floor(i / 4), `refers to joint ${values[i]}: the skin has ${jointOfSkinEntry.length}`);
            return result;
        }
        // A slot without weight holds no joint; zero keeps files of different exporters alike.
        result[i] = weights[i] === 0 ? 0 : joint;
    }
    return result;
}
