import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    AngleBetweenVector3,
    LerpVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type RestRig } from "../rig/restRig.js";

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
 * bones along one axis in their zero pose, others begin in the middle of a movement.
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
    if (!(AngleBetweenVector3(trunk, along(hips, at("head"))) < Standing.trunk)) {
        return "the head is not above the hips";
    }
    for (const side of ["left", "right"] as const) {
        const [hip, knee, ankle] = [at(`${side}_hip`), at(`${side}_knee`), at(`${side}_ankle`)];
        const [shoulder, elbow, wrist] = [at(`${side}_shoulder`), at(`${side}_elbow`), at(`${side}_wrist`)];
        if (AngleBetweenVector3(along(hip, ankle), down) > Standing.leg) {
            return `the ${side} leg does not point down`;
        }
        if (AngleBetweenVector3(along(hip, knee), along(knee, ankle)) > Standing.knee) {
            return `the ${side} knee is bent`;
        }
        if (AngleBetweenVector3(along(shoulder, elbow), trunk) < Standing.armUp) {
            return `the ${side} arm is raised`;
        }
        if (AngleBetweenVector3(along(shoulder, elbow), along(elbow, wrist)) > Standing.elbow) {
            return `the ${side} elbow is bent`;
        }
    }
    return null;
}
