import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { AddVector3, SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { GenericSkeleton } from "../rig/genericSkeleton.js";
import { NeutralOffsets } from "../rig/neutralOffsets.js";

/** The soles are this far below the lower toe joint, metres. */
const SoleBelowToes = 0.025;

/** A body of the SMPL family at rest, in the space of its model: the origin is where the model has it, not on the floor. */
export interface INeutralSkeleton {
    /** [55] joints at rest, metres, SMPL-X order; fingers, jaw and eyes are the generic skeleton's. */
    readonly positions: readonly Vector3Tuple[];
    /** Height of the soles, below 0. */
    readonly floor: number;
}

function NeutralSkeleton(model: 0 | 1): INeutralSkeleton {
    const positions: Vector3Tuple[] = [];
    SmplxJointNames.forEach((name, joint) => {
        const parent = SmplxJointParents[joint]!;
        const offset =
            NeutralOffsets[name]?.[model] ?? SubtractVector3(GenericSkeleton[joint]!, GenericSkeleton[parent]!);
        positions.push(parent < 0 ? offset : AddVector3(positions[parent]!, offset));
    });
    const toes = (["left_foot", "right_foot"] as const).map((name) => positions[SmplxJointNames.indexOf(name)]![1]);
    return { positions, floor: Math.min(...toes) - SoleBelowToes };
}

/** The average body of SMPL and SMPL-H. */
export const NeutralSmplSkeleton: INeutralSkeleton = NeutralSkeleton(0);

/** The average body of SMPL-X. */
export const NeutralSmplxSkeleton: INeutralSkeleton = NeutralSkeleton(1);
