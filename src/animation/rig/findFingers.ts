import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    AngleBetweenVector3,
    DotVector3,
    NormalizeVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IBoneName } from "./boneName.js";
import { type JointNodes } from "./matchNames.js";
import { type RigTree } from "./rigTree.js";

/** Fingers by SMPL-X word, with the words other rigs use. Numbered schemes are handled apart. */
const FingerWords: Readonly<Record<string, RegExp>> = {
    thumb: /thumb|親指|pulgar/,
    index: /index|point|fore?finger|人指|人差|indice/,
    middle: /mid|中指|medio/,
    ring: /ring|薬指|anular/,
    pinky: /pink|little|小指|menique/,
};
/** From the thumb outwards. */
const Fingers = ["thumb", "index", "middle", "ring", "pinky"] as const;
type Finger = (typeof Fingers)[number];

/** Nodes that end a chain or carry no joint of their own. */
const NotPhalanx = /metacarpal|carpal|palm|twist|slot|weapon|prop|^ik|ik$|leaf|end$|tip|nub/;
const ChainEnd = /leaf|end$|tip|nub|slot|weapon|prop|^ik|ik$/;
/** A first bone that begins within this share of the way to the knuckles is a metacarpal. */
const MetacarpalShare = 0.4;
/** The thumb leaves the hand at least this much further aside than any other finger. */
const ThumbAside = (15 * Math.PI) / 180;

/**
 * Adds the finger joints below an arm to `nodes`, and the node after each last phalanx to `tips`: by name, or where no
 * finger is named, by place.
 */
export function FindFingers(
    tree: RigTree,
    names: readonly IBoneName[],
    side: "left" | "right",
    nodes: JointNodes,
    tips: JointNodes,
): void {
    const wrist = nodes[`${side}_wrist`];
    const from = nodes[`${side}_elbow`] ?? wrist;
    if (wrist === undefined || from === undefined) {
        return;
    }
    const below = tree.subtree(from).filter((i) => i !== from && i !== wrist && !tree.broken.has(i));
    let chains = NamedChains(tree, names, below);
    if (chains.size === 0 && !Fingers.some((finger) => nodes[`${side}_${finger}1`] !== undefined)) {
        chains = ChainsByPlace(tree, wrist);
    }
    for (const [finger, chain] of chains) {
        AddFinger(tree, wrist, `${side}_${finger}`, chain, nodes, tips);
    }
    for (const finger of Fingers) {
        AddTip(tree, `${side}_${finger}`, nodes, tips);
    }
}

function AddFinger(
    tree: RigTree,
    wrist: number,
    name: string,
    chain: readonly number[],
    nodes: JointNodes,
    tips: JointNodes,
): void {
    const isThumb = name.endsWith("thumb");
    const reach = (k: number): number => tree.distance(wrist, chain[k]!);
    // Without a word for it, a metacarpal shows by beginning at the wrist and by a bone too many behind it.
    const hasMetacarpal = !isThumb && chain.length > 3 && reach(0) < MetacarpalShare * reach(1);
    const phalanges = hasMetacarpal ? chain.slice(1) : chain;
    const used = new Set(Object.values(nodes));
    phalanges.slice(0, 3).forEach((node, k) => {
        const joint = `${name}${k + 1}` as SmplxJointName;
        if (nodes[joint] === undefined && !used.has(node)) {
            nodes[joint] = node;
        }
    });
    const last = phalanges[3];
    if (last !== undefined && nodes[`${name}3` as SmplxJointName] === phalanges[2]) {
        tips[`${name}3` as SmplxJointName] = last;
    }
}

/** The node that ends the last phalanx, to aim it. */
function AddTip(tree: RigTree, name: string, nodes: JointNodes, tips: JointNodes): void {
    const last = [3, 2, 1].map((k) => `${name}${k}` as SmplxJointName).find((joint) => nodes[joint] !== undefined);
    const end = last === undefined ? undefined : nodes[last];
    if (last !== undefined && end !== undefined && tips[last] === undefined) {
        const tip = tree.children[end]!.find((i) => !tree.broken.has(i) && tree.distance(i, end) > 0);
        if (tip !== undefined) {
            tips[last] = tip;
        }
    }
}

