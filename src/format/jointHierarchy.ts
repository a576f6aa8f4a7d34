import { type IGltf, type IGltfNode } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { MaxJoints } from "./limits.js";
import { IsIdentity } from "./nodeTransform.js";

/** Parent of every node, or null when a node has two parents or the children form a loop. */
function ParentsOfNodes(nodes: readonly IGltfNode[], issues: IssueList): Int32Array | null {
    const parents = new Int32Array(nodes.length).fill(-1);
    for (const [index, node] of nodes.entries()) {
        for (const child of node.children ?? []) {
            if (child >= nodes.length) {
                issues.error(
                    "out-of-range",
                    `/nodes/${index}/children`,
                    `there is no node ${child}: the file has ${nodes.length}`,
                );
                return null;
            }
            if (parents[child] !== -1 || child === index) {
                issues.error(
                    "invalid-skeleton",
                    `/nodes/${index}/children`,
                    `node ${child} has two parents: nodes must form a tree`,
                );
                return null;
            }
            parents[child] = index;
        }
    }
    return parents;
}

/**
 * Finds the parent joint of each joint: its nearest ancestor in the skin.
 *
 * @param gltf the checked document
 * @param nodesOfSkin node of each entry of the skin
 * @param issues receives every problem
 * @returns parent of each entry, as an entry of the skin or -1; null when the nodes form no tree
 */
export function ParentEntries(gltf: IGltf, nodesOfSkin: readonly number[], issues: IssueList): number[] | null {
    const parents = ParentsOfNodes(gltf.nodes, issues);
    if (parents === null) {
        return null;
    }
    const entryOfNode = new Map(nodesOfSkin.map((node, entry) => [node, entry]));
    const result: number[] = [];
    for (const node of nodesOfSkin) {
        let ancestor = parents[node]!;
        let steps = 0;
        let between = -1;
        while (ancestor >= 0 && !entryOfNode.has(ancestor) && steps++ <= MaxJoints) {
            if (between < 0 && !IsIdentity(gltf.nodes[ancestor]!)) {
                between = ancestor;
            }
            ancestor = parents[ancestor]!;
        }
        if (steps > MaxJoints) {
            issues.error(
                "invalid-skeleton",
                `/nodes/${node}`,
                "its ancestors form a loop or a chain without end: nodes must form a tree",
            );
            return null;
        }
        if (between >= 0 && ancestor >= 0) {
            issues.error(
                "invalid-skeleton",
                `/nodes/${between}`,
                "a node that moves stands between two joints: add it to the skin's joints",
            );
            return null;
        }
        if (between >= 0) {
            issues.warning(
                "ignored-transform",
                `/nodes/${between}`,
                "a transform above the root joint places the person in the scene and is no part of the avatar: to have it there, apply it to the skeleton",
            );
        }
        result.push(ancestor < 0 ? -1 : entryOfNode.get(ancestor)!);
    }
    return result;
}

/**
 * Puts parents first. Entries whose order is right already keep it.
 *
 * @param parentEntries parent of each entry of the skin, or -1
 * @returns entries of the skin in their new order; null when entries are their own ancestors
 */
export function ParentsFirst(parentEntries: readonly number[]): number[] | null {
    const order: number[] = [];
    const placed = new Set<number>([-1]);
    while (order.length < parentEntries.length) {
        const before = order.length;
        for (const [entry, parent] of parentEntries.entries()) {
            if (!placed.has(entry) && placed.has(parent)) {
                placed.add(entry);
                order.push(entry);
            }
        }
        if (order.length === before) {
            return null;
        }
    }
    return order;
}
