import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { AddVector3, type Vector3Tuple } from "../../math/vector3.js";

/**
 * Rest positions of joints whose rest rotations are identity, as all SMPL-X joints have.
 *
 * @param joints parents precede children
 * @returns positions in avatar space, metres, in the order of the joints
 */
export function RestPositions(joints: readonly Pick<IAvatarJoint, "parent" | "translation">[]): Vector3Tuple[] {
    const positions: Vector3Tuple[] = [];
    for (const joint of joints) {
        positions.push(joint.parent < 0 ? joint.translation : AddVector3(positions[joint.parent]!, joint.translation));
    }
    return positions;
}
