import { type SmplxJointName } from "../../format/bodyModel.js";
import { type IBoneName, ParseBoneNames } from "./boneName.js";
import { FindFingers } from "./findFingers.js";
import { MatchNames, RequiredCount, RequiredJoints, type INameMatch, type JointNodes } from "./matchNames.js";
import { AddTrunk, FindSerialEnds, FindTrunk } from "./rigChains.js";
import { RigError } from "./rigError.js";
import { ExchangeSides } from "./rigSides.js";
import { FindBodyByTopology } from "./rigTopology.js";
import { RigTree } from "./rigTree.js";
import { type RestRig } from "./restRig.js";
import { ValidateMapping } from "./validateMapping.js";

/** Which node of a rig plays which SMPL-X joint: plain data, meant to be looked at, stored and corrected. */
export interface IRigMapping {
    /** Name of the best fitting family of rigs, for example `mixamo`; `generic` for words of none, `topology` for no words. */
    readonly template: string;
    /** Node index of every SMPL-X joint that was found. */
    readonly nodes: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Node that ends a chain (not a joint itself), by its last joint: finger tips, toe ends, top of the head. */
    readonly tips: Readonly<Partial<Record<SmplxJointName, number>>>;
    /**
     * Last bone of a limb segment that is split into several serial ones (bend and twist), by joint: the segment begins at
     * `nodes`, and is turned as this one is.
     */
    readonly ends: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** All nodes strictly between pelvis and neck, bottom up; any number. */
    readonly spine: readonly number[];
    /** All nodes from the neck's first one to below the head, bottom up; any number. */
    readonly neck: readonly number[];
    /**
     * How sure each joint is, 0..1: 1 named by the caller or the file, 0.95 by a known family's name, 0.8 by the meaning of
     * its name, 0.7 by its place in a named chain, 0.6 by geometry; 0.3 less where the result does not look like a body.
     */
    readonly jointConfidence: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Mean confidence of the required joints, a missing one counting as 0. Above 0.75 nobody needs to look. */
    readonly confidence: number;
    /** Required joints that were not found; a non-empty list makes the rig unusable. */
    readonly missing: readonly SmplxJointName[];
    /** Remarks for people, each with a remedy, for example sides that had to be exchanged. */
    readonly warnings: readonly string[];
}

/** Nodes that are known, and joints (null) that are known to have none. */
export type ExplicitJoints = Readonly<Partial<Record<SmplxJointName, number | null>>>;

const Confidence = { explicit: 1, exact: 0.95, meaning: 0.8, chain: 0.7, topology: 0.6 } as const;
const SuspectPenalty = 0.3;
/** A tree of fewer nodes is a prop. */
const LeastNodes = 9;
/** Names that give fewer of the required joints than this share are no help; the body's shape decides alone. */
const TrustedNames = 0.5;

/**
 * Finds the SMPL-X joints of a rig by names, by hierarchy, and where names say nothing by shape. Same rig, same result;
 * about a millisecond for 100 nodes.
 *
 * @param rig nodes at rest; nodes without a name are no bones (unless all are nameless)
 * @param explicit nodes that are known already (a VRM humanoid block, a user's map), null for joints without one; they
 * win over everything. The sides of a rig with explicit arms or legs are taken as they are.
 * @param moving nodes that move: of several skeletons alike, the one that does is taken
 * @returns the mapping, with `missing` joints when the rig is no complete body: see {@link RequireJoints}
 * @throws RigError `rig-cyclic` or `rig-invalid-parent` when the list is no tree
 * @example
 * ```ts
 * const mapping = MapRig(rig);
 * console.log(mapping.template, mapping.confidence, mapping.warnings);
 * ```
 */
