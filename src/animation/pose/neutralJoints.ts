import { type IAvatarJoint } from "../../format/avatarAsset.js";
import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { AddVector3, SubtractVector3 } from "../../math/vector3.js";
import { NeutralSmplxSkeleton } from "./neutralSkeleton.js";

/** The 55 joints of the average SMPL-X body, standing on y = 0: an avatar for motions that have none. */
export const NeutralJoints: readonly IAvatarJoint[] = SmplxJointNames.map((name, joint) => {
    const { positions, floor } = NeutralSmplxSkeleton;
    const parent = SmplxJointParents[joint]!;
    const translation =
        parent < 0
            ? AddVector3(positions[joint]!, [0, -floor, 0])
            : SubtractVector3(positions[joint]!, positions[parent]!);
    return { name, smplx: name, parent, translation, rotation: [0, 0, 0, 1] };
});
