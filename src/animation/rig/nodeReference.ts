import { type RestRig } from "./restRig.js";
import { RigError } from "./rigError.js";

/** Paths that a message lists; of a thousand nodes of one name nobody reads more. */
const MostPaths = 5;
/** Nodes that a path names at most; beyond, nodes are counted. */
const MostSteps = 16;

/**
 * A name for a node that lasts when the rig is exported again: its own, or as much of its path (`LeftArm/Hand`) as tells
 * it from others of that name. Several of the same path are counted: `Arm/Hand#2`.
 */
export function ReferenceOfNode(rig: RestRig, node: number): string {
    const reference = TellingPath(rig, node);
    const same = FindNodes(rig, reference);
    return same.length > 1 ? `${reference}#${same.indexOf(node) + 1}` : reference;
}

/**
 * The node that a name or the end of a path means.
 *
 * @throws RigError `rig-unknown-node` or `rig-ambiguous-node`
 */
export function NodeByReference(rig: RestRig, reference: string, rigName: string): number {
    const exact = FindNodes(rig, reference);
    const counted = exact.length === 0 ? /^(.*)#(\d+)$/.exec(reference) : null;
    const found = counted ? FindNodes(rig, counted[1]!).slice(Number(counted[2]) - 1, Number(counted[2])) : exact;
    if (found.length === 1) {
        return found[0]!;
    }
    if (found.length === 0) {
        const alike = rig.find((node) => Plain(node.name) === Plain(reference));
        const hint = alike
            ? ` Did you mean "${alike.name}"?`
            : " Look at the names of its nodes; upper and lower case count.";
        throw new RigError("rig-unknown-node", `The rig of "${rigName}" has no node "${reference}".${hint}`);
    }
    const paths = found.slice(0, MostPaths).map((node) => `"${ReferenceOfNode(rig, node)}"`);
    const more = found.length > paths.length ? " …" : "";
    throw new RigError(
        "rig-ambiguous-node",
        `The rig of "${rigName}" has ${found.length} nodes "${reference}". Say which with its path: ${paths.join(", ")}${more}.`,
    );
}

/** Goes up from all nodes of one name together until the way tells this one from the others, or nothing does. */
function TellingPath(rig: RestRig, node: number): string {
    let reference = rig[node]!.name;
    // Where the ways from the other nodes of this name stand, as far as they are the same.
    let others = rig.flatMap(({ name }, i) => (i !== node && name === reference ? [i] : []));
    let at = rig[node]!.parent;
    for (let steps = 1; others.length > 0 && at >= 0 && steps < MostSteps; steps++) {
        const { name, parent } = rig[at]!;
        reference = `${name}/${reference}`;
        others = others.map((i) => rig[i]!.parent).filter((i) => i >= 0 && rig[i]!.name === name);
        at = parent;
    }
    return reference;
}

function FindNodes(rig: RestRig, reference: string): number[] {
    return rig.flatMap((_, i) => (EndsPath(rig, i, reference) ? [i] : []));
}

/** Whether the path of a node ends with the reference; names may hold slashes themselves. */
function EndsPath(rig: RestRig, node: number, reference: string): boolean {
    let rest = reference;
    for (let i = node; i >= 0; i = rig[i]!.parent) {
        const { name } = rig[i]!;
        if (name === rest) {
            return true;
        }
        if (!rest.endsWith(`/${name}`)) {
            return false;
        }
        rest = rest.slice(0, -name.length - 1);
    }
    return false;
}

function Plain(name: string): string {
    return name.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, "");
}
