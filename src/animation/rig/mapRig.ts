import { AvatarError } from "../../diagnostics/avatarError.js";
import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    AddVector3,
    CrossVector3,
    DistanceVector3,
    DotVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IBoneName, ParseBoneName } from "./boneName.js";
import { FindFingers } from "./findFingers.js";
import { IsAncestorOrSelf, type RestRig } from "./restRig.js";
import { type BodyPart, CentreParts, type IRigTemplate, RequiredParts, RigTemplates } from "./rigTemplates.js";

/** Failure codes of rig mapping. */
export type RigErrorCode = "rig-joints-missing";

/** A rig that cannot be understood as a human body. */
export class RigError extends AvatarError<RigErrorCode> {}

/** Which node of a rig plays which SMPL-X joint: plain data, meant to be looked at, stored and corrected. */
export interface IRigMapping {
    /** Name of the best fitting family of rigs, for example `mixamo`. */
    readonly template: string;
    /** Node index of every SMPL-X joint that was found. */
    readonly nodes: Readonly<Partial<Record<SmplxJointName, number>>>;
    /** Node that ends a finger chain (not a joint itself), by its last joint; used to aim the last phalanx. */
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
    /** Required joints that were not found; a non-empty list makes the rig unusable. */
    readonly missing: readonly SmplxJointName[];
    /** Remarks for people, for example sides that had to be exchanged. */
    readonly warnings: readonly string[];
}

/**
 * Finds the SMPL-X joints of a rig by names and hierarchy. Deterministic; never throws: see {@link RequireJoints}.
 *
 * @param rig nodes at rest
 * @param explicit nodes that are known already (a VRM humanoid block, a user's map); they win over names
 */
export function MapRig(rig: RestRig, explicit: Readonly<Partial<Record<SmplxJointName, number>>> = {}): IRigMapping {
    const names = rig.map((node) => ParseBoneName(node.name));
    const scored = RigTemplates.map((template) => MatchTemplate(template, names));
    let best = 0;
    scored.forEach((match, i) => {
        if (match.score > scored[best]!.score) {
            best = i;
        }
    });
    const generic = scored[scored.length - 1]!.nodes;
    const nodes: Partial<Record<SmplxJointName, number>> = { ...generic, ...scored[best]!.nodes, ...explicit };
    DropSharedNodes(nodes, scored[best]!.nodes, explicit);
    const spine = FindSpine(rig, nodes, names);
    AddSpine(rig, nodes, spine);
    const tips: Partial<Record<SmplxJointName, number>> = {};
    for (const side of ["left", "right"] as const) {
        const wrist = nodes[`${side}_wrist`];
        if (wrist !== undefined) {
            FindFingers(rig, names, wrist, side, nodes, tips);
        }
    }
    const missing = RequiredParts.flatMap(JointsOfPart).filter((joint) => nodes[joint] === undefined);
    const warnings = missing.length === 0 ? ExchangeSidesIfMirrored(rig, nodes, tips) : [];
    const neck = nodes.neck === undefined ? [] : [nodes.neck];
    return { template: RigTemplates[best]!.name, nodes, tips, ends: {}, spine, neck, missing, warnings };
}

/**
 * Refuses a mapping that lacks required joints.
 *
 * @throws RigError naming the joints that were not found
 */
export function RequireJoints(mapping: IRigMapping, rigName: string): void {
    if (mapping.missing.length > 0) {
        throw new RigError(
            "rig-joints-missing",
            `The rig of "${rigName}" has no node for the required joints ${mapping.missing.join(", ")} ` +
                `(best match: ${mapping.template} names). Rename the bones to a known scheme, or pass a joint map.`,
        );
    }
}

function JointsOfPart(part: BodyPart): SmplxJointName[] {
    const names = CentreParts.includes(part) ? [part] : [`left_${part}`, `right_${part}`];
    return names as SmplxJointName[];
}

function MatchTemplate(
    template: IRigTemplate,
    names: readonly IBoneName[],
): { score: number; nodes: Partial<Record<SmplxJointName, number>> } {
    const nodes: Partial<Record<SmplxJointName, number>> = {};
    for (const part of Object.keys(template.words) as BodyPart[]) {
        for (const joint of JointsOfPart(part)) {
            const side = CentreParts.includes(part) ? "centre" : joint.startsWith("left") ? "left" : "right";
            for (const word of template.words[part]) {
                const found = names.findIndex((name) => name.base === word && name.side === side);
                if (found >= 0) {
                    nodes[joint] = found;
                    break;
                }
            }
        }
    }
    const required = RequiredParts.flatMap(JointsOfPart);
    return { score: required.filter((joint) => nodes[joint] !== undefined).length / required.length, nodes };
}