export function MapRig(rig: RestRig, explicit: ExplicitJoints = {}, moving?: ReadonlySet<number>): IRigMapping {
    const tree = new RigTree(rig);
    RequireNodes(rig, explicit);
    const names = ParseBoneNames(rig.map((node) => node.name));
    const warnings = WarnOfInvalidNodes(tree);
    const { among, match } = ChooseBody(tree, names, warnings, moving);
    const given = Object.fromEntries(Object.entries(explicit).filter(([, node]) => node !== null)) as JointNodes;
    const body = MergeSources(tree, among, match, given);
    const { nodes } = body;
    const tips: JointNodes = {};
    const found = new Set(Object.keys(nodes));
    AddTrunk(tree, nodes, FindTrunk(tree, names, nodes));
    FindFingers(tree, names, "left", nodes, tips);
    FindFingers(tree, names, "right", nodes, tips);
    if (!Object.keys(given).some((joint) => joint.includes("_"))) {
        warnings.push(...ExchangeSides(tree, [nodes, tips]));
    }
    AddTips(tree, names, nodes, tips);
    for (const joint of Object.keys(explicit) as SmplxJointName[]) {
        if (explicit[joint] === null) {
            delete nodes[joint];
            delete tips[joint];
        }
    }
    const missing = RequiredJoints.filter((joint) => nodes[joint] === undefined);
    const faults = ValidateMapping(tree, nodes);
    const jointConfidence: Partial<Record<SmplxJointName, number>> = {};
    for (const joint of Object.keys(nodes) as SmplxJointName[]) {
        const base = found.has(joint) ? (body.confidence[joint] ?? Confidence.chain) : Confidence.chain;
        jointConfidence[joint] = base - (faults.suspects.has(joint) ? SuspectPenalty : 0);
    }
    const sum = RequiredJoints.reduce((total, joint) => total + (jointConfidence[joint] ?? 0), 0);
    return {
        template: body.template,
        nodes,
        tips,
        ends: FindSerialEnds(tree, nodes),
        ...FindTrunk(tree, names, nodes),
        jointConfidence,
        confidence: sum / RequiredJoints.length,
        missing,
        warnings: [...warnings, ...faults.warnings],
    };
}

/**
 * Refuses a mapping that lacks required joints.
 *
 * @throws RigError naming the joints that were not found
 */
export function RequireJoints(mapping: IRigMapping, rigName: string): void {
    if (mapping.missing.length > 0) {
        const found = RequiredJoints.length - mapping.missing.length;
        const what =
            found < RequiredJoints.length * TrustedNames
                ? `does not look like a humanoid: ${found} of ${RequiredJoints.length} required joints were found, missing are`
                : "has no node for the required joints";
        throw new RigError(
            "rig-joints-missing",
            `The rig of "${rigName}" ${what} ${mapping.missing.join(", ")} (best match: ${mapping.template} names). ` +
                ["Rename the bones to a known scheme, or pass a joint map.", ...mapping.warnings].join(" "),
        );
    }
}

function RequireNodes(rig: RestRig, explicit: ExplicitJoints): void {
    for (const [joint, node] of Object.entries(explicit)) {
        if (node !== null && !(Number.isInteger(node) && node >= 0 && node < rig.length)) {
            throw new RigError(
                "rig-unknown-node",
                `Joint "${joint}" is given as node ${node}, but the rig has ${rig.length} nodes, counted from 0.`,
            );
        }
    }
}

/** A rig may hold several trees: props, a second skeleton. The most human one is taken, of equals the one that moves most. */
function ChooseBody(
    tree: RigTree,
    names: readonly IBoneName[],
    warnings: string[],
    moving: ReadonlySet<number> = new Set(),
): { among: readonly number[]; match: INameMatch } {
    const all = { among: [...tree.rig.keys()], match: MatchNames(tree, names, [...tree.rig.keys()]) };
    const count = ({ match }: typeof all): number => RequiredCount({ ...match.byMeaning, ...match.exact });
    const trees = tree.roots.map((root) => tree.subtree(root)).filter((nodes) => nodes.length >= LeastNodes);
    if (tree.roots.length < 2 || trees.length === 0) {
        return all;
    }
    const bodies = trees.map((among) => ({ among, match: MatchNames(tree, names, among) }));
    const moved = ({ among }: typeof all): number => among.filter((node) => moving.has(node)).length;
    const best = bodies.reduce((a, b) => ((count(b) - count(a) || moved(b) - moved(a)) > 0 ? b : a));
    const others = bodies.filter((body) => body !== best && count(body) > RequiredJoints.length * TrustedNames);
    if (others.length > 0 && count(best) === RequiredJoints.length) {
        warnings.push(
            `There are ${others.length + 1} skeletons; the one below "${tree.rig[best.among[0]!]!.name}" is used. ` +
                "Pass the nodes of one character, or name the joints yourself, if another is meant.",
        );
    }
    return count(best) >= count(all) ? best : all;
}

