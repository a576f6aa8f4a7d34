import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import {
    AddVector3,
    CrossVector3,
    DistanceVector3,
    DotVector3,
    LerpVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type JointNodes } from "./matchNames.js";
import { type RigTree } from "./rigTree.js";

/** Joints that change sides together. */
const LimbGroups: Readonly<Record<string, RegExp>> = {
    arms: /_(collar|shoulder|elbow|wrist|thumb|index|middle|ring|pinky)/,
    legs: /_(hip|knee|ankle|foot)/,
    eyes: /_eye/,
};
/** Left and right must be on the wrong sides by this share of the height (1 cm of an adult) to be exchanged. */
const LeastOffset = 0.01 / 1.7;
/** Where hips lie between feet (0) and head (1) of anybody who stands; small robots have long legs, giants short ones. */
const HipsBetween = { low: 0.15, high: 0.85 } as const;
/** Cosine of the angle between the line of the hips and the upright, above which the body does not stand. */
const MostHipLean = 0.5;

/**
 * Puts left and right where the body has them, whatever the names say: toes, eyes and thumbs point forward, and the left
 * is where forward × up is not.
 *
 * @param tables joint tables that are exchanged together, the first is looked at
 * @returns what was exchanged, for people
 */
export function ExchangeSides(tree: RigTree, tables: readonly JointNodes[]): string[] {
    const nodes = tables[0]!;
    const warnings: string[] = [];
    if (!HasStance(tree, nodes) || HasLooseFeet(tree, nodes)) {
        return warnings;
    }
    const across = AcrossOf(tree, nodes);
    const height = DistanceVector3(At(tree, nodes, "head"), At(tree, nodes, "left_ankle"));
    const groups = Object.entries(LimbGroups).flatMap(([name, pattern]) => {
        const apart = across ? ApartOf(tree, nodes, pattern, across) : null;
        return apart === null ? [] : [{ name, pattern, isWrong: apart < -LeastOffset * height }];
    });
    const wrong = groups.filter((group) => group.isWrong);
    for (const { pattern } of wrong) {
        tables.forEach((table) => Exchange(table, pattern));
    }
    const remedy = "Rename the bones, or name the joints yourself, if that is wrong.";
    if (wrong.length > 0 && wrong.length === groups.length) {
        warnings.push(
            `Left and right bone names disagree with the direction of the feet: the sides were exchanged. ${remedy}`,
        );
    } else {
        for (const { name } of wrong) {
            warnings.push(`The ${name} named left are on the right side of the body: they were exchanged. ${remedy}`);
        }
    }
    return warnings;
}

/** How far the named left is to the left of the named right, where they are furthest apart; null when neither is mapped. */
function ApartOf(tree: RigTree, nodes: JointNodes, group: RegExp, across: Vector3Tuple): number | null {
    let furthest: number | null = null;
    for (const [joint, node] of Object.entries(nodes)) {
        const twin = nodes[joint.replace("left_", "right_") as SmplxJointName];
        if (joint.startsWith("left_") && group.test(joint) && twin !== undefined) {
            const apart = DotVector3(SubtractVector3(tree.at(node), tree.at(twin)), across);
            furthest = Math.abs(apart) > Math.abs(furthest ?? 0) ? apart : furthest;
        }
    }
    return furthest;
}

/** Whether the rest pose has an up and an across: some files stretch all bones along one axis. */
function HasStance(tree: RigTree, nodes: JointNodes): boolean {
    const up = UpOf(tree, nodes);
    const { left_hip: left, right_hip: right } = nodes;
    if (!up || left === undefined || right === undefined) {
        return false;
    }
    const hips = SubtractVector3(LerpVector3(tree.at(left), tree.at(right), 0.5), At(tree, nodes, "left_ankle"));
    const share = DotVector3(hips, up) / DotVector3(up, up);
    const across = SubtractVector3(tree.at(left), tree.at(right));
    const lean = Math.abs(DotVector3(across, up)) / Math.hypot(...across) / Math.hypot(...up);
    return share > HipsBetween.low && share < HipsBetween.high && lean < MostHipLean;
}

