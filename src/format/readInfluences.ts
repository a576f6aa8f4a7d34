import { type MapArrayReader } from "./mapArrays.js";
import { type IInfluences } from "./mapModel.js";
import { type IMapsDescription } from "./tierSchema.js";

/** A row of weights may miss a sum of one by this: the smallest influences are left out, and weight volumes are diffused. */
const InfluenceSumTolerance = 0.1;

/**
 * Reads which joints move the Gaussians of a model.
 *
 * @param described what the file says of it
 * @param path JSON pointer of that
 * @param rows number of Gaussians
 * @param jointOfSkinEntry joint of each entry of the file's skin
 * @param arrays reads the arrays
 * @returns the influences, or null when they cannot be used
 */
export function ReadInfluences(
    described: IMapsDescription["influences"],
    path: string,
    rows: number,
    jointOfSkinEntry: readonly number[],
    arrays: MapArrayReader,
): IInfluences | null {
    const { count } = described;
    const entries = arrays.read(described.joints, `${path}/joints`, 1, rows * count, ["u8", "u16"]);
    const weights = arrays.read(described.weights, `${path}/weights`, 1, rows * count, ["f32", "u8n", "u16n"]);
    if (entries === null || weights === null || !arrays.charge(entries.length * 2, `${path}/joints`)) {
        return null;
    }
    const joints = new Uint16Array(entries.length);
    for (let row = 0, i = 0; row < rows; row++) {
        let sum = 0;
        for (let k = 0; k < count; k++, i++) {
            const joint = jointOfSkinEntry[entries[i]!];
            if (joint === undefined) {
                const message = `row ${row} refers to joint ${entries[i]}: the skin has ${jointOfSkinEntry.length}`;
                return arrays.fail("invalid-joint-index", `${path}/joints`, message);
            }
            if (weights[i]! < 0) {
                const message = `row ${row} has a negative weight: weights must be 0 or more`;
                return arrays.fail("invalid-weights", `${path}/weights`, message);
            }
            joints[i] = joint;
            sum += weights[i]!;
        }
        if (!(Math.abs(sum - 1) <= InfluenceSumTolerance)) {
            const message = `row ${row} sums to ${sum}: the weights of a Gaussian must sum to about 1`;
            return arrays.fail("invalid-weights", `${path}/weights`, message);
        }
    }
    return { count, joints, weights };
}
