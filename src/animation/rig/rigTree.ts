import { DistanceVector3, type Vector3Tuple } from "../../math/vector3.js";
import { RigError } from "./rigError.js";
import { type RestRig } from "./restRig.js";

/** A quaternion shorter than this has no direction to normalise to. */
const ShortestQuaternion = 1e-6;

/** The nodes of a rig with the questions that mapping asks about their hierarchy. */
export class RigTree {
    /** The nodes. */
    public readonly rig: RestRig;
    /** Usable children of every node, in the order of the rig. */
    public readonly children: readonly (readonly number[])[];
    /** Nodes without a parent. */
    public readonly roots: readonly number[];
    /** Nodes that are never mapped: those without a name (among others that have one), and the {@link invalid} ones. */
    public readonly broken: ReadonlySet<number>;
    /** Nodes whose rest position or rotation is no number. */
    public readonly invalid: readonly number[];

    /** @throws RigError when parents do not precede children or form a cycle */
    public constructor(rig: RestRig) {
        this.rig = rig;
        RequireTree(rig);
        this.invalid = rig.flatMap((node, i) => (IsUsable(node) ? [] : [i]));
        const isNamed = rig.some((node) => node.name !== "");
        this.broken = new Set([...this.invalid, ...rig.flatMap((node, i) => (isNamed && node.name === "" ? [i] : []))]);
        const children: number[][] = rig.map(() => []);
        rig.forEach((node, i) => {
            if (!this.broken.has(i)) {
                children[node.parent]?.push(i);
            }
        });
        this.children = children;
        this.roots = rig.flatMap((node, i) => (node.parent < 0 ? [i] : []));
    }

    /** Rest position of a node. */
    public at(node: number): Vector3Tuple {
        return this.rig[node]!.position;
    }

    /** Distance of two nodes at rest. */
    public distance(a: number, b: number): number {
        return DistanceVector3(this.at(a), this.at(b));
    }

    /** Whether `node` lies strictly below `ancestor`. */
    public isBelow(ancestor: number, node: number): boolean {
        for (let i = this.rig[node]!.parent; i >= ancestor; i = this.rig[i]!.parent) {
            if (i === ancestor) {
                return true;
            }
        }
        return false;
    }

    /** Nodes strictly between an ancestor (-1: above the root) and a node below it, from the top down. */
    public between(ancestor: number, node: number): number[] {
        const path: number[] = [];
        for (let i = this.rig[node]!.parent; i > ancestor; i = this.rig[i]!.parent) {
            path.push(i);
        }
        return path.reverse();
    }

    /** How many nodes lie above a node. */
    public level(node: number): number {
        let level = 0;
        for (let i = this.rig[node]!.parent; i >= 0; i = this.rig[i]!.parent) {
            level++;
        }
        return level;
    }

    /** Deepest node that is `a` and `b` or lies above both, or -1. */
    public commonAncestor(a: number, b: number): number {
        let [i, j] = [a, b];
        while (i !== j) {
            // Parents precede children: the later node cannot be the ancestor.
            if (i > j) {
                i = this.rig[i]!.parent;
            } else {
                j = this.rig[j]!.parent;
            }
        }
        return i;
    }

    /** The node and all below it, in the order of the rig. */
    public subtree(node: number): number[] {
        const inside = new Set([node]);
        const found = [node];
        for (let i = node + 1; i < this.rig.length; i++) {
            if (inside.has(this.rig[i]!.parent)) {
                inside.add(i);
                found.push(i);
            }
        }
        return found;
    }
}

function IsUsable({ position, rotation }: RestRig[number]): boolean {
    return position.every(Number.isFinite) && Math.hypot(...rotation) > ShortestQuaternion;
}

function RequireTree(rig: RestRig): void {
    for (let i = 0; i < rig.length; i++) {
        const { parent, name } = rig[i]!;
        if (Number.isInteger(parent) && parent >= -1 && parent < i) {
            continue;
        }
        if (!Number.isInteger(parent) || parent < -1 || parent >= rig.length) {
            throw new RigError(
                "rig-invalid-parent",
                `Node "${name}" (${i}) of the rig has parent ${parent}, but there are ${rig.length} nodes. Use -1 for roots.`,
            );
        }
        const seen = new Set<number>();
        let at = i;
        while (at >= 0 && at < rig.length && !seen.has(at)) {
            seen.add(at);
            at = rig[at]!.parent;
        }
        if (seen.has(at)) {
            throw new RigError(
                "rig-cyclic",
                `Node "${rig[at]!.name}" (${at}) of the rig is its own ancestor. Export the skeleton again as a tree.`,
            );
        }
        throw new RigError(
            "rig-invalid-parent",
            `Node "${name}" (${i}) of the rig comes before its parent (${parent}). List parents before their children.`,
        );
    }
}
