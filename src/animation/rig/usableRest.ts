import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    AngleBetweenVector3,
    LengthVector3,
    LerpVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type RestRig } from "./restRig.js";

const Degrees = Math.PI / 180;
/** What a person who stands in a T-, A- or N-pose does not exceed: angles of the joints, of modelling and posture. */
const Standing = {
    trunk: 40 * Degrees,
    leg: 35 * Degrees,
    knee: 40 * Degrees,
    armUp: 60 * Degrees,
    elbow: 75 * Degrees,
};

/**
 * Whether a pose can be a rest pose: a person who stands upright with the arms out or down. Some recordings stretch all
 * bones along one axis in their zero pose, others begin in the middle of a movement. Bones without a length point nowhere
 * and are no fault of the pose.
 *
 * @param rig the pose
 * @param nodes nodes of the joints
 * @returns what is wrong with it, for a message, or null
 */
export function FindRestFault(rig: RestRig, nodes: Readonly<Partial<Record<SmplxJointName, number>>>): string | null {
    const at = (joint: SmplxJointName): Vector3Tuple => rig[nodes[joint]!]!.position;
    const along = (from: Vector3Tuple, to: Vector3Tuple): Vector3Tuple => SubtractVector3(to, from);
    const hips = LerpVector3(at("left_hip"), at("right_hip"), 0.5);
    const shoulders = LerpVector3(at("left_shoulder"), at("right_shoulder"), 0.5);
    const trunk = along(hips, shoulders);
    const down = ScaleVector3(trunk, -1);
    if (AngleOf(trunk, along(hips, at("head"))) > Standing.trunk) {
        return "the head is not above the hips";
    }
    for (const side of ["left", "right"] as const) {
        const [hip, knee, ankle] = [at(`${side}_hip`), at(`${side}_knee`), at(`${side}_ankle`)];
        const [shoulder, elbow, wrist] = [at(`${side}_shoulder`), at(`${side}_elbow`), at(`${side}_wrist`)];
        if (AngleOf(along(hip, ankle), down) > Standing.leg) {
            return `the ${side} leg does not point down`;
        }
        if (AngleOf(along(hip, knee), along(knee, ankle)) > Standing.knee) {
            return `the ${side} knee is bent`;
        }
        if (AngleOf(along(shoulder, elbow), trunk) < Standing.armUp) {
            return `the ${side} arm is raised`;
        }
        if (AngleOf(along(shoulder, elbow), along(elbow, wrist)) > Standing.elbow) {
            return `the ${side} elbow is bent`;
        }
    }
    return null;
}

/** Angle of two directions; NaN, which is neither too large nor too small, where one of them has no length. */
function AngleOf(a: Vector3Tuple, b: Vector3Tuple): number {
    return LengthVector3(a) > 0 && LengthVector3(b) > 0 ? AngleBetweenVector3(a, b) : NaN;
}
