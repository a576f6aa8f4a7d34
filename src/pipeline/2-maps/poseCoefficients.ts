import { type IPoseProjection } from "../../format/mapModel.js";
import { SkinMatrixFloats } from "../1-pose/skinMatrix.js";
import { type ILinearRows } from "./linearRows.js";

/**
 * The coefficients of a pose projection, z = clamp(B (x − μ), ±limit). The posed points x are linear in the joint matrices M, so
 * B x = C vec(M) with C of P × 12J numbers: the tens of thousands of pixels of x are summed once, not for every pose.
 */
export interface IPoseCoefficients {
    /** [P,12J] C. */
    readonly ofMatrices: Float64Array;
    /** [P] B (μ − what of x no joint moves). */
    readonly constants: Float64Array;
    /** [P] largest absolute value of each coefficient. */
    readonly limits: Float32Array;
    /** [P] working memory: z of the last {@link WritePoseCoefficients}. */
    readonly values: Float64Array;
}

/**
 * Sums a projection up.
 *
 * @param projection the projection
 * @param posed rows of the vectors of the pose map; those without a row are 0
 * @param jointCount J
 */
export function BuildPoseCoefficients(
    projection: IPoseProjection,
    posed: ILinearRows,
    jointCount: number,
): IPoseCoefficients {
    const { pixels, mean, components, limits } = projection;
    const width = jointCount * SkinMatrixFloats;
    const ofMatrices = new Float64Array(limits.length * width);
    const constants = new Float64Array(limits.length);
    const rowOf = new Map(Array.from(posed.targets, (target, row) => [target, row]));
    for (let k = 0; k < limits.length; k++) {
        const sums = ofMatrices.subarray(k * width, (k + 1) * width);
        pixels.forEach((pixel, index) => {
            const b = (k * pixels.length + index) * 3;
            for (let axis = 0; axis < 3; axis++) {
                constants[k]! += components[b + axis]! * mean[index * 3 + axis]!;
            }
            const row = rowOf.get(pixel);
            if (row !== undefined) {
                constants[k]! -= AddRow(posed, row, components, b, sums);
            }
        });
    }
    return { ofMatrices, constants, limits, values: new Float64Array(limits.length) };
}

/**
 * Computes z anew. Allocates nothing.
 *
 * @param coefficients whose `values` are written
 * @param jointMatrices [J,12] rows of 3×4 matrices
 */
export function WritePoseCoefficients(coefficients: IPoseCoefficients, jointMatrices: Float32Array): void {
    const { ofMatrices, constants, limits, values } = coefficients;
    const width = jointMatrices.length;
    for (let k = 0; k < limits.length; k++) {
        let sum = -constants[k]!;
        for (let i = 0; i < width; i++) {
            sum += ofMatrices[k * width + i]! * jointMatrices[i]!;
        }
        values[k] = Math.min(Math.max(sum, -limits[k]!), limits[k]!);
    }
}

/**
 * Adds bᵀ M c over the entries of a row, as a linear form of the joints' matrices; b are the components from `b` on.
 *
 * @returns the part of the entry that no joint moves
 */
function AddRow(posed: ILinearRows, row: number, components: Float32Array, b: number, sums: Float64Array): number {
    const { firstEntries, matrixIndices, coefficients } = posed;
    const end = firstEntries[row + 1]!;
    let fixed = 0;
    for (let entry = firstEntries[row]!; entry < end; entry++) {
        const at = matrixIndices[entry]! * SkinMatrixFloats;
        if (at === sums.length) {
            // The identity, which stands behind the joints.
            for (let axis = 0; axis < 3; axis++) {
                fixed += components[b + axis]! * coefficients[entry * 4 + axis]!;
            }
            continue;
        }
        for (let i = 0; i < SkinMatrixFloats; i++) {
            sums[at + i]! += components[b + (i >> 2)]! * coefficients[entry * 4 + (i & 3)]!;
        }
    }
    return fixed;
}
