import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { MotionFileError } from "./motionFileError.js";
import { FormatShape, type INpyArray } from "./npy.js";

/** Where a run of joints lies in an array of axis-angle vectors. */
export interface IPoseSlice {
    /** Name of the array. */
    readonly array: string;
    /** Number of a row at which it begins. */
    readonly offset: number;
    /** Joints of three angles each. */
    readonly joints: readonly SmplxJointName[];
}

const Body = SmplxJointNames.slice(1, 22);
const LeftHand = SmplxJointNames.slice(25, 40);
const RightHand = SmplxJointNames.slice(40, 55);

/** Layouts of the array `poses` by its width: SMPL (whose hand joints 22 and 23 have no like), SMPL-H and SMPL-X. */
const PoseLayouts: Readonly<Record<number, readonly Omit<IPoseSlice, "array">[]>> = {
    72: [{ offset: 0, joints: SmplxJointNames.slice(0, 22) }],
    156: [
        { offset: 0, joints: SmplxJointNames.slice(0, 22) },
        { offset: 66, joints: LeftHand },
        { offset: 111, joints: RightHand },
    ],
    165: [{ offset: 0, joints: SmplxJointNames }],
};

/** Arrays of their own, in the names of the motion sets and of the body models' parameter files. */
const SplitArrays: readonly IPoseSlice[] = [
    ...["root_orient", "global_orient"].map((array) => ({ array, offset: 0, joints: ["pelvis"] as const })),
    ...["pose_body", "body_pose"].map((array) => ({ array, offset: 0, joints: Body })),
    ...["pose_jaw", "jaw_pose"].map((array) => ({ array, offset: 0, joints: ["jaw"] as const })),
    { array: "pose_eye", offset: 0, joints: ["left_eye", "right_eye"] },
    { array: "leye_pose", offset: 0, joints: ["left_eye"] },
    { array: "reye_pose", offset: 0, joints: ["right_eye"] },
    { array: "pose_hand", offset: 0, joints: [...LeftHand, ...RightHand] },
    { array: "left_hand_pose", offset: 0, joints: LeftHand },
    { array: "right_hand_pose", offset: 0, joints: RightHand },
];

/** Names of the arrays that may hold a pose. */
export const PoseArrayNames: readonly string[] = ["poses", ...SplitArrays.map(({ array }) => array)];

/**
 * Finds the arrays of a file that hold its pose.
 *
 * @param arrays the arrays of the file
 * @returns at least one slice; `poses` alone where it is there
 * @throws {@link MotionFileError} `missing-array`, `wrong-shape`, or `duplicate-joint` when two arrays turn a joint
 */
export function FindPoseSlices(arrays: ReadonlyMap<string, INpyArray>): readonly IPoseSlice[] {
    const poses = arrays.get("poses");
    if (poses) {
        const layout = poses.shape.length === 2 ? PoseLayouts[poses.shape[1]!] : undefined;
        if (!layout || poses.shape[0] === 0) {
            throw new MotionFileError(
                "wrong-shape",
                `Array "poses" has the shape ${FormatShape(poses.shape)}: (T, 72), (T, 156) or (T, 165) with T ≥ 1 is expected.`,
            );
        }
        return layout.map((slice) => ({ array: "poses", ...slice }));
    }
    const slices = SplitArrays.filter(({ array }) => arrays.has(array));
    if (slices.length === 0) {
        throw new MotionFileError(
            "missing-array",
            'The file holds no pose: it needs "poses", or "root_orient" and "pose_body", or "global_orient" and "body_pose".',
        );
    }
    RequireOneArrayEach(slices);
    return slices;
}

/** Both spellings in one file may hold different worlds: camera and ground, for example. */
function RequireOneArrayEach(slices: readonly IPoseSlice[]): void {
    for (const [i, { array, joints }] of slices.entries()) {
        for (const other of slices.slice(0, i)) {
            const joint = joints.find((name) => other.joints.includes(name));
            if (joint !== undefined) {
                throw new MotionFileError(
                    "duplicate-joint",
                    `Arrays "${other.array}" and "${array}" both turn the joint "${joint}": save the file with one of them.`,
                );
            }
        }
    }
}
