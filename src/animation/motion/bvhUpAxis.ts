import { type SmplxJointName } from "../../format/bodyModel.js";
import { MultiplyQuaternion, RotateVector3, ShortestRotation, type QuaternionTuple } from "../../math/quaternion.js";
import {
    AddVector3,
    DotVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type RestRig } from "../rig/restRig.js";
import { type IMotion } from "./motion.js";
import { RigPose } from "./rigPose.js";
import { type SmplUpAxis } from "./smplUpAxis.js";

type JointNodes = Readonly<Partial<Record<SmplxJointName, number>>>;

/** Axes that can point up, by name. */
export const UpAxes: Readonly<Record<SmplUpAxis, Vector3Tuple>> = { y: [0, 1, 0], z: [0, 0, 1], "-y": [0, -1, 0] };

/** Points of time at which the motion is looked at. */
const Samples = 60;
/** Cosine of the mean lean from an axis up to which people stand along it. */
const Standing = 0.7;

/**
 * Axis along which a skeleton stands at rest.
 *
 * @param rig the skeleton at rest
 * @param nodes nodes of its joints
 * @returns unit vector from the ankles to the head, snapped to the nearest axis
 */
export function FindRestUp(rig: RestRig, nodes: JointNodes): Vector3Tuple {
    const at = (joint: SmplxJointName): Vector3Tuple => rig[nodes[joint]!]!.position;
    return NearestAxis(SubtractVector3(at("head"), LerpVector3(at("left_ankle"), at("right_ankle"), 0.5)));
}

/**
 * The skeleton as a whole turned so that it stands along another axis.
 *
 * @param rig the skeleton at rest
 * @param from unit vector along which it stands
 * @param to unit vector along which it shall stand
 */
export function StandRig(rig: RestRig, from: Vector3Tuple, to: Vector3Tuple): RestRig {
    if (DotVector3(from, to) > Standing) {
        return rig;
    }
    // Upside down is a camera's y down, which is half a turn about x.
    const turn: QuaternionTuple = DotVector3(from, to) < -Standing ? [1, 0, 0, 0] : ShortestRotation(from, to);
    return rig.map((node) => ({
        ...node,
        position: RotateVector3(turn, node.position),
        rotation: MultiplyQuaternion(turn, node.rotation),
    }));
}

/**
 * Whether a motion stands along another axis than its skeleton at rest: some exporters keep the skeleton y up and turn it
 * into a z-up world by its root. A clip of a person who lies looks the same, so that nothing is decided here.
 *
 * @param motion the motion
 * @param nodes nodes of the joints
 * @param up unit vector along which the skeleton rests
 * @returns a sentence that names the remedy, or null
 */
export function DescribeOtherUp(motion: IMotion, nodes: JointNodes, up: Vector3Tuple): string | null {
    const mean = MeanUpright(motion, nodes, "hip");
    const stands = NearestAxis(mean);
    if (DotVector3(mean, stands) < Standing || DotVector3(stands, up) > Standing) {
        return null;
    }
    return (
        `The skeleton rests along ${NameOf(up)}, but the person is along ${NameOf(stands)} most of the time. Unless she ` +
        "lies, state the `upAxis` of the file."
    );
}

/**
 * Axis that people stand along most of the time, in a motion whose rest tells nothing.
 *
 * @param motion the motion
 * @param nodes nodes of the joints
 */
export function FindMotionUp(motion: IMotion, nodes: JointNodes): SmplUpAxis {
    const mean = MeanUpright(motion, nodes, "ankle");
    const along = (axis: SmplUpAxis): number => DotVector3(mean, UpAxes[axis]);
    return (Object.keys(UpAxes) as SmplUpAxis[]).reduce((a, b) => (along(b) > along(a) ? b : a));
}

/** Mean of the unit vectors from hips or ankles to the head. */
function MeanUpright(motion: IMotion, nodes: JointNodes, low: "hip" | "ankle"): Vector3Tuple {
    const pose = new RigPose(motion.rig.length);
    const at = (joint: SmplxJointName): Vector3Tuple => {
        const [x, y, z] = pose.positions.subarray(nodes[joint]! * 3, nodes[joint]! * 3 + 3);
        return [x!, y!, z!];
    };
    let mean: Vector3Tuple = [0, 0, 0];
    for (let i = 0; i < Samples; i++) {
        motion.sample((motion.duration * i) / (Samples - 1), pose);
        const upright = SubtractVector3(at("head"), LerpVector3(at(`left_${low}`), at(`right_${low}`), 0.5));
        mean = AddVector3(mean, ScaleVector3(NormalizeVector3(upright), 1 / Samples));
    }
    return mean;
}

function NearestAxis(direction: Vector3Tuple): Vector3Tuple {
    const sizes = direction.map(Math.abs);
    const largest = sizes.indexOf(Math.max(...sizes));
    const axis: [number, number, number] = [0, 0, 0];
    axis[largest] = Math.sign(direction[largest]!);
    return axis;
}

function NameOf(axis: Vector3Tuple): string {
    const at = axis.findIndex((value) => value !== 0);
    return `${axis[at]! < 0 ? "−" : ""}${"xyz"[at]!}`;
}