/** Whether feet are controls that do not hang on their legs: those point anywhere, and hands of such rigs lie anyhow. */
function HasLooseFeet(tree: RigTree, nodes: JointNodes): boolean {
    return (["left", "right"] as const).some((side) => {
        const [knee, ankle, foot] = [nodes[`${side}_knee`], nodes[`${side}_ankle`], nodes[`${side}_foot`]];
        const hangs = (upper: number | undefined, lower: number | undefined): boolean =>
            upper === undefined || lower === undefined || tree.isBelow(upper, lower);
        return !hangs(knee, ankle) || !hangs(ankle, foot);
    });
}

function At(tree: RigTree, nodes: JointNodes, joint: SmplxJointName): Vector3Tuple {
    return tree.at(nodes[joint]!);
}

/** Unit direction to the left as toes and face tell it, not names; null without a body. */
function AcrossOf(tree: RigTree, nodes: JointNodes): Vector3Tuple | null {
    const forward = ForwardHints(tree, nodes);
    const up = UpOf(tree, nodes);
    const across = up && CrossVector3(up, forward);
    const length = across ? Math.hypot(...across) : 0;
    return across && length > 0 ? ScaleVector3(across, 1 / length) : null;
}

function UpOf(tree: RigTree, nodes: JointNodes): Vector3Tuple | null {
    const { head, left_ankle: left, right_ankle: right } = nodes;
    return head === undefined || left === undefined || right === undefined
        ? null
        : SubtractVector3(tree.at(head), LerpVector3(tree.at(left), tree.at(right), 0.5));
}

/** Sum of what points forward on a body: toes, else eyes and jaw before the head, else thumbs before the other fingers. */
function ForwardHints(tree: RigTree, nodes: JointNodes): Vector3Tuple {
    let forward: Vector3Tuple = [0, 0, 0];
    const add = (from: number | undefined, to: number | undefined): void => {
        if (from !== undefined && to !== undefined && !tree.broken.has(from) && !tree.broken.has(to)) {
            forward = AddVector3(forward, SubtractVector3(tree.at(to), tree.at(from)));
        }
    };
    for (const side of ["left", "right"] as const) {
        const ankle = nodes[`${side}_ankle`];
        add(ankle, nodes[`${side}_foot`] ?? (ankle === undefined ? undefined : tree.children[ankle]![0]));
    }
    const hinted = (): boolean => {
        const up = UpOf(tree, nodes)!;
        const flat = SubtractVector3(forward, ScaleVector3(up, DotVector3(forward, up) / DotVector3(up, up)));
        return DotVector3(flat, flat) > LeastOffset ** 2 * DotVector3(up, up);
    };
    if (UpOf(tree, nodes) && !hinted()) {
        forward = [0, 0, 0];
        for (const joint of ["left_eye", "right_eye", "jaw"] as const) {
            add(nodes.head, nodes[joint]);
        }
    }
    if (UpOf(tree, nodes) && !hinted()) {
        forward = [0, 0, 0];
        for (const side of ["left", "right"] as const) {
            add(nodes[`${side}_pinky1`] ?? nodes[`${side}_ring1`], nodes[`${side}_thumb2`]);
        }
    }
    return forward;
}

function Exchange(table: JointNodes, pattern: RegExp): void {
    for (const right of SmplxJointNames) {
        if (right.startsWith("right_") && pattern.test(right)) {
            const left = right.replace("right_", "left_") as SmplxJointName;
            const [a, b] = [table[left], table[right]];
            delete table[left];
            delete table[right];
            if (b !== undefined) {
                table[left] = b;
            }
            if (a !== undefined) {
                table[right] = a;
            }
        }
    }
}
