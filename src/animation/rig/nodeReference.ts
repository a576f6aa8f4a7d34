import { type RestRig } from "./restRig.js";
import { RigError } from "./rigError.js";

/**
 * A name for a node that lasts when the rig is exported again: its own, or as much of its path (`LeftArm/Hand`) as tells
 * it from others of that name. Several of the same path are counted: `Arm/Hand#2`.
 */
export function ReferenceOfNode(rig: RestRig, node: number): string {
    let reference = rig[node]!.name;
    for (let i = rig[node]!.parent; FindNodes(rig, reference).length > 1 && i >= 0; i = rig[i]!.parent) {
        reference = `${rig[i]!.name}/${reference}`;
    }
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
    const paths = found.map((node) => `"${ReferenceOfNode(rig, node)}"`).join(", ");
    throw new RigError(
        "rig-ambiguous-node",
        `The rig of "${rigName}" has ${found.length} nodes "${reference}". Say which with its path: ${paths}.`,
    );
}

function FindNodes(rig: RestRig, reference: string): number[] {
    return rig.flatMap((_, i) => (EndsPath(rig, i, reference) ? [i] : []));
}

/** Whether the path of a node ends with the reference; names may hold slashes themselves. */
function EndsPath(rig: RestRig, node: number, reference: string): boolean {
    const { name, parent } = rig[node]!;
    if (name === reference) {
        return true;
    }
    const rest = reference.endsWith(`/${name}`) ? reference.slice(0, -name.length - 1) : null;
    return rest !== null && rest !== "" && parent >= 0 && EndsPath(rig, parent, rest);
}

function Plain(name: string): string {
    return name.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, "");
}
