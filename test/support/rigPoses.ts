import { GenericSkeleton } from "../../src/animation/rig/genericSkeleton.js";
import { type IRigNode } from "../../src/animation/rig/restRig.js";
import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../src/format/bodyModel.js";
import {
    IdentityQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    QuaternionFromAxisAngle,
    RotateVector3,
    type QuaternionTuple,
} from "../../src/math/quaternion.js";
import { AddVector3, ScaleVector3, SubtractVector3, type Vector3Tuple } from "../../src/math/vector3.js";

/** How the generic skeleton is re-posed and re-written; angles in degrees. */
export interface IPosedRigOptions {
    /** Arms below the horizontal. */
    readonly arms?: number;
    /** Elbows, forwards. */
    readonly elbows?: number;
    /** Each phalanx of the four fingers, towards the palm. */
    readonly curl?: number;
    /** Legs outwards. */
    readonly legs?: number;
    /** Rotation of the whole character. */
    readonly heading?: QuaternionTuple;
    /** Length of a metre in the unit of the rig. */
    readonly scale?: number;
    /** Gives every node local axes of its own. */
    readonly axes?: (node: number) => QuaternionTuple;
    /** Name of a joint in the rig. */
    readonly rename?: (joint: SmplxJointName) => string;
}

const Degrees = Math.PI / 180;

/** Local rotation of a joint in the pose, parent's axes. */
function PoseOf(
    joint: SmplxJointName,
    { arms = 0, elbows = 0, curl = 0, legs = 0 }: IPosedRigOptions,
): QuaternionTuple {
    const sign = joint.startsWith("left") ? 1 : -1;
    const part = joint.replace(/^(left|right)_/, "");
    if (part === "shoulder") {
        return QuaternionFromAxisAngle([0, 0, 1], -sign * arms * Degrees);
    }
    if (part === "elbow") {
        return QuaternionFromAxisAngle([0, 1, 0], -sign * elbows * Degrees);
    }
    if (part === "hip") {
        return QuaternionFromAxisAngle([0, 0, 1], sign * legs * Degrees);
    }
    if (part === "ankle") {
        return QuaternionFromAxisAngle([0, 0, 1], -sign * legs * Degrees);
    }
    return /^(index|middle|ring|pinky)[123]$/.test(part)
        ? QuaternionFromAxisAngle([0, 0, 1], -sign * curl * Degrees)
        : IdentityQuaternion;
}

/** The generic skeleton as somebody else's rig at rest. */
export function PosedRig(options: IPosedRigOptions = {}): IRigNode[] {
    const {
        heading = IdentityQuaternion,
        scale = 1,
        axes = () => IdentityQuaternion,
        rename = (name) => name,
    } = options;
    const world: QuaternionTuple[] = [];
    const positions: Vector3Tuple[] = [];
    return SmplxJointNames.map((name, j) => {
        const parent = SmplxJointParents[j]!;
        const above = world[parent] ?? heading;
        const offset =
            parent < 0 ? GenericSkeleton[j]! : SubtractVector3(GenericSkeleton[j]!, GenericSkeleton[parent]!);
        world.push(NormalizeQuaternion(MultiplyQuaternion(above, PoseOf(name, options))));
        positions.push(AddVector3(positions[parent] ?? [0, 0, 0], RotateVector3(above, offset)));
        return {
            name: rename(name),
            parent,
            position: ScaleVector3(positions[j]!, scale),
            rotation: NormalizeQuaternion(MultiplyQuaternion(world[j]!, axes(j))),
        };
    });
}

/** What brings each segment of the re-posed skeleton back into the T-pose, in the axes of the skeleton. */
export function PosedRotations(options: IPosedRigOptions): QuaternionTuple[] {
    return PosedRig({ ...options, heading: IdentityQuaternion, axes: () => IdentityQuaternion }).map((n) => n.rotation);
}
