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
import { NeutralOffsets } from "./neutralOffsets.js";
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
    for (const [i, joint] of SmplxJointNames.entries()) {
        const offset = NeutralOffsets[joint]?.[0];
        const parent = SmplxJointNames[SmplxJointParents[i]!];
        if (offset === undefined || parent === undefined) {
            continue;
        }
        const [own, above] = [nodes[joint], nodes[parent]];
        if (own === undefined || above === undefined || rig[own]!.parent !== above) {
            return false;
        }
        sum += AngleBetweenVector3(step(above, own), offset);
        count++;
    }
    return sum / count < ShapeWithin;
}