interface IBody {
    readonly template: string;
    readonly nodes: JointNodes;
    readonly confidence: Readonly<Partial<Record<SmplxJointName, number>>>;
}

/** Explicit nodes first, then names, then what the shape of the rig tells where names leave required joints open. */
function MergeSources(tree: RigTree, among: readonly number[], match: INameMatch, explicit: JointNodes): IBody {
    const nodes: JointNodes = {};
    const confidence: Partial<Record<SmplxJointName, number>> = {};
    const used = new Set<number>();
    const add = (source: JointNodes, weight: number): void => {
        for (const [joint, node] of Object.entries(source) as [SmplxJointName, number][]) {
            if (nodes[joint] === undefined && !used.has(node)) {
                nodes[joint] = node;
                confidence[joint] = weight;
                used.add(node);
            }
        }
    };
    add(explicit, Confidence.explicit);
    const named = RequiredCount({ ...match.byMeaning, ...match.exact, ...explicit });
    const shape = named < RequiredJoints.length ? FindBodyByTopology(tree, among) : {};
    const isShapeBetter = named < RequiredJoints.length * TrustedNames && RequiredCount(shape) > named;
    if (!isShapeBetter) {
        add(match.exact, Confidence.exact);
        add(match.byMeaning, Confidence.meaning);
    }
    add(InNamedSides(shape, nodes), Confidence.topology);
    return { template: isShapeBetter ? "topology" : match.template, nodes, confidence };
}

/** The joints found by shape, with left and right as the names that are known have them. */
function InNamedSides(shape: JointNodes, named: JointNodes): JointNodes {
    const isCrossed = (Object.keys(shape) as SmplxJointName[]).some(
        (joint) =>
            joint.startsWith("left_") && shape[joint] === named[joint.replace("left_", "right_") as SmplxJointName],
    );
    if (!isCrossed) {
        return shape;
    }
    const swap = { left_: "right_", right_: "left_" } as const;
    return Object.fromEntries(
        Object.entries(shape).map(([joint, node]) => [
            joint.replace(/^(left_|right_)/, (side) => swap[side as keyof typeof swap]),
            node,
        ]),
    );
}

const TopWords = /top|end|nub|tip|leaf/;

function AddTips(tree: RigTree, names: readonly IBoneName[], nodes: JointNodes, tips: JointNodes): void {
    for (const side of ["left", "right"] as const) {
        const last = nodes[`${side}_foot`] === undefined ? (`${side}_ankle` as const) : (`${side}_foot` as const);
        const node = nodes[last];
        const tip = node === undefined ? undefined : tree.children[node]!.find((i) => tree.distance(i, node) > 0);
        if (tip !== undefined) {
            tips[last] = tip;
        }
    }
    const { head } = nodes;
    const top = head === undefined ? undefined : tree.children[head]!.find((i) => TopWords.test(names[i]!.base));
    if (top !== undefined) {
        tips.head = top;
    }
}

function WarnOfInvalidNodes(tree: RigTree): string[] {
    const [first] = tree.invalid;
    return first === undefined
        ? []
        : [
              `${tree.invalid.length} nodes have a rest position or rotation that is no number ("${tree.rig[first]!.name}" is ` +
                  "the first): they are not used. Export the skeleton again.",
          ];
}
