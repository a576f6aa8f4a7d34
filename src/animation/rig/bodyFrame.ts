import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    InvertQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxes,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import {
    AddVector3,
    CrossVector3,
    DotVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IRigMapping } from "./mapRig.js";
import { type RestRig } from "./restRig.js";

/** cos 30°: a body that leans further from every axis does not stand along any. */
const UpSnap = 0.866;
/** cos 10°: a body that faces nearly along an axis was meant to. */
const HeadingSnap = Math.cos((10 * Math.PI) / 180);

/** Where a body at rest faces. */
export interface IBodyFrame {
    /** Rotation from rest space to canonical axes; whole quarter turns where the body nearly stands so. */
    readonly heading: QuaternionTuple;
    /** Small yaw that the heading leaves: canonical axes → axes of the body itself. */
    readonly turn: QuaternionTuple;
}

/** x from the lines of hips and shoulders, y from feet to head snapped to the nearest axis, z = x × y. */
export function FindBodyFrame(rig: RestRig, mapping: IRigMapping): IBodyFrame {
    const at = (joint: SmplxJointName): Vector3Tuple => rig[mapping.nodes[joint]!]!.position;
    const feet = LerpVector3(at("left_ankle"), at("right_ankle"), 0.5);
    const up = SnapToAxis(NormalizeVector3(SubtractVector3(at("head"), feet), [0, 1, 0]), UpSnap);
    const across = AddVector3(
        SubtractVector3(at("left_hip"), at("right_hip")),
        SubtractVector3(at("left_shoulder"), at("right_shoulder")),
    );
    const x = NormalizeVector3(SubtractVector3(across, ScaleVector3(up, DotVector3(across, up))), AnyAcross(up));
    const snapped = SnapToAxis(x, HeadingSnap);
    // Both snapped to axes, or neither: an axis that is not at right angles to the upright is no heading.
    const isSquare = Math.abs(DotVector3(snapped, up)) < 1e-9;
    const body = FromAxes(x, up);
    const heading = isSquare ? FromAxes(snapped, up) : body;
    return { heading, turn: MultiplyQuaternion(body, InvertQuaternion(heading)) };
}

/** Rotation that takes the given directions to x and y. */
function FromAxes(x: Vector3Tuple, y: Vector3Tuple): QuaternionTuple {
    return InvertQuaternion(QuaternionFromAxes(x, y, CrossVector3(x, y)));
}

function AnyAcross(up: Vector3Tuple): Vector3Tuple {
    const helper: Vector3Tuple = Math.abs(up[2]) < UpSnap ? [0, 0, 1] : [0, 1, 0];
    return NormalizeVector3(CrossVector3(up, helper), [1, 0, 0]);
}

function SnapToAxis(direction: Vector3Tuple, within: number): Vector3Tuple {
    const largest = direction.map(Math.abs).indexOf(Math.max(...direction.map(Math.abs)));
    if (Math.abs(direction[largest]!) < within) {
        return direction;
    }
    const axis: [number, number, number] = [0, 0, 0];
    axis[largest] = Math.sign(direction[largest]!);
    return axis;
}
