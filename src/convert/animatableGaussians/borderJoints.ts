import { SmplxJointNames, SmplxJointParents } from "../../format/bodyModel.js";
import { NeutralSmplxSkeleton } from "../../animation/pose/neutralSkeleton.js";
import { CanonicalPose, JointCount, RotationMatrix } from "./jointMatrices.js";
import { type ITemplate } from "./template.js";

/** Least share of points, each counted by both weights, that tell where a border is. */
const LeastBorder = 0.5;

/** Joints whose border with the head is no plane through the joint. */
const Face = (["jaw", "left_eye", "right_eye"] as const).map((name) => SmplxJointNames.indexOf(name));

const Hips = (["left_hip", "right_hip"] as const).map((name) => SmplxJointNames.indexOf(name)) as [number, number];

/** Middles of what joints share with their parents. */
export interface IJointBorders {
    /** [55,3] in the canonical body, metres. */
    readonly middles: Float64Array;
    /** [55] 1 where there is such a border that tells where the joint is. */
    readonly isFound: Float64Array;
}

/**
 * Finds the points that a joint shares with its parent, by the skinning weights.
 *
 * @param template the body in its canonical pose
 * @param weights [N,55] skinning weights
 * @returns where they are
 */
export function FindJointBorders({ positions }: ITemplate, weights: Float32Array): IJointBorders {
    const middles = new Float64Array(JointCount * 3);
    const found = new Float64Array(JointCount);
    for (let point = 0; point * 3 < positions.length; point++) {
        for (let joint = 1; joint < JointCount; joint++) {
            const own = weights[point * JointCount + joint]!;
            const share = own * weights[point * JointCount + SmplxJointParents[joint]!]!;
            if (share > 0) {
                found[joint]! += share;
                for (let axis = 0; axis < 3; axis++) {
                    middles[joint * 3 + axis]! += share * positions[point * 3 + axis]!;
                }
            }
        }
    }
    for (let at = 0; at < middles.length; at++) {
        middles[at]! /= Math.max(found[Math.floor(at / 3)]!, Number.MIN_VALUE);
    }
    const isFound = found.map((share, joint) => Number(share >= LeastBorder && !Face.includes(joint)));
    return { middles, isFound };
}

/**
 * Where joints lie by their borders. What these do not tell (the pelvis, jaw and eyes, joints that share no points) has the
 * proportions of the average body.
 *
 * @param borders of the joints
 * @param hips [55,3] joints of which the hips are known better; null when they are not
 * @returns [55,3] joints at rest, metres
 */
export function BorderJoints({ middles, isFound }: IJointBorders, hips: Float64Array | null): Float64Array {
    const joints = Float64Array.from(middles);
    for (const hip of Hips) {
        joints.set((hips ?? middles).subarray(hip * 3, hip * 3 + 3), hip * 3);
    }
    TurnLegsBack(joints);
    CompleteJoints(joints, isFound);
    return joints;
}

/** The legs of the canonical body are turned about the hips. */
function TurnLegsBack(joints: Float64Array): void {
    const turn = new Float64Array(9);
    for (const hip of Hips) {
        RotationMatrix(CanonicalPose, hip * 3, turn, 0);
        for (let joint = hip + 1; joint < JointCount; joint++) {
            if (IsBelow(joint, hip)) {
                const offset = [0, 1, 2].map((axis) => joints[joint * 3 + axis]! - joints[hip * 3 + axis]!);
                for (let axis = 0; axis < 3; axis++) {
                    const turned = offset.reduce((sum, value, k) => sum + turn[k * 3 + axis]! * value, 0);
                    joints[joint * 3 + axis] = joints[hip * 3 + axis]! + turned;
                }
            }
        }
    }
}

/**
 * Places joints that are not known by the proportions of the average body: the pelvis from the hips, others from their parents.
 *
 * @param joints [55,3] metres; those that are not known are overwritten
 * @param isKnown [55] 1 where a joint is known
 */
export function CompleteJoints(joints: Float64Array, isKnown: ArrayLike<number>): void {
    const { positions } = NeutralSmplxSkeleton;
    const scale = BodyScale(joints, isKnown);
    for (let axis = 0; axis < 3; axis++) {
        const middle = (of: (joint: number) => number): number => (of(Hips[0]) + of(Hips[1])) / 2;
        const neutral = positions[0]![axis]! - middle((hip) => positions[hip]![axis]!);
        joints[axis] = middle((hip) => joints[hip * 3 + axis]!) + scale * neutral;
    }
    for (let joint = 1; joint < JointCount; joint++) {
        const parent = SmplxJointParents[joint]!;
        if (isKnown[joint] !== 1 && !Hips.includes(joint)) {
            for (let axis = 0; axis < 3; axis++) {
                const offset = positions[joint]![axis]! - positions[parent]![axis]!;
                joints[joint * 3 + axis] = joints[parent * 3 + axis]! + scale * offset;
            }
        }
    }
}

/** Lengths of the bones between known joints, next to those of the average body. */
function BodyScale(joints: Float64Array, isKnown: ArrayLike<number>): number {
    const { positions } = NeutralSmplxSkeleton;
    let [own, neutral] = [0, 0];
    for (let joint = 1; joint < JointCount; joint++) {
        const parent = SmplxJointParents[joint]!;
        if (isKnown[joint] === 1 && isKnown[parent] === 1) {
            const offset = [0, 1, 2].map((axis) => joints[joint * 3 + axis]! - joints[parent * 3 + axis]!);
            own += Math.hypot(...offset);
            neutral += Math.hypot(...[0, 1, 2].map((axis) => positions[joint]![axis]! - positions[parent]![axis]!));
        }
    }
    return neutral > 0 ? own / neutral : 1;
}

function IsBelow(joint: number, ancestor: number): boolean {
    for (let at = SmplxJointParents[joint]!; at >= 0; at = SmplxJointParents[at]!) {
        if (at === ancestor) {
            return true;
        }
    }
    return false;
}
