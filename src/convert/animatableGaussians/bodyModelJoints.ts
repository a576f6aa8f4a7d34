import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { ConvertError } from "../convertError.js";
import { JointCount } from "./jointMatrices.js";
import { ReadNpzFileAsync, RequireArray } from "../checkpoint/npzFile.js";

/**
 * Joints of a shaped body by its body model, an SMPL-X file (`SMPLX_NEUTRAL.npz`). Nothing else of the model is used, and
 * nothing of it goes into the avatar but where the joints of this person lie.
 *
 * @param file the body model
 * @param betas shape coefficients of the person
 * @returns [55,3] joints at rest, metres
 * @throws {@link ConvertError} where the file is not such a model
 */
export async function ReadBodyModelJointsAsync(file: IRandomAccessFile, betas: Float32Array): Promise<Float64Array> {
    const arrays = await ReadNpzFileAsync(file, ["v_template", "shapedirs", "J_regressor"]);
    const what = (name: string): string => `${file.name}, "${name}" of the body model,`;
    const vertices = RequireArray(arrays.get("v_template"), what("v_template"), [null, 3]);
    const count = vertices.length / 3;
    const shapes = arrays.get("shapedirs");
    const width = shapes?.shape[2] ?? 0;
    const directions = RequireArray(shapes, what("shapedirs"), [count, 3, width]);
    const regressor = RequireArray(arrays.get("J_regressor"), what("J_regressor"), [JointCount, count]);
    if (betas.length > width) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name} has ${width} shape directions; the person's shape has ${betas.length} coefficients.`,
        );
    }
    const joints = new Float64Array(JointCount * 3);
    for (let vertex = 0; vertex < count; vertex++) {
        for (let axis = 0; axis < 3; axis++) {
            const at = vertex * 3 + axis;
            const shaped = betas.reduce((sum, beta, k) => sum + beta * directions[at * width + k]!, vertices[at]!);
            for (let joint = 0; joint < JointCount; joint++) {
                joints[joint * 3 + axis]! += regressor[joint * count + vertex]! * shaped;
            }
        }
    }
    return joints;
}
