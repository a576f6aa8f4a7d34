import { SmplxJointNames } from "../../src/format/bodyModel.js";

/** Left and middle joints of the generic adult rest skeleton: canonical T-pose, metres, floor at y = 0. Right = mirrored x. */
const LeftAndMiddle: Readonly<Record<string, readonly [number, number, number]>> = {
    pelvis: [0, 0.95, 0],
    left_hip: [0.085, 0.871, 0],
    spine1: [0, 1.055, -0.01],
    left_knee: [0.085, 0.477, 0],
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

/** Rest position of each of the 55 SMPL-X joints of a symmetric average adult: SMPL space, metres, in SMPL-X order. */
export const GenericJointPositions: readonly (readonly [number, number, number])[] = SmplxJointNames.map((name) => {
    const [x, y, z] = LeftAndMiddle[name.replace(/^right_/, "left_")]!;
    return [name.startsWith("right_") ? -x : x, y, z];
});