/** A node found for two joints stays with the more trusted one: explicit, then template, then words by meaning. */
function DropSharedNodes(
    nodes: Partial<Record<SmplxJointName, number>>,
    template: Readonly<Partial<Record<SmplxJointName, number>>>,
    explicit: Readonly<Partial<Record<SmplxJointName, number>>>,
): void {
    const trust = (joint: SmplxJointName): number =>
        explicit[joint] !== undefined ? 2 : template[joint] !== undefined ? 1 : 0;
    const owner = new Map<number, SmplxJointName>();
    for (const [joint, node] of Object.entries(nodes) as [SmplxJointName, number][]) {
        const other = owner.get(node);
        if (other !== undefined && trust(other) >= trust(joint)) {
            delete nodes[joint];
            continue;
        }
        if (other !== undefined) {
            delete nodes[other];
        }
        owner.set(node, joint);
    }
}

/** The spine is every node strictly between pelvis and neck. */
function FindSpine(
    rig: RestRig,
    nodes: Readonly<Partial<Record<SmplxJointName, number>>>,
    names: readonly IBoneName[],
): number[] {
    const top = nodes.neck ?? nodes.head;
    const pelvis = nodes.pelvis;
    if (top === undefined || pelvis === undefined) {
        return [];
    }
    let chain: number[] = [];
    for (let i = rig[top]!.parent; i >= 0 && i !== pelvis; i = rig[i]!.parent) {
        chain.unshift(i);
    }
    if (!IsAncestorOrSelf(rig, pelvis, top)) {
        chain = chain.filter((i) => /spine|chest|torso|abdomen/.test(names[i]!.base));
    }
    // A second neck bone below the named head may sit between neck and spine in some rigs.
    return chain.filter((i) => !names[i]!.base.startsWith("neck"));
}

/**
 * The first node of the spine becomes spine1, the last spine3 (it carries the shoulders), the one nearest the middle
 * spine2.
 */
function AddSpine(rig: RestRig, nodes: Partial<Record<SmplxJointName, number>>, chain: readonly number[]): void {
    if (chain.length === 0) {
        return;
    }
    nodes.spine1 = chain[0]!;
    if (chain.length > 1) {
        nodes.spine3 = chain[chain.length - 1]!;
    }
    if (chain.length > 2) {
        const from = rig[chain[0]!]!.position;
        const to = rig[chain[chain.length - 1]!]!.position;
        const imbalance = (i: number): number =>
            Math.abs(DistanceVector3(rig[i]!.position, from) - DistanceVector3(rig[i]!.position, to));
        nodes.spine2 = chain.slice(1, -1).reduce((a, b) => (imbalance(b) < imbalance(a) ? b : a));
    }
}

/** Toes point forward. When they point backwards by the named sides, left and right are exchanged in the names. */
function ExchangeSidesIfMirrored(
    rig: RestRig,
    nodes: Partial<Record<SmplxJointName, number>>,
    tips: Partial<Record<SmplxJointName, number>>,
): string[] {
    if (ForwardnessOfToes(rig, nodes) >= 0) {
        return [];
    }
    for (const table of [nodes, tips]) {
        const pairs = new Set(Object.keys(table).map((name) => name.replace(/^right_/, "left_")));
        for (const left of pairs) {
            if (left.startsWith("left_")) {
                const right = left.replace("left_", "right_") as SmplxJointName;
                const [a, b] = [table[left as SmplxJointName], table[right]];
                Assign(table, left as SmplxJointName, b);
                Assign(table, right, a);
            }
        }
    }
    return ["Left and right bone names disagree with the direction of the feet: the sides were exchanged."];
}

function Assign(table: Partial<Record<SmplxJointName, number>>, joint: SmplxJointName, node: number | undefined): void {
    if (node === undefined) {
        delete table[joint];
    } else {
        table[joint] = node;
    }
}

function ForwardnessOfToes(rig: RestRig, nodes: Readonly<Partial<Record<SmplxJointName, number>>>): number {
    const position = (joint: SmplxJointName): Vector3Tuple => rig[nodes[joint]!]!.position;
    if (nodes.left_foot === undefined || nodes.right_foot === undefined) {
        return 0;
    }
    const [lh, rh, head, la, lf, ra, rf] = [
        position("left_hip"),
        position("right_hip"),
        position("head"),
        position("left_ankle"),
        position("left_foot"),
        position("right_ankle"),
        position("right_foot"),
    ];
    const forward = CrossVector3(SubtractVector3(lh, rh), SubtractVector3(head, la));
    return DotVector3(forward, AddVector3(SubtractVector3(lf, la), SubtractVector3(rf, ra)));
}
