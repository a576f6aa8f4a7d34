import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type Vector3Tuple } from "../../math/vector3.js";
import { type BodyGroup } from "./retargetReport.js";

/** A bone whose direction is compared. */
export interface IComparedBone {
    /** Part of the body. */
    readonly group: BodyGroup;
    /** Joint that turns it, SMPL-X order. */
    readonly joint: number;
    /** Joint at its end, or -1: only its rotation tells the direction. */
    readonly end: number;
    /** Its direction in the T-pose. */
    readonly direction: Vector3Tuple;
    /** Whether the line from joint to end is that direction in a straight body: limbs and fingers, not feet. */
    readonly isLine: boolean;
}

const Index = (name: string): number => SmplxJointNames.indexOf(name as SmplxJointName);

function BonesOf(side: "left" | "right"): IComparedBone[] {
    const out = side === "left" ? 1 : -1;
    const bone = (
        group: BodyGroup,
        from: string,
        to: string,
        direction: Vector3Tuple,
        isLine = true,
    ): IComparedBone => ({
        group,
        joint: Index(`${side}_${from}`),
        end: Index(`${side}_${to}`),
        direction,
        isLine,
    });
    const fingers = ["index", "middle", "ring", "pinky", "thumb"].flatMap((finger) =>
        [1, 2].map((k) =>
            bone(
                "fingers",
                `${finger}${k}`,
                `${finger}${k + 1}`,
                finger === "thumb" ? [out * Math.SQRT1_2, 0, Math.SQRT1_2] : [out, 0, 0],
                finger !== "thumb",
            ),
        ),
    );
    return [
        bone("arms", "shoulder", "elbow", [out, 0, 0]),
        bone("arms", "elbow", "wrist", [out, 0, 0]),
        bone("hands", "wrist", "middle1", [out, 0, 0]),
        bone("legs", "hip", "knee", [0, -1, 0]),
        bone("legs", "knee", "ankle", [0, -1, 0]),
        bone("feet", "ankle", "foot", [0, 0, 1], false),
        ...fingers,
    ];
}

/**
 * Bones of limbs, hands and feet; lines of hips and shoulders, lower and upper trunk, and where the head looks. Lines between
 * the joints of trunks are as crooked as a skeleton likes, so those are compared by rotations.
 */
export const ComparedBones: readonly IComparedBone[] = [
    ...BonesOf("left"),
    ...BonesOf("right"),
    Frame("torso", "pelvis", [1, 0, 0]),
    Frame("torso", "pelvis", [0, 1, 0]),
    Frame("torso", "spine3", [1, 0, 0]),
    Frame("torso", "spine3", [0, 1, 0]),
    Frame("head", "head", [0, 0, 1]),
    Frame("head", "head", [0, 1, 0]),
];

function Frame(group: BodyGroup, joint: SmplxJointName, direction: Vector3Tuple): IComparedBone {
    return { group, joint: Index(joint), end: -1, direction, isLine: false };
}

/** Joints whose rotations are compared, by part; collars are left out: they rest as every rig likes. */
export const ComparedRotations: readonly (readonly [BodyGroup, number])[] = SmplxJointNames.flatMap(
    (name, joint): (readonly [BodyGroup, number])[] => {
        const group = GroupOf(name);
        return group ? [[group, joint]] : [];
    },
);

function GroupOf(name: SmplxJointName): BodyGroup | null {
    const groups: readonly (readonly [RegExp, BodyGroup])[] = [
        [/^(pelvis|spine3)$/, "torso"],
        [/^head$/, "head"],
        [/(shoulder|elbow)$/, "arms"],
        [/wrist$/, "hands"],
        [/[123]$/, "fingers"],
        [/(hip|knee)$/, "legs"],
        [/(ankle|foot)$/, "feet"],
    ];
    return groups.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Joints whose positions are compared: what every rig has. */
export const ComparedPositions: readonly number[] = ["hip", "knee", "ankle", "foot", "shoulder", "elbow", "wrist"]
    .flatMap((part) => [Index(`left_${part}`), Index(`right_${part}`)])
    .concat(Index("neck"), Index("head"));

/** Limbs from root over the middle to the end. */
export const ComparedLimbs: readonly (readonly [number, number, number])[] = (["left", "right"] as const).flatMap(
    (side) => [
        [Index(`${side}_shoulder`), Index(`${side}_elbow`), Index(`${side}_wrist`)] as const,
        [Index(`${side}_hip`), Index(`${side}_knee`), Index(`${side}_ankle`)] as const,
    ],
);