function NamedChains(tree: RigTree, names: readonly IBoneName[], below: readonly number[]): Map<Finger, number[]> {
    const zeroBased = below.some((i) => FingerNumber(tree.rig[i]!.name) === 0);
    const chains = new Map<Finger, number[]>();
    for (const i of below) {
        const { base, rank } = names[i]!;
        const finger = FingerOf(tree.rig[i]!.name, base, zeroBased);
        // VRM 1 and WebXR call the first thumb joint "metacarpal": there it is a phalanx.
        const excluded = finger === "thumb" ? ChainEnd : NotPhalanx;
        if (finger && rank < 3 && !excluded.test(base)) {
            chains.set(finger, [...(chains.get(finger) ?? []), i]);
        }
    }
    return chains;
}

function FingerOf(name: string, base: string, zeroBased: boolean): Finger | null {
    const named = Fingers.find((finger) => FingerWords[finger]!.test(base));
    if (named) {
        return named;
    }
    const number = FingerNumber(name);
    return number === null ? null : (Fingers[zeroBased ? number : number - 1] ?? null);
}

/** Biped counts the thumb as Finger0 and writes Finger01 for its second bone; MakeHuman writes finger1-1, Rokoko Finger1. */
function FingerNumber(name: string): number | null {
    // On the name itself: the base word has lost the leading zero that tells the thumb's Finger01 from Finger1.
    const found = /finger[ _]?([0-5])(?!\d\d)/i.exec(name.normalize("NFKC"));
    return found ? Number(found[1]) : null;
}

/** Chains below a hand, the one that stands aside is the thumb, the others in their order across the palm. */
function ChainsByPlace(tree: RigTree, wrist: number): Map<Finger, number[]> {
    const chains = tree.children[wrist]!.map((start) => SingleChain(tree, start)).filter((chain) => chain.length >= 2);
    if (chains.length < 3 || chains.length > 5) {
        return new Map();
    }
    const direction = (chain: readonly number[]): Vector3Tuple =>
        NormalizeVector3(SubtractVector3(tree.at(chain.at(-1)!), tree.at(chain[0]!)));
    const root = (chain: readonly number[]): Vector3Tuple => SubtractVector3(tree.at(chain[0]!), tree.at(wrist));
    const aside = (chain: readonly number[]): number =>
        Math.min(...chains.filter((c) => c !== chain).map((c) => AngleBetweenVector3(direction(c), direction(chain))));
    const sorted = [...chains].sort((a, b) => aside(b) - aside(a));
    const thumb = sorted[0]!;
    if (aside(thumb) < aside(sorted[1]!) + ThumbAside) {
        return new Map();
    }
    const others = chains.filter((chain) => chain !== thumb);
    const far = others.reduce((a, b) => (Distance(tree, b, thumb) > Distance(tree, a, thumb) ? b : a));
    const near = others.reduce((a, b) => (Distance(tree, b, thumb) < Distance(tree, a, thumb) ? b : a));
    const across = SubtractVector3(root(far), root(near));
    others.sort((a, b) => DotVector3(root(a), across) - DotVector3(root(b), across));
    return new Map([thumb, ...others].map((chain, i) => [Fingers[i]!, chain]));
}

function Distance(tree: RigTree, a: readonly number[], b: readonly number[]): number {
    return tree.distance(a[0]!, b[0]!);
}

function SingleChain(tree: RigTree, start: number): number[] {
    const chain = [start];
    for (;;) {
        const next = tree.children[chain.at(-1)!]!;
        if (next.length !== 1 || tree.broken.has(next[0]!)) {
            return chain;
        }
        chain.push(next[0]!);
    }
}
