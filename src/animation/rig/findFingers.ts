import { type SmplxJointName } from "../../format/bodyModel.js";
import { type IBoneName } from "./boneName.js";
import { IsAncestorOrSelf, type RestRig } from "./restRig.js";

/** Fingers by SMPL-X word, with the words other rigs use. Numbered schemes are handled apart. */
const FingerWords: Readonly<Record<string, RegExp>> = {
    thumb: /thumb|親指/,
    index: /index|point|人指/,
    middle: /mid|中指/,
    ring: /ring|薬指/,
    pinky: /pink|little|小指/,
};

/** Biped counts the thumb as Finger0; MakeHuman as finger1 and writes `finger2-1`. */
const NumberedFingers = ["thumb", "index", "middle", "ring", "pinky"];

/** Nodes that end a chain or carry no joint of their own. */
const NotPhalanx = /metacarpal|carpal|palm|twist|slot|ik|leaf|end|tip|nub/;
const ChainEnd = /leaf|end|tip|nub/;

/** Adds the finger joints below a wrist to `nodes`, and the node after each last phalanx to `tips`. */
export function FindFingers(
    rig: RestRig,
    names: readonly IBoneName[],
    wrist: number,
    side: "left" | "right",
    nodes: Partial<Record<SmplxJointName, number>>,
    tips: Partial<Record<SmplxJointName, number>>,
): void {
    const chains = new Map<string, number[]>();
    rig.forEach((node, i) => {
        const finger = i !== wrist && IsAncestorOrSelf(rig, wrist, i) ? FingerOf(node.name, names[i]!.base) : null;
        if (finger) {
            chains.set(finger, [...(chains.get(finger) ?? []), i]);
        }
    });
    for (const [finger, chain] of chains) {
        // VRM 1 and WebXR call the first thumb joint "metacarpal": there it is a phalanx.
        const excluded = finger === "thumb" ? ChainEnd : NotPhalanx;
        const phalanges = chain.filter((i) => !excluded.test(names[i]!.base));
        let last: SmplxJointName | null = null;
        for (let k = 0; k < Math.min(3, phalanges.length); k++) {
            last = `${side}_${finger}${k + 1}` as SmplxJointName;
            nodes[last] ??= phalanges[k]!;
        }
        const end = last === null ? undefined : nodes[last];
        const tip = rig.findIndex((node) => node.parent === end);
        if (last !== null && end !== undefined && tip >= 0) {
            tips[last] = tip;
        }
    }
}

function FingerOf(name: string, base: string): string | null {
    for (const [finger, pattern] of Object.entries(FingerWords)) {
        if (pattern.test(base)) {
            return finger;
        }
    }
    const makeHuman = /finger([1-5])-[1-3]/i.exec(name);
    if (makeHuman) {
        return NumberedFingers[Number(makeHuman[1]) - 1]!;
    }
    // On the name itself: the base word has lost the leading zero that tells the thumb's Finger01 from Finger1.
    const biped = /finger([0-4])[0-2]?(?!\d)/i.exec(name);
    return biped ? NumberedFingers[Number(biped[1])]! : null;
}
