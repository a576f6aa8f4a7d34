import { AngleBetweenVector3, SubtractVector3 } from "../../math/vector3.js";
import { type RigTree } from "./rigTree.js";

const Degrees = Math.PI / 180;
/** The foot turns away from the shin by more than this. */
const FootTurn = 40 * Degrees;
/** Cost of a bone between two joints, as a ratio of lengths (natural logarithm): serial bones are the exception. */
const SkipCost = 0.3;
/** Cost of what is left over before and after the two parts of a limb, in their length; more where it is a lot. */
const RestCost = 0.3;
const LongRest = { from: 0.7, cost: 1 } as const;
/** Cost of an arm without clavicle: few rigs have none. */
const NoClavicleCost = 0.2;
/** Cost of a hand that is not the bone where fingers branch off but the one after it. */
const LateHandCost = 0.3;
/** A bone this short, as a share of the limb, places nothing. */
const NoLength = 0.02;
/** A first bone that is shorter than this share of the limb and points elsewhere leads from the pelvis to the hip. */
const ConnectorShare = 0.3;
const ConnectorTurn = 25 * Degrees;
/** A hand has at least this many fingers. */
const LeastFingers = 3;

/** A limb is no longer than this, counted in bones; what follows is a tail. */
const MostBones = 24;

/** Joints of a leg. */
export interface ILegJoints {
    /**
     *
     */
    readonly hip: number;
    /**
     *
     */
    readonly knee: number;
    /**
     *
     */
    readonly ankle: number;
    /**
     *
     */
    readonly foot?: number;
}

/** Joints of an arm. */
export interface IArmJoints {
    /**
     *
     */
    readonly collar?: number;
    /**
     *
     */
    readonly shoulder: number;
    /**
     *
     */
    readonly elbow: number;
    /**
     *
     */
    readonly wrist: number;
}

/** Chains of a rig and what they are if they are limbs, each looked at once. */
export class Limbs {
    /** The rig. */
    public readonly tree: RigTree;
    /** Longest way down from every node. */
    public readonly reach: ReadonlyMap<number, number>;
    /** How many bones deep the subtree of every node is. */
    public readonly depth: Int32Array;

    private readonly _paths = new Map<number, readonly number[]>();
    private readonly _legs = new Map<number, ILegJoints | null>();
    private readonly _arms = new Map<number, IArmJoints | null>();

    /** @param among nodes to look at, in the order of the rig */
    public constructor(tree: RigTree, among: readonly number[]) {
        this.tree = tree;
        const reach = new Map<number, number>();
        const depth = new Int32Array(tree.rig.length);
        for (const i of [...among].reverse()) {
            const own = tree.broken.has(i) ? 0 : (reach.get(i) ?? 0);
            reach.set(i, own);
            depth[i]!++;
            const { parent } = tree.rig[i]!;
            if (parent >= 0 && !tree.broken.has(i)) {
                const step = tree.broken.has(parent) ? 0 : tree.distance(parent, i);
                reach.set(parent, Math.max(reach.get(parent) ?? 0, own + step));
                depth[parent] = Math.max(depth[parent]!, depth[i]!);
            }
        }
        this.reach = reach;
        this.depth = depth;
    }

    /** The chain from a node along the longest way down. */
    public path(start: number): readonly number[] {
        return Once(this._paths, start, () => LimbPath(this.tree, this.reach, start));
    }

    /** Last node of {@link path}. */
    public end(start: number): number {
        return this.path(start).at(-1)!;
    }

    /** The chain as a leg; null when it is none. */
    public leg(start: number): ILegJoints | null {
        return Once(this._legs, start, () => LegJoints(this.tree, this.path(start)));
    }

    /** The chain as an arm; null when it is none. */
    public arm(start: number): IArmJoints | null {
        return Once(this._arms, start, () => ArmJoints(this.tree, this.path(start)));
    }
}

function Once<T>(known: Map<number, T>, key: number, find: () => T): T {
    const value = known.has(key) ? known.get(key)! : find();
    known.set(key, value);
    return value;
}

function LimbPath(tree: RigTree, reach: ReadonlyMap<number, number>, start: number): number[] {
    const path = [start];
    for (;;) {
        const at = path.at(-1)!;
        let best = -1;
        let longest = -1;
        for (const child of tree.children[at]!) {
            const length = tree.broken.has(child) ? -1 : tree.distance(at, child) + (reach.get(child) ?? 0);
            if (length > longest) {
                longest = length;
                best = child;
            }
        }
        if (best < 0) {
            return path;
        }
        path.push(best);
    }
}

