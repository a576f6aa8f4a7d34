import { type SmplxJointName } from "../../format/bodyModel.js";
import { DistanceVector3 } from "../../math/vector3.js";
import { type JointNodes } from "./matchNames.js";
import { type RigTree } from "./rigTree.js";

/** Left and right bones that differ by more than this share of their length are worth a look. */
const SymmetryTolerance = 0.15;

/** Pairs of joints that lie below each other in any body, and the segment between them. */
const Segments = [
    ["shoulder", "elbow", "upper arm"],
    ["elbow", "wrist", "forearm"],
    ["hip", "knee", "thigh"],
    ["knee", "ankle", "shin"],
] as const;

/** What does not look like a body in a finished mapping. */
export interface IMappingFaults {
    /** One sentence each, with the remedy. */
    readonly warnings: readonly string[];
    /** Joints that one of them is about. */
    readonly suspects: ReadonlySet<SmplxJointName>;
}

/** Checks order of parents, lengths, symmetry and the order of heights. */
export function ValidateMapping(tree: RigTree, nodes: JointNodes): IMappingFaults {
    const warnings: string[] = [];
    const suspects = new Set<SmplxJointName>();
    const name = (node: number): string => `"${tree.rig[node]!.name}"`;
    for (const [from, to, segment] of Segments) {
        const lengths: number[] = [];
        for (const side of ["left", "right"] as const) {
            const [upper, lower] = [`${side}_${from}`, `${side}_${to}`] as const;
            const [start, end] = [nodes[upper], nodes[lower]];
            if (start === undefined || end === undefined) {
                continue;
            }
            const length = tree.distance(start, end);
            lengths.push(length);
            if (!(length > 0)) {
                suspects.add(upper).add(lower);
                warnings.push(
                    `The ${side} ${segment} (${name(start)} to ${name(end)}) has no length, so its direction is unknown. ` +
                        "Name the joints yourself if these are the wrong nodes.",
                );
            }
            if (!tree.isBelow(start, end)) {
                suspects.add(lower);
                warnings.push(
                    `${name(end)} (${side} ${to}) does not hang on ${name(start)} (${side} ${from}): it moves on its own. ` +
                        "Bake control bones into the clip before it is exported.",
                );
            }
        }
        const [left, right] = lengths;
        if (left && right && Math.abs(left - right) > SymmetryTolerance * Math.max(left, right)) {
            suspects.add(`left_${to}`).add(`right_${to}`);
            warnings.push(
                `The ${segment}s differ in length (${left.toPrecision(3)} and ${right.toPrecision(3)}). ` +
                    "Check that the mapped nodes are each other's mirror.",
            );
        }
    }
    CheckHeights(tree, nodes, warnings, suspects);
    return { warnings, suspects };
}

/** The head is further from the feet than from the hips. */
function CheckHeights(tree: RigTree, nodes: JointNodes, warnings: string[], suspects: Set<SmplxJointName>): void {
    const { head, left_hip: hip, left_ankle: ankle } = nodes;
    if (head === undefined || hip === undefined || ankle === undefined) {
        return;
    }
    const whole = DistanceVector3(tree.at(head), tree.at(ankle));
    if (whole <= tree.distance(head, hip) || whole <= tree.distance(hip, ankle)) {
        suspects.add("head").add("left_ankle").add("right_ankle");
        warnings.push(
            "The hips do not lie between head and feet at rest. Use a rest pose that stands upright, or name the joints yourself.",
        );
    }
}
