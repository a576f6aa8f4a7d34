import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { ConvertError } from "../convertError.js";
import { JointCount } from "./jointMatrices.js";
import { ReadNpyFileAsync, ReadNpzFileAsync, RequireArray } from "../checkpoint/npzFile.js";

/** Least and largest sum of a row of weights: those that were interpolated miss 1 by a little. */
const RowSums = { least: 0.5, most: 1.5 } as const;

/**
 * Reads `init_pts_lbs.npy`: the weights of the points, in their order.
 *
 * @param file the file
 * @param count number of points, N
 * @returns [N,55] weights
 * @throws {@link ConvertError} when it belongs to other maps
 */
export async function ReadWeightsAsync(file: IRandomAccessFile, count: number): Promise<Float32Array> {
    const array = await ReadNpyFileAsync(file);
    if (array.shape.length === 2 && array.shape[0] !== count && array.shape[1] === JointCount) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name} has weights of ${array.shape[0]} points, but the canonical map has ${count}: take both from the same preprocessing.`,
        );
    }
    return Checked(RequireArray(array, file.name, [count, JointCount]), file.name);
}

/**
 * Takes weights out of `cano_weight_volume.npz`.
 *
 * @param file the file
 * @param points [N,3] metres
 * @returns [N,55] weights
 * @throws {@link ConvertError} when it holds no weight volume
 */
export async function ReadVolumeWeightsAsync(file: IRandomAccessFile, points: Float32Array): Promise<Float32Array> {
    const arrays = await ReadNpzFileAsync(file, ["diff_weight_volume", "volume_bounds"]);
    const volume = arrays.get("diff_weight_volume");
    const bounds = RequireArray(arrays.get("volume_bounds"), `${file.name}, "volume_bounds",`, [2, 3]);
    const size = volume?.shape ?? [];
    const isVolume = size.length === 4 && size[3] === JointCount && size.slice(0, 3).every((side) => side >= 2);
    if (!volume || !isVolume) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name}: "diff_weight_volume" of shape (any, any, any, ${JointCount}) is expected, [${size.join(", ")}] is there.`,
        );
    }
    return Checked(
        SampleWeightVolume((index) => volume.at(index), size, bounds, points),
        file.name,
    );
}

/**
 * Interpolates weights between the points of a grid whose corners lie on its bounds; outside, the border goes on.
 *
 * @param at gives a number of the volume [X,Y,Z,55] by its place in row-major order
 * @param size its dimensions
 * @param bounds [2,3] least and largest corner, metres
 * @param points [N,3] metres
 * @returns [N,55] weights, not renormalised
 */
export function SampleWeightVolume(
    at: (index: number) => number,
    size: readonly number[],
    bounds: Float32Array,
    points: Float32Array,
): Float32Array {
    const weights = new Float32Array((points.length / 3) * JointCount);
    const [first, share] = [new Float64Array(3), new Float64Array(3)];
    for (let point = 0; point * 3 < points.length; point++) {
        for (let axis = 0; axis < 3; axis++) {
            const [low, high] = [bounds[axis]!, bounds[3 + axis]!];
            const last = size[axis]! - 1;
            const place = ((points[point * 3 + axis]! - low) / (high - low)) * last;
            const inside = Math.min(last, Math.max(0, place));
            first[axis] = Math.min(last - 1, Math.floor(inside));
            share[axis] = inside - first[axis]!;
        }
        for (let corner = 0; corner < 8; corner++) {
            let cell = 0;
            let amount = 1;
            for (let axis = 0; axis < 3; axis++) {
                const step = (corner >> axis) & 1;
                cell = cell * size[axis]! + first[axis]! + step;
                amount *= step === 1 ? share[axis]! : 1 - share[axis]!;
            }
            for (let joint = 0; amount > 0 && joint < JointCount; joint++) {
                weights[point * JointCount + joint]! += amount * at(cell * JointCount + joint);
            }
        }
    }
    return weights;
}

function Checked(weights: Float32Array, fileName: string): Float32Array {
    for (let row = 0; row * JointCount < weights.length; row++) {
        let sum = 0;
        for (let joint = 0; joint < JointCount; joint++) {
            const weight = weights[row * JointCount + joint]!;
            if (weight > 0) {
                sum += weight;
            } else {
                // Interpolants may fall short of 0 by rounding.
                weights[row * JointCount + joint] = 0;
            }
        }
        if (!(sum >= RowSums.least && sum <= RowSums.most)) {
            throw new ConvertError(
                "damaged-file",
                `${fileName}: the weights of point ${row} sum to ${sum}; they should sum to 1. Run the preprocessing again.`,
            );
        }
    }
    return weights;
}
