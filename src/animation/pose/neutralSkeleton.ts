import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { AddVector3, SubtractVector3, type Vector3Tuple } from "../../math/vector3.js";
import { GenericSkeleton } from "../rig/genericSkeleton.js";

/**
 * Offsets of the joints of the average bodies from their parents, metres; the pelvis' own from the origin of the body
 * model. Published in permissively licensed simulation descriptions: SMPL neutral, SMPL-X neutral.
 */
const Offsets: Readonly<Partial<Record<SmplxJointName, readonly [smpl: Vector3Tuple, smplx: Vector3Tuple]>>> = {
    pelvis: [
        [-0.0018, -0.2233, 0.0282],
        [0.0031, -0.3514, 0.012],
    ],
    left_hip: [
        [0.0695, -0.0914, -0.0068],
        [0.0582, -0.0928, -0.026],
    ],
    right_hip: [
        [-0.0677, -0.0905, -0.0043],
        [-0.0633, -0.1039, -0.0213],
    ],
    spine1: [
        [-0.0025, 0.109, -0.0267],
        [-0.0028, 0.1099, -0.0276],
    ],
    left_knee: [
        [0.0343, -0.3752, -0.0045],
        [0.0547, -0.3788, -0.0094],
    ],
    right_knee: [
        [-0.0383, -0.3826, -0.0089],
        [-0.0442, -0.3624, -0.0168],
    ],
    spine2: [
        [0.0055, 0.1352, 0.0011],
        [0.0094, 0.1319, -0.0059],
    ],
    left_ankle: [
        [-0.0136, -0.398, -0.0437],
        [-0.0435, -0.4031, -0.0319],
    ],
    right_ankle: [
        [0.0158, -0.3984, -0.0423],
        [0.0154, -0.4107, -0.0202],
    ],
    spine3: [
        [0.0015, 0.0529, 0.0254],
        [-0.0113, 0.0522, 0.0284],
    ],
    left_foot: [
        [0.0264, -0.0558, 0.1193],
        [0.0473, -0.058, 0.1182],
    ],
    right_foot: [
        [-0.0254, -0.0481, 0.1233],
        [-0.0388, -0.0583, 0.119],
    ],
    neck: [
        [-0.0028, 0.2139, -0.0429],
        [-0.0122, 0.1652, -0.0316],
    ],
    left_collar: [
        [0.0788, 0.1217, -0.0341],
        [0.0464, 0.0849, -0.0072],
    ],
    right_collar: [
        [-0.0818, 0.1188, -0.0386],
        [-0.0477, 0.0843, -0.0134],
    ],
    head: [
        [0.0052, 0.065, 0.0513],
        [0.0248, 0.1605, 0.0207],
    ],
    left_shoulder: [
        [0.091, 0.0305, -0.0089],
        [0.1192, 0.0577, -0.0155],
    ],
    right_shoulder: [
        [-0.096, 0.0326, -0.0091],
        [-0.1026, 0.0535, -0.0127],
    ],
    left_elbow: [
        [0.2596, -0.0128, -0.0275],
        [0.2541, -0.0722, -0.0425],
    ],
    right_elbow: [
        [-0.2537, -0.0133, -0.0214],
        [-0.2711, -0.0365, -0.0265],
    ],
    left_wrist: [
        [0.2492, 0.009, -0.0012],
        [0.252, 0.0232, -0.0025],
    ],
    right_wrist: [
        [-0.2553, 0.0078, -0.0056],
        [-0.2493, -0.0045, -0.0153],
    ],
};

/** The soles are this far below the lower toe joint, metres. */
const SoleBelowToes = 0.025;

/** A body of the SMPL family at rest, in the space of its model: the origin is where the model has it, not on the floor. */
export interface INeutralSkeleton {
    /** [55] joints at rest, metres, SMPL-X order; fingers, jaw and eyes are the generic skeleton's. */
    readonly positions: readonly Vector3Tuple[];
    /** Height of the soles, below 0. */
    readonly floor: number;
}

function NeutralSkeleton(model: 0 | 1): INeutralSkeleton {
    const positions: Vector3Tuple[] = [];
    SmplxJointNames.forEach((name, joint) => {
        const parent = SmplxJointParents[joint]!;
        const offset = Offsets[name]?.[model] ?? SubtractVector3(GenericSkeleton[joint]!, GenericSkeleton[parent]!);
        positions.push(parent < 0 ? offset : AddVector3(positions[parent]!, offset));
    });
    const toes = (["left_foot", "right_foot"] as const).map((name) => positions[SmplxJointNames.indexOf(name)]![1]);
    return { positions, floor: Math.min(...toes) - SoleBelowToes };
}

/** The average body of SMPL and SMPL-H. */
export const NeutralSmplSkeleton: INeutralSkeleton = NeutralSkeleton(0);

/** The average body of SMPL-X. */
export const NeutralSmplxSkeleton: INeutralSkeleton = NeutralSkeleton(1);
