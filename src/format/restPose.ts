import { ComposeMatrix4, type Matrix4, MultiplyMatrix4 } from "../math/matrix4.js";
import { type IAvatarJoint } from "./avatarAsset.js";
import { type IssueList } from "./issueList.js";

/**
 * How far a joint at rest may carry its Gaussians, in metres and as an entry of a rotation matrix. Chains of 32-bit
 * translations miss by a few micrometres; a millimetre is the least that shows.
 */
const RestTolerance = 1e-3;

/** Largest entry by which a matrix differs from the identity. */
function DistanceFromIdentity(matrix: Matrix4): number {
    let largest = 0;
    matrix.forEach((value, k) => {
        largest = Math.max(largest, Math.abs(value - (k % 5 === 0 ? 1 : 0)));
    });
    return largest;
}

/**
 * Checks that the joints at rest leave every Gaussian in place: world · inverse bind is the identity for each.
 *
 * @param joints the joints, parents first
 * @param inverseBindMatrices [J,16] their inverse bind matrices
 * @param path JSON pointer of the inverse bind matrices
 * @param issues receives the first problem
 */
export function CheckRestPose(
    joints: readonly IAvatarJoint[],
    inverseBindMatrices: Float32Array,
    path: string,
    issues: IssueList,
): void {
    const worlds: Matrix4[] = [];
    for (const [index, { name, parent, translation, rotation }] of joints.entries()) {
        const local = ComposeMatrix4(translation, rotation, [1, 1, 1]);
        const world = parent < 0 ? local : MultiplyMatrix4(worlds[parent]!, local);
        worlds.push(world);
        const inverseBind = Float64Array.from(inverseBindMatrices.subarray(index * 16, index * 16 + 16));
        const distance = DistanceFromIdentity(MultiplyMatrix4(world, inverseBind));
        if (distance > RestTolerance) {
            issues.error(
                "invalid-skin",
                path,
                `the matrix of joint "${name}" misses the inverse of its rest pose by ${distance.toPrecision(3)}: bind in the rest pose`,
            );
            return;
        }
    }
}