function LegJoints(tree: RigTree, path: readonly number[]): ILegJoints | null {
    const turns = path.findIndex((_, k) => k >= 2 && k + 1 < path.length && Turn(tree, path, k) > FootTurn);
    const end = turns < 0 ? path.length - 1 : turns;
    const split = SplitLimb(tree, path, SkipConnectors(tree, path, end), end);
    if (!split) {
        return null;
    }
    const foot = path[end + 1];
    return { ...{ hip: split[0], knee: split[1], ankle: path[end]! }, ...(foot === undefined ? {} : { foot }) };
}

/** The hand is where fingers branch off, else found by length. */
function ArmJoints(tree: RigTree, path: readonly number[]): IArmJoints | null {
    const along = Lengths(tree, path);
    const hand = path.findIndex((i, k) => k >= 2 && tree.children[i]!.length >= LeastFingers);
    let best: { cost: number; joints: readonly [number, number, number] } | null = null;
    const lastEnd = Math.min(path.length - 1, hand < 0 ? path.length - 1 : hand + 1, MostBones);
    for (let end = hand < 0 ? 2 : hand; end <= lastEnd; end++) {
        for (let first = 0; first < end - 1; first++) {
            for (let middle = first + 1; middle < end; middle++) {
                const late = hand >= 0 && end > hand ? LateHandCost : 0;
                const cost = late + LimbCost(tree, path, along, [first, middle, end], hand >= 0);
                if (best === null || cost < best.cost) {
                    best = { cost, joints: [first, middle, end] };
                }
            }
        }
    }
    if (best === null || !Number.isFinite(best.cost)) {
        return null;
    }
    const [first, middle, end] = best.joints;
    const joints = { shoulder: path[first]!, elbow: path[middle]!, wrist: path[end]! };
    return first > 0 ? { collar: path[first - 1]!, ...joints } : joints;
}

/** Upper and lower part are alike long, make up most of the limb and skip few bones. */
function LimbCost(
    tree: RigTree,
    path: readonly number[],
    along: readonly number[],
    [first, middle, end]: readonly [number, number, number],
    isEndKnown: boolean,
): number {
    const upper = tree.distance(path[first]!, path[middle]!);
    const lower = tree.distance(path[middle]!, path[end]!);
    const after = isEndKnown ? 0 : along.at(-1)! - along[end]!;
    const rest = (along[first]! + after) / (upper + lower);
    const left = RestCost * rest + LongRest.cost * Math.max(0, rest - LongRest.from);
    const skipped = SkipCost * (end - first - 2);
    return Math.abs(Math.log(upper / lower)) + skipped + left + (first === 0 ? NoClavicleCost : 0);
}

/** Length of the chain up to each of its nodes. */
function Lengths(tree: RigTree, path: readonly number[]): number[] {
    let sum = 0;
    return path.map((node, k) => (sum += k === 0 ? 0 : tree.distance(path[k - 1]!, node)));
}

function SkipConnectors(tree: RigTree, path: readonly number[], end: number): number {
    let first = 0;
    while (end - first > 2) {
        const own = tree.distance(path[first]!, path[first + 1]!);
        const limb = tree.distance(path[first + 1]!, path[end]!);
        const turn = AngleBetweenVector3(
            SubtractVector3(tree.at(path[first + 1]!), tree.at(path[first]!)),
            SubtractVector3(tree.at(path[end]!), tree.at(path[first + 1]!)),
        );
        if (own > NoLength * limb && (own > ConnectorShare * limb || turn < ConnectorTurn)) {
            break;
        }
        first++;
    }
    return first;
}

/** The joint in the middle: thigh and shin are alike long. */
function SplitLimb(tree: RigTree, path: readonly number[], first: number, end: number): [number, number] | null {
    let best = -1;
    let least = Infinity;
    for (let k = first + 1; k < end; k++) {
        const ratio = tree.distance(path[first]!, path[k]!) / tree.distance(path[k]!, path[end]!);
        const imbalance = Math.abs(Math.log(ratio));
        if (imbalance < least) {
            least = imbalance;
            best = k;
        }
    }
    return best < 0 ? null : [path[first]!, path[best]!];
}

/** How far the chain turns at its k-th node. */
function Turn(tree: RigTree, path: readonly number[], k: number): number {
    return AngleBetweenVector3(
        SubtractVector3(tree.at(path[k]!), tree.at(path[k - 1]!)),
        SubtractVector3(tree.at(path[k + 1]!), tree.at(path[k]!)),
    );
}
