import {
    AddVector3,
    AngleBetweenVector3,
    CrossVector3,
    DotVector3,
    LengthVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { FindHead } from "./topologyHead.js";
import { type JointNodes } from "./matchNames.js";
import { type RigTree } from "./rigTree.js";
import { Limbs } from "./topologyLimbs.js";

/** Limbs of a pair differ by less than this share in length. */
const PairTolerance = 0.15;
/** Shorter pairs, as a share of the longest, are fingers, eyes or hair. */
const LeastLimb = 0.35;
/** A limb has an upper and a lower part and an end. */
const LeastBones = 3;
/** Limbs that are looked at of those that hang on one node, of all pairs, and of all bodies they make: the longest. */
const MostSiblings = 8;
const MostPairs = 64;
const MostBodies = 256;

/** A leg is at least this long from end to end, as a share of its two bones (a knee bent by 70°), */
const StraightShare = 0.8;
/** and leads down by this share of its length. */
const DownShare = 0.6;

/** Two limbs that branch off one node and mirror each other. */
interface ILimbPair {
    readonly parent: number;
    readonly a: number;
    readonly b: number;
    /** Length of the longest chain in each, added. */
    readonly reach: number;
}

/**
 * Finds the body of a rig whose names say nothing: two pairs of mirrored limbs, the trunk between them, and a head.
 *
 * @param tree the rig
 * @param among nodes to look at, in the order of the rig
 * @returns required joints, clavicles, neck and toes as far as found; empty when there is no body
 */
export function FindBodyByTopology(tree: RigTree, among: readonly number[]): JointNodes {
    const limbs = new Limbs(tree, among);
    for (const [legs, arms] of LegsAndArms(tree, FindPairs(limbs, among))) {
        const nodes = NameBody(limbs, legs, arms);
        if (nodes) {
            return nodes;
        }
    }
    return {};
}

/** Pairs of limbs, the longest first. */
function FindPairs(limbs: Limbs, among: readonly number[]): ILimbPair[] {
    const { tree, reach } = limbs;
    const pairs: ILimbPair[] = [];
    for (const parent of among) {
        const long = tree.children[parent]!.filter((i) => reach.get(i)! > 0 && limbs.depth[i]! >= LeastBones);
        if (long.length > MostSiblings) {
            long.sort((a, b) => reach.get(b)! - reach.get(a)! || a - b).splice(MostSiblings);
            long.sort((a, b) => a - b);
        }
        long.forEach((a, k) => {
            for (const b of long.slice(k + 1)) {
                const [ra, rb] = [reach.get(a)!, reach.get(b)!];
                const [da, db] = [tree.distance(parent, a), tree.distance(parent, b)];
                if (
                    Math.abs(ra - rb) < PairTolerance * Math.max(ra, rb) &&
                    Math.abs(da - db) < PairTolerance * (Math.max(da, db) + ra) &&
                    (tree.distance(a, b) > 0 || tree.distance(limbs.end(a), limbs.end(b)) > 0)
                ) {
                    pairs.push({ parent, a, b, reach: ra + rb });
                }
            }
        });
    }
    const longest = pairs.reduce((most, pair) => Math.max(most, pair.reach), 0);
    return pairs
        .filter((pair) => pair.reach > LeastLimb * longest)
        .sort((p, q) => q.reach - p.reach || p.parent - q.parent)
        .slice(0, MostPairs);
}

/** Candidates for (legs, arms), the longest first: arms leave the trunk higher up, where it goes on to the head. */
function LegsAndArms(tree: RigTree, limbs: readonly ILimbPair[]): [ILimbPair, ILimbPair][] {
    const found: [ILimbPair, ILimbPair, number][] = [];
    for (const legs of limbs) {
        for (const arms of limbs) {
            if (legs === arms || legs.parent === arms.parent) {
                continue;
            }
            const isAbove = tree.isBelow(legs.parent, arms.parent);
            const isInLeg = [legs.a, legs.b].some((leg) => leg === arms.parent || tree.isBelow(leg, arms.parent));
            const shared = tree.commonAncestor(legs.parent, arms.parent);
            const isBeside = shared >= 0 && shared !== legs.parent && shared !== arms.parent;
            if ((isAbove && !isInLeg) || (isBeside && tree.level(arms.parent) > tree.level(legs.parent))) {
                found.push([legs, arms, legs.reach + arms.reach]);
            }
        }
    }
    return found
        .sort((p, q) => q[2] - p[2])
        .slice(0, MostBodies)
        .map(([legs, arms]) => [legs, arms]);
}

function NameBody(limbs: Limbs, legs: ILimbPair, arms: ILimbPair): JointNodes | null {
    const { tree } = limbs;
    const [legA, legB] = [limbs.leg(legs.a), limbs.leg(legs.b)];
    const [armA, armB] = [limbs.arm(arms.a), limbs.arm(arms.b)];
    if (!legA || !legB || !armA || !armB) {
        return null;
    }
    const at = (node: number): Vector3Tuple => tree.at(node);
    const middle = (a: number, b: number): Vector3Tuple => LerpVector3(at(a), at(b), 0.5);
    const up = NormalizeVector3(SubtractVector3(middle(armA.shoulder, armB.shoulder), middle(legA.ankle, legB.ankle)));
    if (![legA, legB].every((leg) => IsLeg(tree, leg, up))) {
        return null;
    }
    const head = FindHead(limbs, arms, up, [armA.shoulder, armB.shoulder]);
    if (head === null) {
        return null;
    }
    const sideways = SubtractVector3(at(legA.hip), at(legB.hip));
    const across = LengthVector3(sideways) > 0 ? sideways : SubtractVector3(at(legA.knee), at(legB.knee));
    const forward = ForwardOf(tree, [legA, legB], up);
    const isLeft = DotVector3(CrossVector3(up, forward), across) > 0;
    // The same side of arms and legs: by place, as names say nothing.
    const isSame = DotVector3(SubtractVector3(at(armA.shoulder), at(armB.shoulder)), across) > 0;
    const leg = isLeft ? { left: legA, right: legB } : { left: legB, right: legA };
    const arm = isLeft === isSame ? { left: armA, right: armB } : { left: armB, right: armA };
    const nodes: JointNodes = { pelvis: PelvisOf(tree, legs, arms), head: head.head };
    if (head.neck !== undefined) {
        nodes.neck = head.neck;
    }
    for (const side of ["left", "right"] as const) {
        for (const [joint, node] of Object.entries<number | undefined>({ ...leg[side], ...arm[side] })) {
            if (node !== undefined) {
                nodes[`${side}_${joint}` as keyof JointNodes] = node;
            }
        }
    }
    return nodes;
}

/** Legs are straight at rest and lead away from the shoulders; chains of control bones are and do not. */
function IsLeg(
    tree: RigTree,
    { hip, knee, ankle }: { hip: number; knee: number; ankle: number },
    up: Vector3Tuple,
): boolean {
    const whole = tree.distance(hip, ankle);
    const isStraight = whole > StraightShare * (tree.distance(hip, knee) + tree.distance(knee, ankle));
    return isStraight && DotVector3(SubtractVector3(tree.at(hip), tree.at(ankle)), up) > DownShare * whole;
}

/** The node both legs hang on; a single bone below it that leads up to the trunk is spine. */
function PelvisOf(tree: RigTree, legs: ILimbPair, arms: ILimbPair): number {
    return legs.parent === arms.parent ? tree.rig[legs.parent]!.parent : legs.parent;
}

/** Toes point forward; where there are none, knees do. */
function ForwardOf(
    tree: RigTree,
    legs: readonly { hip: number; knee: number; ankle: number; foot?: number }[],
    up: Vector3Tuple,
): Vector3Tuple {
    let forward: Vector3Tuple = [0, 0, 0];
    for (const { hip, knee, ankle, foot } of legs) {
        const tip = foot ?? tree.children[ankle]![0];
        const toe: Vector3Tuple = tip === undefined ? [0, 0, 0] : SubtractVector3(tree.at(tip), tree.at(ankle));
        const bend = SubtractVector3(tree.at(knee), LerpVector3(tree.at(hip), tree.at(ankle), 0.5));
        forward = AddVector3(forward, AddVector3(toe, ScaleVector3(bend, 0.1)));
    }
    const flat = SubtractVector3(forward, ScaleVector3(up, DotVector3(forward, up)));
    return AngleBetweenVector3(forward, up) > 0 ? NormalizeVector3(flat) : flat;
}
