import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import {
    AddVector3,
    DistanceVector3,
    LerpVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { GenericSkeleton } from "../rig/genericSkeleton.js";

const Pelvis = SmplxJointNames.indexOf("pelvis");
const Head = SmplxJointNames.indexOf("head");
/** The trunk, bottom up: between two of its joints, missing ones lie on the line. */
const Trunk = (["spine1", "spine2", "spine3", "neck", "head"] as const).map((name) => SmplxJointNames.indexOf(name));

/**
 * Joints that a body lacks are put where the generic skeleton has them, in proportion: on the line between their known
 * neighbours inside the trunk, else at the generic offset from their parent, scaled with the body.
 *
 * @param known [55] positions in SMPL-X order, canonical axes, at least one; null where the body has no joint
 * @returns all 55 positions
 */
export function FillJoints(known: readonly (Vector3Tuple | null)[]): Vector3Tuple[] {
    const first = known.findIndex((position) => position !== null);
    const scale = ScaleOf(known, first);
    const generic = (from: number, to: number): Vector3Tuple =>
        ScaleVector3(SubtractVector3(GenericSkeleton[to]!, GenericSkeleton[from]!), scale);
    const hangs = new Uint8Array(known.length);
    const full: Vector3Tuple[] = [];
    known.forEach((position, joint) => {
        const parent = SmplxJointParents[joint]!;
        hangs[joint] = position !== null || (parent >= 0 && hangs[parent] === 1) ? 1 : 0;
        if (position) {
            full.push(position);
        } else if (hangs[joint] === 0) {
            full.push(AddVector3(known[first]!, generic(first, joint)));
        } else {
            full.push(
                OnTheTrunk(known, full[parent]!, parent, joint) ?? AddVector3(full[parent]!, generic(parent, joint)),
            );
        }
    });
    return full;
}

/** Size of the body against the generic skeleton: by the trunk where it is known, else by the longest known distance. */
function ScaleOf(known: readonly (Vector3Tuple | null)[], first: number): number {
    let from = first;
    let to = first;
    known.forEach((position, joint) => {
        const distance = DistanceVector3(GenericSkeleton[joint]!, GenericSkeleton[first]!);
        if (position && distance > DistanceVector3(GenericSkeleton[to]!, GenericSkeleton[first]!)) {
            to = joint;
        }
    });
    if (known[Pelvis] && known[Head]) {
        from = Pelvis;
        to = Head;
    }
    const length = DistanceVector3(GenericSkeleton[from]!, GenericSkeleton[to]!);
    return length > 0 ? DistanceVector3(known[from]!, known[to]!) / length : 1;
}

function OnTheTrunk(
    known: readonly (Vector3Tuple | null)[],
    below: Vector3Tuple,
    parent: number,
    joint: number,
): Vector3Tuple | null {
    const above = Trunk.includes(joint) ? Trunk.find((other) => other > joint && known[other]) : undefined;
    if (above === undefined) {
        return null;
    }
    const whole = DistanceVector3(GenericSkeleton[parent]!, GenericSkeleton[above]!);
    const share = DistanceVector3(GenericSkeleton[parent]!, GenericSkeleton[joint]!) / whole;
    return LerpVector3(below, known[above]!, Math.min(0.9, share));
}
