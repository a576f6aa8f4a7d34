/**
 * Names of the 55 SMPL-X joints in the published order; a joint's index in this list is its SMPL-X number.
 * SMPL and SMPL-H bodies and stand-alone heads use subsets of these names. Parents always precede children.
 */
export const SmplxJointNames = [
    "pelvis",
    "left_hip",
    "right_hip",
    "spine1",
    "left_knee",
    "right_knee",
    "spine2",
    "left_ankle",
    "right_ankle",
    "spine3",
    "left_foot",
    "right_foot",
    "neck",
    "left_collar",
    "right_collar",
    "head",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "jaw",
    "left_eye",
    "right_eye",
    "left_index1",
    "left_index2",
    "left_index3",
    "left_middle1",
    "left_middle2",
    "left_middle3",
    "left_pinky1",
    "left_pinky2",
    "left_pinky3",
    "left_ring1",
    "left_ring2",
    "left_ring3",
    "left_thumb1",
    "left_thumb2",
    "left_thumb3",
    "right_index1",
    "right_index2",
    "right_index3",
    "right_middle1",
    "right_middle2",
    "right_middle3",
    "right_pinky1",
    "right_pinky2",
    "right_pinky3",
    "right_ring1",
    "right_ring2",
    "right_ring3",
    "right_thumb1",
    "right_thumb2",
    "right_thumb3",
] as const;

/** Name of one SMPL-X joint. */
export type SmplxJointName = (typeof SmplxJointNames)[number];

/** Parent of every SMPL-X joint, as an index into {@link SmplxJointNames}; the pelvis has -1. */
export const SmplxJointParents: readonly number[] = [
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15, 20, 25, 26, 20, 28, 29, 20,
    31, 32, 20, 34, 35, 20, 37, 38, 21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53,
];

/** The published body models an avatar's joints can follow; `custom` is a skin whose joints have other names. */
export const BodyModels = ["smplx", "smplh", "smpl", "head", "custom"] as const;

/** Which published body model an avatar's joints follow. */
export type BodyModel = (typeof BodyModels)[number];

/** Names that SMPL-X has and SMPL-H lacks. */
const FaceJoints: readonly SmplxJointName[] = ["jaw", "left_eye", "right_eye"];

/** The joints of SMPL without its two hand stubs, which have no name in SMPL-X. */
const BodyJointCount = 22;

/** The joints that each body model has; an avatar that states the model has all of them, and may have more. */
export const BodyModelJoints: Readonly<Record<BodyModel, readonly SmplxJointName[]>> = {
    smplx: SmplxJointNames,
    smplh: SmplxJointNames.filter((name) => !FaceJoints.includes(name)),
    smpl: SmplxJointNames.slice(0, BodyJointCount),
    head: ["head"],
    custom: [],
};

/**
 * The body model that joint names tell, for files that do not state one.
 *
 * @param names SMPL-X names of the joints; null for additional joints
 * @returns the richest of `smplx`, `smplh` and `smpl` whose joints are all there, or `custom`
 */
export function InferBodyModel(names: ReadonlySet<SmplxJointName | null>): BodyModel {
    const bodies = ["smplx", "smplh", "smpl"] as const;
    return bodies.find((model) => BodyModelJoints[model].every((name) => names.has(name))) ?? "custom";
}
