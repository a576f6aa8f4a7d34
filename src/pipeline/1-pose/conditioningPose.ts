import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { type IMapModel } from "../../format/mapModel.js";
import { ComposeSkinMatrix, SkinMatrixFloats } from "./skinMatrix.js";

/**
 * The pose as the networks of a map model see it: joint matrices of the canonical space of the model → a posed space in which
 * the root stays where it is in canonical space and the joints that the networks know nothing of stay at rest. Networks read
 * positions in that space as they are, so it does not matter to them where the asset has its origin.
 *
 * @example
 * ```ts
 * const pose = new ConditioningPose(asset.joints, model);
 * pose.compute(localRotations);
 * inputs.encodePose(encoder, pose.matrices);
 * ```
 */
export class ConditioningPose {
    /** [J,12] rows of 3×4 matrices, the model's canonical space → root-free posed space, metres; of the last {@link compute}. */
    public readonly matrices: Float32Array;

    private readonly _joints: readonly IAvatarJoint[];
    /** [J,3] places relative to parents: at rest; of a root, in the model's canonical space. */
    private readonly _translations: Float64Array;
    private readonly _inverseBindMatrices: Float32Array;
    /** 1 for joints that are held at rest. */
    private readonly _isResting: Uint8Array;
    /** Joint space → posed space of each joint, column-major. Double, since errors add up along a chain. */
    private readonly _worlds: readonly Float64Array[];

    /**
     * @param joints joints of the asset, parents first
     * @param model one of its map models
     */
    public constructor(joints: readonly IAvatarJoint[], model: IMapModel) {
        this.matrices = new Float32Array(joints.length * SkinMatrixFloats);
        this._joints = joints;
        this._translations = Float64Array.from(joints.flatMap(({ translation }) => translation));
        for (const [joint, { parent }] of joints.entries()) {
            if (parent < 0) {
                WriteBindPlace(model.inverseBindMatrices, joint * 16, this._translations, joint * 3);
            }
        }
        this._inverseBindMatrices = model.inverseBindMatrices;
        this._isResting = new Uint8Array(joints.length);
        for (const joint of model.conditioning.restJoints) {
            this._isResting[joint] = 1;
        }
        this._worlds = joints.map(() => new Float64Array(16));
    }

    /**
     * Computes {@link matrices} anew. Allocates nothing.
     *
     * @param localRotations [J,4] rotation of each joint relative to its parent, unit quaternions xyzw
     */
    public compute(localRotations: Float32Array): void {
        for (let joint = 0; joint < this._joints.length; joint++) {
            const { parent, rotation } = this._joints[joint]!;
            const world = this._worlds[joint]!;
            if (this._isResting[joint]) {
                WriteRigid(rotation, 0, this._translations, joint * 3, world);
            } else {
                WriteRigid(localRotations, joint * 4, this._translations, joint * 3, world);
            }
            if (parent >= 0) {
                MultiplyFromLeft(this._worlds[parent]!, world);
            }
            ComposeSkinMatrix(world, this._inverseBindMatrices, joint, this.matrices, joint * SkinMatrixFloats);
        }
    }
}

/** Where a joint is in the space that a rigid, column-major inverse bind matrix [R t] leads from: −Rᵀ t. */
function WriteBindPlace(matrices: Float32Array, at: number, result: Float64Array, resultAt: number): void {
    for (let axis = 0; axis < 3; axis++) {
        let place = 0;
        for (let row = 0; row < 3; row++) {
            place -= matrices[at + axis * 4 + row]! * matrices[at + 12 + row]!;
        }
        result[resultAt + axis] = place;
    }
}

/** The column-major matrix of a rotation followed by a translation. */
function WriteRigid(
    rotations: ArrayLike<number>,
    at: number,
    translations: Float64Array,
    translationAt: number,
    result: Float64Array,
): void {
    const x = rotations[at]!;
    const y = rotations[at + 1]!;
    const z = rotations[at + 2]!;
    const w = rotations[at + 3]!;
    result[0] = 1 - 2 * (y * y + z * z);
    result[1] = 2 * (x * y + z * w);
    result[2] = 2 * (x * z - y * w);
    result[4] = 2 * (x * y - z * w);
    result[5] = 1 - 2 * (x * x + z * z);
    result[6] = 2 * (y * z + x * w);
    result[8] = 2 * (x * z + y * w);
    result[9] = 2 * (y * z - x * w);
    result[10] = 1 - 2 * (x * x + y * y);
    result[12] = translations[translationAt]!;
    result[13] = translations[translationAt + 1]!;
    result[14] = translations[translationAt + 2]!;
    result[15] = 1;
}

/** matrix = left · matrix, both affine and column-major. */
function MultiplyFromLeft(left: Float64Array, matrix: Float64Array): void {
    for (let column = 0; column < 16; column += 4) {
        const x = matrix[column]!;
        const y = matrix[column + 1]!;
        const z = matrix[column + 2]!;
        const w = column === 12 ? 1 : 0;
        for (let row = 0; row < 3; row++) {
            matrix[column + row] = left[row]! * x + left[row + 4]! * y + left[row + 8]! * z + left[row + 12]! * w;
        }
    }
}
