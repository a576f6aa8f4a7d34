import { type SmplxJointName } from "../../format/bodyModel.js";
import { type Vector3Tuple, AddVector3, DotVector3, ScaleVector3 } from "../../math/vector3.js";
import { StraightLegLength } from "../pose/legLength.js";
import { type RestRig } from "../rig/restRig.js";
import { type IMotion } from "./motion.js";
import { RigPose } from "./rigPose.js";

/** Points of time at which feet are looked at; enough for steps, few enough for long recordings. */
const MaxSamples = 240;
/** The feet stand in at least this share of a clip: the lowest twentieth is the ground, outliers apart. */
const StandingShare = 0.05;
/** Share of the leg by which a recorded ground is off without meaning it: 2 cm of an adult. */
const SameGround = 0.025;

const Feet = ["left_ankle", "right_ankle", "left_foot", "right_foot"] as const;

/**
 * How far the rig at rest must be lifted to stand on the ground of a motion. Recordings have their own: files of the SMPL
 * family rest about the origin of their model and may move about any camera, BVH files rest about the hips.
 *
 * @param motion the motion, its rig standing on height 0
 * @param nodes nodes of the joints
 * @param up unit vector
 * @returns units of the rig along `up`; 0 when the ground of the motion is 0 within 2 cm of an adult
 */
export function FindMotionGround(
    motion: IMotion,
    nodes: Readonly<Partial<Record<SmplxJointName, number>>>,
    up: Vector3Tuple,
): number {
    const { rig } = motion;
    const feet = Feet.flatMap((name) => nodes[name] ?? []);
    const pose = new RigPose(rig.length);
    const samples = Math.min(MaxSamples, Math.round(motion.duration * motion.frameRate) + 1);
    const heights = Array.from({ length: samples }, (_, i) => {
        motion.sample(samples > 1 ? (motion.duration * i) / (samples - 1) : 0, pose);
        return Math.min(
            ...feet.map((node) => {
                const [x, y, z] = pose.positions.subarray(node * 3, node * 3 + 3);
                return DotVector3([x!, y!, z!], up) - DotVector3(rig[node]!.position, up);
            }),
        );
    }).sort((a, b) => a - b);
    const ground = heights[Math.floor(heights.length * StandingShare)] ?? 0;
    const leg = LegLength(rig, nodes);
    return Number.isFinite(ground) && Math.abs(ground) > SameGround * leg ? ground : 0;
}

/**
 * Length of the left leg at rest, in the rig's unit.
 *
 * @param rig the rig
 * @param nodes nodes of its joints
 * @returns the length, 0 when joints are missing
 */
export function LegLength(rig: RestRig, nodes: Readonly<Partial<Record<SmplxJointName, number>>>): number {
    const [hip, knee, ankle] = [nodes.left_hip, nodes.left_knee, nodes.left_ankle];
    if (hip === undefined || knee === undefined || ankle === undefined) {
        return 0;
    }
    return StraightLegLength(rig[hip]!.position, rig[knee]!.position, rig[ankle]!.position);
}

/**
 * The same rig, moved along an axis.
 *
 * @param rig the rig
 * @param up unit vector
 * @param height units of the rig
 * @returns the moved rig
 */
export function LiftRig(rig: RestRig, up: Vector3Tuple, height: number): RestRig {
    return rig.map((node) => ({ ...node, position: AddVector3(node.position, ScaleVector3(up, height)) }));
}
