import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import {
    AngleBetweenQuaternions,
    IdentityQuaternion,
    InvertQuaternion,
    MultiplyQuaternion,
    NormalizeQuaternion,
    RotateVector3,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { AngleBetweenVector3, SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type IRigMapping } from "./mapRig.js";
import { type RestRig } from "./restRig.js";

const Degrees = Math.PI / 180;
/** Rest rotations this small are the identity, written with few digits. */
const IdentityWithin = 0.05 * Degrees;
/** Chains of a T-pose: shoulder to wrist along ±x, hip to ankle along −y. The published rests are 5° and 3° off. */
const ArmWithin = 15 * Degrees;
const LegWithin = 12 * Degrees;
/** Bodies of other shapes and sexes differ from the neutral one by this much, on the mean of all bones. */
const ShapeWithin = 8 * Degrees;

/** Names of the 22 body joints in files of the family: `left_hip`, `L_Hip`, `m_avg_L_Hip`, `LeftHip`. */
const SmplTemplate = "smplx";

/**
 * Published offsets from the parent at rest, metres, of the neutral SMPL body, left half and middle: how its crooked rest
 * is told from another skeleton with the same number of joints.
 */
const NeutralOffsets: Readonly<Partial<Record<SmplxJointName, Vector3Tuple>>> = {
    left_hip: [0.0695, -0.0914, -0.0068],
    spine1: [-0.0025, 0.109, -0.0267],
    left_knee: [0.0343, -0.3752, -0.0045],
    spine2: [0.0055, 0.1352, 0.0011],
    left_ankle: [-0.0136, -0.398, -0.0437],
    spine3: [0.0015, 0.0529, 0.0254],
    left_foot: [0.0264, -0.0558, 0.1193],
    neck: [-0.0028, 0.2139, -0.0429],
    left_collar: [0.0788, 0.1217, -0.0341],
    head: [0.0052, 0.065, 0.0513],
    left_shoulder: [0.091, 0.0305, -0.0089],
    left_elbow: [0.2596, -0.0128, -0.0275],
    left_wrist: [0.2492, 0.009, -0.0012],
};

/**
 * Whether a rig has the joints of an SMPL body, by name or by the published offsets. They lie beside the middle of straight
 * limbs, so that the lines between them are crooked where no joint is bent.
 *
 * @param toBody rotation from rest space to the axes of the body
 */
export function HasSmplJoints(rig: RestRig, mapping: IRigMapping, toBody: QuaternionTuple): boolean {
    return mapping.template === SmplTemplate || HasNeutralShape(rig, mapping.nodes, StepsOf(rig, toBody));
}

/**
 * Whether the local rotations of an SMPL body are SMPL pose parameters: all nodes rest in one rotation, along whose axes the
 * body stands in a T-pose by its chains. That rotation is the identity, or where a node above turns the whole rig, that
 * node's. Such a motion needs no calibration; its rotations are those of the avatar's joints.
 *
 * @param heading rotation from rest space to canonical axes
 */
export function HoldsSmplParameters(rig: RestRig, { nodes }: IRigMapping, heading: QuaternionTuple): boolean {
    const common = RestRotation(rig, nodes);
    const isAsCommon = (node: number): boolean =>
        AngleBetweenQuaternions(NormalizeQuaternion(rig[node]!.rotation), common) < IdentityWithin;
    return (
        AngleBetweenQuaternions(MultiplyQuaternion(heading, common), IdentityQuaternion) < ArmWithin &&
        Object.values(nodes).every(isAsCommon) &&
        IsTPose(nodes, StepsOf(rig, InvertQuaternion(common)))
    );
}

/** Rotation from rest space to canonical axes of a rig that {@link HoldsSmplParameters}: by its nodes, not by their places. */
export function SmplHeading(rig: RestRig, { nodes }: IRigMapping): QuaternionTuple {
    return InvertQuaternion(RestRotation(rig, nodes));
}

function RestRotation(rig: RestRig, nodes: IRigMapping["nodes"]): QuaternionTuple {
    return nodes.pelvis === undefined ? IdentityQuaternion : NormalizeQuaternion(rig[nodes.pelvis]!.rotation);
}

/** From one node to another at rest, in the axes of the body. */
type Step = (from: number, to: number) => Vector3Tuple;

function StepsOf(rig: RestRig, toBody: QuaternionTuple): Step {
    return (from, to) => RotateVector3(toBody, SubtractVector3(rig[to]!.position, rig[from]!.position));
}

function IsTPose(nodes: IRigMapping["nodes"], step: Step): boolean {
    const along = (from: SmplxJointName, to: SmplxJointName): Vector3Tuple => step(nodes[from]!, nodes[to]!);
    return (["left", "right"] as const).every(
        (side) =>
            AngleBetweenVector3(along(`${side}_shoulder`, `${side}_wrist`), [side === "left" ? 1 : -1, 0, 0]) <
                ArmWithin && AngleBetweenVector3(along(`${side}_hip`, `${side}_ankle`), [0, -1, 0]) < LegWithin,
    );
}

function HasNeutralShape(rig: RestRig, nodes: IRigMapping["nodes"], step: Step): boolean {
    let sum = 0;
    let count = 0;
    for (const [joint, offset] of Object.entries(NeutralOffsets) as [SmplxJointName, Vector3Tuple][]) {
        const parent = SmplxJointNames[SmplxJointParents[SmplxJointNames.indexOf(joint)]!]!;
        for (const side of joint.startsWith("left_") ? (["left_", "right_"] as const) : (["left_"] as const)) {
            const own = nodes[joint.replace("left_", side) as SmplxJointName];
            const above = nodes[parent.replace("left_", side) as SmplxJointName];
            if (own === undefined || above === undefined || rig[own]!.parent !== above) {
                return false;
            }
            const published: Vector3Tuple = side === "right_" ? [-offset[0], offset[1], offset[2]] : offset;
            sum += AngleBetweenVector3(step(above, own), published);
            count++;
        }
    }
    return sum / count < ShapeWithin;
}
