import { type IRowRule } from "./trainedArrays.js";

/** Farthest from the origin that anything of a person is, metres. */
export const MaxMetres = 100;

/** Bounds of the natural logarithm of a size in metres: none is larger than 20 m, and below e⁻³⁰ none is seen. */
const LogScales = [-30, 3] as const;

/** Largest logit: from 20 on, one is 32-bit floats' one. */
const MaxLogit = 1000;

/** Bounds of the length of a base rotation: they are stored relative to the longest, where 0.001 is the shortest that is read. */
const RotationLengths = [0.05, 30] as const;

/** A sum of weights, and the length of normals and of components, may miss one by this. */
const WeightTolerance = 1e-3;
const LengthTolerance = 0.01;

const Length = (row: Float32Array): number => Math.hypot(...row);
const IsUnit = (row: Float32Array): boolean =>
    Math.abs(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) - 1) <= LengthTolerance;

/** What the rows of the trainer's arrays must be; beyond it no training that went well ends. */
export const RowRules = {
    positions: {
        isRight: (row) => row.every((value) => Math.abs(value) <= MaxMetres),
        must: `within ${MaxMetres} m of the origin`,
    },
    normals: { isRight: IsUnit, must: "of length 1" },
    weights: {
        isRight: (row) =>
            row.every((value) => value >= 0) &&
            Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= WeightTolerance,
        must: "0 or more, with a sum of 1",
    },
    logits: {
        isRight: (row) => row.every((value) => Math.abs(value) <= MaxLogit),
        must: `logits from −${MaxLogit} to ${MaxLogit}`,
    },
    scales: {
        isRight: (row) => row.every((value) => value >= LogScales[0] && value <= LogScales[1]),
        must: `logarithms of metres, from −${-LogScales[0]} to ${LogScales[1]}`,
    },
    rotations: {
        isRight: (row) => Length(row) >= RotationLengths[0] && Length(row) <= RotationLengths[1],
        must: `a quaternion of a length from ${RotationLengths[0]} to ${RotationLengths[1]}`,
    },
    components: { isRight: IsUnit, must: "of length 1 in all" },
    limits: { isRight: ([value]) => value! >= 0, must: "0 or more" },
} as const satisfies Record<string, IRowRule>;
