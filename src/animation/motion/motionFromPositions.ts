import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { RotatePacked } from "../../math/packedQuaternion.js";
import { SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyPose } from "../pose/bodyPose.js";
import { MeasureAvatarBody } from "../pose/measureAvatarBody.js";
import { NeutralJoints } from "../pose/neutralJoints.js";
import { type IRigNode, type RestRig } from "../rig/restRig.js";
import { BodyPoints } from "./bodyPoints.js";
import { FrameMotion } from "./frameMotion.js";
import { type IMotion } from "./motion.js";
import { FindMotionGround, LiftRig } from "./motionGround.js";
import { PoseFromPositions } from "./poseFromPositions.js";
import { RigPose } from "./rigPose.js";
import { type SmplUpAxis, ToYUp } from "./smplUpAxis.js";

type JointNodes = Readonly<Partial<Record<SmplxJointName, number>>>;

const Up: Vector3Tuple = [0, 1, 0];
/** Joints of the trunk and the limbs, which every body has; fingers and face are there when the file has them. */
const BodyJoints = 22;

/**
 * Makes a motion of the places of joints alone, on the average body: for files whose rotations mean nothing because nothing
 * tells what they start from.
 *
 * @param motion the motion, of whatever rest
 * @param nodes nodes of its joints
 * @param leg length of its leg, in its unit
 * @param up axis of its world that points up
 * @param warnings what there is to say about it
 * @returns the motion, metres, y up, its nodes named as in the file; null when hips and shoulders span no body
 */
export function MotionFromPositions(
    motion: IMotion,
    nodes: JointNodes,
    leg: number,
    up: SmplUpAxis,
    warnings: readonly string[],
): IMotion | null {
    const body = MeasureAvatarBody(NeutralJoints);
    const joints = SmplxJointNames.flatMap((name, joint) =>
        joint < BodyJoints || nodes[name] !== undefined ? [joint] : [],
    );
    const frames = leg > 0 ? SolveFrames(motion, nodes, joints, body, body.legLength / leg, up) : null;
    if (!frames) {
        return null;
    }
    const rig = RigOfBody(joints, body, (joint) => motion.rig[nodes[joint] ?? -1]?.name ?? joint);
    const offsets = rig.flatMap(({ parent, position }) => [
        ...(parent < 0 ? position : SubtractVector3(position, rig[parent]!.position)),
    ]);
    const humanoid: JointNodes = Object.fromEntries(joints.map((joint, node) => [SmplxJointNames[joint]!, node]));
    const turned = joints.map((_, node) => node);
    const { name, frameRate } = motion;
    const source = { name, frameRate, rig, humanoid, warnings, offsets, turned, moved: [0], ...frames };
    const ground = FindMotionGround(new FrameMotion(source), humanoid, Up);
    return new FrameMotion({ ...source, rig: LiftRig(rig, Up, ground) });
}

/** Some joints of a body as a rig; a map that the user made for the file's names goes on working. */
function RigOfBody(
    joints: readonly number[],
    { restPositions }: IAvatarBody,
    nameOf: (joint: SmplxJointName) => string,
): RestRig {
    return joints.map((joint): IRigNode => {
        const [x, y, z] = restPositions.subarray(joint * 3, joint * 3 + 3);
        return {
            name: nameOf(SmplxJointNames[joint]!),
            parent: joints.indexOf(SmplxJointParents[joint]!),
            position: [x!, y!, z!],
            rotation: [0, 0, 0, 1],
        };
    });
}

/** Poses of the body in all frames, in order; null when the first one shows no body. */
function SolveFrames(
    motion: IMotion,
    nodes: JointNodes,
    joints: readonly number[],
    body: IAvatarBody,
    scale: number,
    up: SmplUpAxis,
): { readonly frameCount: number; readonly rotations: Float32Array; readonly translations: Float64Array } | null {
    const frameCount = Math.round(motion.duration * motion.frameRate) + 1;
    const rotations = new Float32Array(frameCount * joints.length * 4);
    const translations = new Float64Array(frameCount * 3);
    const [solver, points, pose] = [new PoseFromPositions(body), new BodyPoints(), new BodyPose()];
    const source = new RigPose(motion.rig.length);
    const upright = ToYUp[up] ?? Float64Array.of(0, 0, 0, 1);
    const place = new Float64Array(3);
    for (let frame = 0; frame < frameCount; frame++) {
        motion.sample(frame / motion.frameRate, source);
        points.clear();
        for (const joint of joints) {
            const node = nodes[SmplxJointNames[joint]!];
            if (node !== undefined) {
                RotatePacked(upright, 0, source.positions, node * 3, place, 0);
                points.set(joint, place[0]! * scale, place[1]! * scale, place[2]! * scale);
            }
        }
        // A later frame without a body, of bones that change their length, keeps the pose before it.
        if (!solver.solve(points, pose) && frame === 0) {
            return null;
        }
        joints.forEach((joint, i) => {
            rotations.set(pose.rotations.subarray(joint * 4, joint * 4 + 4), (frame * joints.length + i) * 4);
        });
        translations.set(pose.pelvis, frame * 3);
    }
    return { frameCount, rotations, translations };
}
