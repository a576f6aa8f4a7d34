import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type Vector3Tuple } from "../../math/vector3.js";

/** Rest positions of an average adult in the canonical T-pose, metres, floor at y = 0; left half and middle. */
const HalfSkeleton: Readonly<Partial<Record<SmplxJointName, Vector3Tuple>>> = {
    pelvis: [0, 0.95, 0],
    left_hip: [0.085, 0.871, 0],
    spine1: [0, 1.055, -0.01],
    left_knee: [0.085, 0.477, -0.00492],
    spine2: [0, 1.185, -0.012],
    left_ankle: [0.085, 0.07, -0.01],
    spine3: [0, 1.24, -0.005],
    left_foot: [0.085, 0.025, 0.12],
    neck: [0, 1.42, -0.01],
    left_collar: [0.06, 1.355, -0.005],
    head: [0, 1.52, 0.015],
    left_shoulder: [0.175, 1.37, -0.01],
    left_elbow: [0.42, 1.37, -0.01],
    left_wrist: [0.66, 1.37, -0.01],
    jaw: [0, 1.52, 0.04],
    left_eye: [0.031, 1.565, 0.09],
    left_index1: [0.755, 1.37, 0.016],
    left_index2: [0.789, 1.37, 0.016],
    left_index3: [0.812, 1.37, 0.016],
    left_middle1: [0.758, 1.37, -0.007],
    left_middle2: [0.796, 1.37, -0.007],
    left_middle3: [0.823, 1.37, -0.007],
    left_pinky1: [0.745, 1.366, -0.048],
    left_pinky2: [0.77, 1.366, -0.048],
    left_pinky3: [0.788, 1.366, -0.048],
    left_ring1: [0.752, 1.37, -0.028],
    left_ring2: [0.787, 1.37, -0.028],
    left_ring3: [0.812, 1.37, -0.028],
    left_thumb1: [0.688, 1.358, 0.02],
    left_thumb2: [0.711, 1.358, 0.043],
    left_thumb3: [0.733, 1.358, 0.065],
};

/**
 * Rest positions of the 55 SMPL-X joints of a generic, symmetric adult of 1.7 m in the canonical T-pose, metres.
 * A fallback for joints that a rig lacks, and a test object; an avatar's own joints always win.
 */
export const GenericSkeleton: readonly Vector3Tuple[] = SmplxJointNames.map((name) => {
    const own = HalfSkeleton[name];
    const [x, y, z] = own ?? HalfSkeleton[name.replace("right_", "left_") as SmplxJointName]!;
    return own ? own : [-x, y, z];
});
