import { type QuaternionTuple } from "../../math/quaternion.js";
import { type Vector3Tuple } from "../../math/vector3.js";

/** One node of a rig at rest, in the rig's own right-handed rest space (any heading, any unit). */
export interface IRigNode {
    /** Name as the file states it. */
    readonly name: string;
    /** Index of the parent in the same list, or -1; parents precede children. */
    readonly parent: number;
    /** Rest position in rest space. */
    readonly position: Vector3Tuple;
    /** Rest rotation in rest space, xyzw, free of scale. */
    readonly rotation: QuaternionTuple;
}

/** A skeleton at rest: what name mapping and calibration look at, whatever file it came from. */
export type RestRig = readonly IRigNode[];
