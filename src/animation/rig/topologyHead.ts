import { DotVector3, LerpVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type RigTree } from "./rigTree.js";
import { type Limbs } from "./topologyLimbs.js";

/** Neck joints lie below this height over the shoulders, as a share of the shoulders' width; heads above. */
const NeckBelow = 0.25;
/** A last bone longer than this share of the shoulders' width ends at the top of the skull. */
const SkullAbove = 0.4;
/** A bone higher than this over the shoulders, as a share of their width, is no neck any more. */
const HeadAbove = 0.35;
/** A bone this short, as a share of the shoulders' width, ends its chain and is no head. */
const NoLength = 0.01;

/**
 * The chain that goes on upwards where the arms branch off, and what of it is neck and head.
 *
 * @param limbs the rig
 * @param arms the node arms hang on, and the arms
 * @param up direction from feet to shoulders
 * @param shoulders both shoulder joints
 */
export function FindHead(
    limbs: Limbs,
    arms: { readonly parent: number; readonly a: number; readonly b: number },
    up: Vector3Tuple,
    shoulders: readonly [number, number],
): { head: number; neck?: number } | null {
    const { tree } = limbs;
    const level = DotVector3(LerpVector3(tree.at(shoulders[0]), tree.at(shoulders[1]), 0.5), up);
    const height = (node: number): number => DotVector3(tree.at(node), up) - level;
    const ways = tree.children[arms.parent]!.filter((i) => i !== arms.a && i !== arms.b && !tree.broken.has(i));
    let way = -1;
    let highest = 0;
    for (const start of ways) {
        const top = limbs.path(start).reduce((most, i) => Math.max(most, height(i)), -Infinity);
        if (top > highest) {
            highest = top;
            way = start;
        }
    }
    if (way < 0) {
        return null;
    }
    const path = Climb(tree, way, height);
    const head = HeadOf(tree, path, height, tree.distance(...shoulders));
    return head > 0 ? { head: path[head]!, neck: path[0]! } : { head: path[0]! };
}

/** Upwards as long as the chain does not branch: eyes, jaw and hair grow on the head. */
function Climb(tree: RigTree, start: number, height: (node: number) => number): number[] {
    const path = [start];
    for (;;) {
        const children = tree.children[path.at(-1)!]!.filter((i) => !tree.broken.has(i));
        const highest = children.reduce((a, b) => (height(b) > height(a) ? b : a), children[0] ?? -1);
        if (children.length !== 1 || height(highest) < height(path.at(-1)!)) {
            return path;
        }
        path.push(highest);
    }
}

/** The head is where the chain branches; else the last bone, or the one before it when that is the top of the skull. */
function HeadOf(tree: RigTree, path: readonly number[], height: (node: number) => number, width: number): number {
    let last = path.length - 1;
    if (tree.children[path[last]!]!.length > 0) {
        return last;
    }
    while (last > 0 && tree.distance(path[last]!, path[last - 1]!) < NoLength * width) {
        last--;
    }
    if (last < path.length - 1 || last === 0) {
        return last;
    }
    if (last === 1) {
        return height(path[0]!) < NeckBelow * width ? 1 : 0;
    }
    const isSkull =
        last > 2 ||
        tree.distance(path[last]!, path[last - 1]!) > SkullAbove * width ||
        height(path[last - 1]!) > HeadAbove * width;
    return isSkull ? last - 1 : last;
}
