import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { IdentityQuaternion } from "../../math/quaternion.js";
import { JointCount } from "./jointMatrices.js";

/**
 * The skeleton of a body of the SMPL-X model, at rest in the space of that model.
 *
 * @param joints [55,3] metres
 * @returns joints of an avatar
 */
export function AvatarJoints(joints: ArrayLike<number>): IAvatarJoint[] {
    return SmplxJointNames.map((name, joint) => {
        const parent = SmplxJointParents[joint]!;
        const offset = (axis: number): number =>
            joints[joint * 3 + axis]! - (parent < 0 ? 0 : joints[parent * 3 + axis]!);
        const translation = [offset(0), offset(1), offset(2)] as const;
        return { name, smplx: name, parent, translation, rotation: IdentityQuaternion };
    });
}

/**
 * Its inverse bind matrices.
 *
 * @param joints [55,3] metres
 * @returns [55,16] column-major
 */
export function RestInverseBindMatrices(joints: ArrayLike<number>): Float32Array {
    const matrices = new Float32Array(JointCount * 16);
    for (let joint = 0; joint < JointCount; joint++) {
        const [x, y, z] = [joints[joint * 3]!, joints[joint * 3 + 1]!, joints[joint * 3 + 2]!];
        matrices.set([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1], joint * 16);
    }
    return matrices;
}
