import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { type BoneSide, type IBoneName } from "./boneName.js";
import { type RigTree } from "./rigTree.js";
import {
    type BodyPart,
    CarrierOf,
    CentreParts,
    type IRigTemplate,
    JointsOfPart,
    RequiredParts,
    RigTemplates,
    WordsByMeaning,
} from "./rigTemplates.js";

/** Nodes by joint while a mapping is being made. */
export type JointNodes = Partial<Record<SmplxJointName, number>>;

/** What names tell of a rig. */
export interface INameMatch {
    /** Name of the best family. */
    readonly template: string;
    /** Joints whose name is one of the family's. */
    readonly exact: JointNodes;
    /** Further joints, by the meaning of their name. */
    readonly byMeaning: JointNodes;
}

/** Share of the required joints that make a family of names. */
const FamilyShare = 0.9;

/** Base word → nodes that have it, the most bone-like first. */
type WordIndex = ReadonlyMap<string, readonly number[]>;

/**
 * Finds body joints by name among some nodes of a rig.
 *
 * @param tree the rig
 * @param names its names, in the order of the rig
 * @param among nodes to look at, in the order of the rig
 */
export function MatchNames(tree: RigTree, names: readonly IBoneName[], among: readonly number[]): INameMatch {
    const index = IndexWords(tree, names, among);
    const matches = RigTemplates.map((template) => MatchTemplate(tree, index, template, {}));
    let best = 0;
    matches.forEach((match, i) => {
        if (RequiredCount(match) > RequiredCount(matches[best]!)) {
            best = i;
        }
    });
    // A family that fits half-way would mislead: its `leg` may be another's. Then words speak first, each for itself.
    const fits = RequiredCount(matches[best]!) >= FamilyShare * RequiredJoints.length;
    const exact = fits ? matches[best]! : {};
    const words = MatchTemplate(tree, index, WordsByMeaning, exact);
    const all = fits ? words : MatchTemplate(tree, index, RigTemplates[best]!, words);
    for (const side of ["left", "right"] as const) {
        PreferWrist(tree, names, all, exact, side);
    }
    const byMeaning = Object.fromEntries(Object.entries(all).filter(([joint]) => !(joint in exact))) as JointNodes;
    return { template: fits ? RigTemplates[best]!.name : WordsByMeaning.name, exact, byMeaning };
}

/** Joints of all required parts. */
export const RequiredJoints: readonly SmplxJointName[] = RequiredParts.flatMap(JointsOfPart);

/** How many of the required joints a mapping has. */
export function RequiredCount(nodes: JointNodes): number {
    return RequiredJoints.filter((joint) => nodes[joint] !== undefined).length;
}

function IndexWords(tree: RigTree, names: readonly IBoneName[], among: readonly number[]): WordIndex {
    const index = new Map<string, number[]>();
    for (const i of among) {
        const { base, side } = names[i]!;
        if (base !== "" && !tree.broken.has(i)) {
            const key = `${side} ${base}`;
            const same = index.get(key);
            if (same) {
                same.push(i);
            } else {
                index.set(key, [i]);
            }
        }
    }
    for (const nodes of index.values()) {
        nodes.sort((a, b) => names[a]!.rank - names[b]!.rank || a - b);
    }
    return index;
}

/** Adds to the joints that are known those whose names a template lists; one node is never two joints. */
function MatchTemplate(tree: RigTree, index: WordIndex, template: IRigTemplate, known: JointNodes): JointNodes {
    const nodes: JointNodes = { ...known };
    const used = new Set(Object.values(nodes));
    for (const part of Object.keys(template.words) as BodyPart[]) {
        for (const joint of JointsOfPart(part)) {
            if (nodes[joint] !== undefined) {
                continue;
            }
            const carrier = CarrierOf[part];
            const above = carrier === undefined ? nodes.pelvis : nodes[Sibling(joint, carrier)];
            const candidates = template.words[part]
                .flatMap((word) => index.get(`${SideOf(joint)} ${word}`) ?? [])
                .filter((node) => !used.has(node));
            const below = candidates.find((node) => above === undefined || tree.isBelow(above, node));
            // Feet may hang on control chains of their own; a hand off its arm is another bone.
            const loose = carrier === undefined || part === "ankle" ? candidates[0] : undefined;
            const found = below ?? loose;
            if (found !== undefined) {
                nodes[joint] = found;
                used.add(found);
            }
        }
    }
    return nodes;
}

/** Where a rig has both a wrist and a hand below it, the joint is the wrist. */
function PreferWrist(
    tree: RigTree,
    names: readonly IBoneName[],
    all: JointNodes,
    exact: JointNodes,
    side: "left" | "right",
): void {
    const [elbow, hand] = [all[`${side}_elbow`], all[`${side}_wrist`]];
    if (elbow === undefined || hand === undefined || !tree.isBelow(elbow, hand)) {
        return;
    }
    const wrist = tree.between(elbow, hand).find((i) => names[i]!.base === "wrist" && !tree.broken.has(i));
    if (wrist !== undefined) {
        all[`${side}_wrist`] = wrist;
        delete exact[`${side}_wrist`];
    }
}

/** Side of the body that a joint is on. */
export function SideOf(joint: SmplxJointName): BoneSide {
    return joint.startsWith("left_") ? "left" : joint.startsWith("right_") ? "right" : "centre";
}

/** Joint of another part on the same side. */
function Sibling(joint: SmplxJointName, part: BodyPart): SmplxJointName {
    const name = CentreParts.includes(part) ? part : `${SideOf(joint)}_${part}`;
    return SmplxJointNames.find((other) => other === name)!;
}
