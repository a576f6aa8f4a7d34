import { type IBoneName } from "./boneName.js";
import { type JointNodes } from "./matchNames.js";
import { type RigTree } from "./rigTree.js";
import { AngleBetweenVector3, SubtractVector3 } from "../../math/vector3.js";

const NeckWords = /^(neck|首|cuello|kubi)/;
/** Serial bones of one limb segment lie on its line; a bone off it by more than this is no part of the segment. */
const SerialWithin = (20 * Math.PI) / 180;

/** Bones between the end points of the trunk. */
export interface ITrunk {
    /** Nodes strictly between pelvis and neck, bottom up. */
    readonly spine: readonly number[];
    /** Nodes from the first neck bone to below the head, bottom up. */
    readonly neck: readonly number[];
}

/** Finds spine and neck, of any number of bones, between the mapped pelvis and head. */
export function FindTrunk(tree: RigTree, names: readonly IBoneName[], nodes: JointNodes): ITrunk {
    const { pelvis, head } = nodes;
    if (pelvis === undefined || head === undefined || pelvis === head) {
        return { spine: [], neck: [] };
    }
    // The spine may leave a root above the pelvis, which then only carries the legs.
    const path = tree.between(tree.commonAncestor(pelvis, head), head);
    const arms = [nodes.left_collar ?? nodes.left_shoulder, nodes.right_collar ?? nodes.right_shoulder];
    const chest =
        arms[0] === undefined || arms[1] === undefined ? -1 : path.indexOf(tree.commonAncestor(arms[0], arms[1]));
    const named = path.findIndex((i) => i === nodes.neck || NeckWords.test(names[i]!.base));
    const from = named >= 0 ? named : chest >= 0 ? chest + 1 : path.length;
    return { spine: path.slice(0, from), neck: path.slice(from) };
}

/**
 * The first node of the spine becomes spine1, the last spine3 (it carries the shoulders), the one nearest the middle
 * spine2; the first node of the neck is the neck.
 */
export function AddTrunk(tree: RigTree, nodes: JointNodes, { spine, neck }: ITrunk): void {
    const [first, last] = [spine[0], spine.at(-1)];
    if (first !== undefined && last !== undefined) {
        nodes.spine1 ??= first;
        if (spine.length > 1) {
            nodes.spine3 ??= last;
        }
        if (spine.length > 2) {
            const imbalance = (i: number): number => Math.abs(tree.distance(i, first) - tree.distance(i, last));
            nodes.spine2 ??= spine.slice(1, -1).reduce((a, b) => (imbalance(b) < imbalance(a) ? b : a));
        }
    }
    if (neck[0] !== undefined) {
        nodes.neck ??= neck[0];
    }
}

/** Last of the serial bones that share a limb segment (bend and twist, `.L` and `.L.001`), by the segment's joint. */
export function FindSerialEnds(tree: RigTree, nodes: JointNodes): JointNodes {
    const ends: JointNodes = {};
    for (const side of ["left", "right"] as const) {
        for (const [from, to] of [
            ["shoulder", "elbow"],
            ["elbow", "wrist"],
            ["hip", "knee"],
            ["knee", "ankle"],
        ] as const) {
            const [start, end] = [nodes[`${side}_${from}`], nodes[`${side}_${to}`]];
            if (start === undefined || end === undefined || !tree.isBelow(start, end)) {
                continue;
            }
            const whole = SubtractVector3(tree.at(end), tree.at(start));
            const serial = tree
                .between(start, end)
                .filter(
                    (i) =>
                        !tree.broken.has(i) &&
                        AngleBetweenVector3(SubtractVector3(tree.at(i), tree.at(start)), whole) < SerialWithin,
                );
            const last = serial.at(-1);
            if (last !== undefined) {
                ends[`${side}_${from}`] = last;
            }
        }
    }
    return ends;
}
