import { type IInfluences } from "../../format/mapModel.js";
import { JointCount, MatrixSize } from "./jointMatrices.js";

/** Error that is aimed at, metres: a tenth of a millimetre, a twentieth of a texel. */
const AimedError = 1e-4;

/** Fewest and most joints a Gaussian. */
const Counts = { least: 4, most: 16 } as const;

/** The largest influences of each point, and what leaving out the others costs. */
export interface IReducedInfluences {
    /** The influences. */
    readonly influences: IInfluences;
    /** Largest distance of a posed point from where all influences would put it, over the poses that were tried, metres. */
    readonly error: number;
}

/**
 * Keeps the largest influences of each point: as many for all as put every point within a tenth of a millimetre of where all of
 * its influences put it, from 4 to 16. What is left out goes to those that are kept, so that rows keep their sums.
 *
 * @param positions [N,3] points, metres
 * @param weights [N,55] weights
 * @param poses [55,12] matrices of each pose that is tried
 * @returns influences and error
 */
export function ReduceInfluences(
    positions: Float32Array,
    weights: Float32Array,
    poses: readonly Float64Array[],
): IReducedInfluences {
    const rows = positions.length / 3;
    const ranked = new Uint8Array(rows * Counts.most);
    const errors = new Float64Array(Counts.most + 1);
    const order = new Uint8Array(JointCount);
    for (let row = 0; row < rows; row++) {
        const used = RankWeights(weights, row * JointCount, order);
        ranked.set(order.subarray(0, Counts.most), row * Counts.most);
        for (const matrices of poses) {
            MeasureErrors(positions, weights, row, order.subarray(0, used), matrices, errors);
        }
    }
    let count: number = Counts.least;
    while (count < Counts.most && errors[count]! > AimedError ** 2) {
        count++;
    }
    const influences: IInfluences = {
        count,
        joints: new Uint16Array(rows * count),
        weights: new Float32Array(rows * count),
    };
    for (let row = 0; row < rows; row++) {
        const kept = ranked.subarray(row * Counts.most, row * Counts.most + count);
        let [total, sum] = [0, 0];
        for (let joint = 0; joint < JointCount; joint++) {
            total += weights[row * JointCount + joint]!;
        }
        kept.forEach((joint) => (sum += weights[row * JointCount + joint]!));
        kept.forEach((joint, k) => {
            const weight = weights[row * JointCount + joint]!;
            influences.joints[row * count + k] = weight > 0 ? joint : 0;
            influences.weights[row * count + k] = (weight * total) / sum;
        });
    }
    return { influences, error: Math.sqrt(errors[count]!) };
}

/** Sorts the joints by falling weight; those with the same in the order of their numbers. Gives how many have any. */
function RankWeights(weights: Float32Array, at: number, order: Uint8Array): number {
    let used = 0;
    for (let joint = 0; joint < JointCount; joint++) {
        const weight = weights[at + joint]!;
        if (weight > 0) {
            let place = used++;
            for (; place > 0 && weights[at + order[place - 1]!]! < weight; place--) {
                order[place] = order[place - 1]!;
            }
            order[place] = joint;
        }
    }
    return used;
}

/** Raises the largest squared errors of a pose with 0, 1, 2, … influences to those of a point. */
function MeasureErrors(
    positions: Float32Array,
    weights: Float32Array,
    row: number,
    order: Uint8Array,
    matrices: Float64Array,
    errors: Float64Array,
): void {
    const [x, y, z] = [positions[row * 3]!, positions[row * 3 + 1]!, positions[row * 3 + 2]!];
    const place = (joint: number, axis: number): number => {
        const at = joint * MatrixSize + axis * 4;
        return matrices[at]! * x + matrices[at + 1]! * y + matrices[at + 2]! * z + matrices[at + 3]!;
    };
    let [allX, allY, allZ, total] = [0, 0, 0, 0];
    for (const joint of order) {
        const weight = weights[row * JointCount + joint]!;
        allX += weight * place(joint, 0);
        allY += weight * place(joint, 1);
        allZ += weight * place(joint, 2);
        total += weight;
    }
    let [partX, partY, partZ, sum] = [0, 0, 0, 0];
    for (let count = 1; count <= Math.min(Counts.most, order.length); count++) {
        const joint = order[count - 1]!;
        const weight = weights[row * JointCount + joint]!;
        partX += weight * place(joint, 0);
        partY += weight * place(joint, 1);
        partZ += weight * place(joint, 2);
        sum += weight;
        const scale = total / sum;
        const error = (partX * scale - allX) ** 2 + (partY * scale - allY) ** 2 + (partZ * scale - allZ) ** 2;
        errors[count] = Math.max(errors[count]!, error);
    }
}
