/** Which half of the body a bone name speaks of. */
export type BoneSide = "left" | "right" | "centre";

/** A bone name reduced to its meaning. */
export interface IBoneName {
    /** Lower-case letters and digits only, side and rig prefix removed, numbers without leading zeros: `upperarm`, `spine1`. */
    readonly base: string;
    /** Side token found in the name. */
    readonly side: BoneSide;
    /**
     * How much the name speaks against a bone that carries the body: 0 a deform bone (`DEF-`), 1 any, 2 a bone of the
     * animator's (`ORG-`), 3 a helper (IK target, pole, control, weapon, cloth).
     */
    readonly rank: number;
}

/** Prefixes and suffixes that name the rig or the exporter, not the bone. */
const RigPrefixes = [
    /^mixamorig\d*[_:]?/i,
    /^character\d+_/i,
    /^armature_/i,
    /^(def|org|mch)[-_]/i,
    /^cc_base_/i,
    /^valvebiped[._]?/i,
    /^bip\d+[ _.-]?/i,
    /^(j_)?(bip|adj)_(c_)?/i,
    /^[mf]_avg_/i,
    /^genesis\w*?_/i,
];
const RigSuffixes = [/_armature$/i];
/** Words that say "bone" and nothing else. */
const NoiseTokens = new Set(["jnt", "joint", "bone", "bn", "sk"]);

/** Side tokens in the order they are tried; each captures the letter or word that decides. */
const SideTokens = [
    /(left|right|izquierd[oa]|derech[oa])/i,
    /[._\- ]([lr][ft]?)(?=[._\- ]|$)/i,
    /^([lr][ft]?)(?=[._\- ])/i,
    /^([lrLR])(?=[A-Z])/,
    /[a-z0-9]([LR])(?=\d{3}$|$)/,
    /(左|右)/,
];
const LeftToken = /^(l|izq|左)/i;

const HelperTokens =
    /^(ik|fk|pole|target|ctrl|control|mch|helper|twist|roll|end|tip|nub|leaf|dummy|socket|slot|attach|weapon|prop|jiggle|breast|hair|skirt|cloth|tail|ear|wing|vb|ponytail|cape)$/;

/**
 * Reduces a bone name to base word and side.
 *
 * @param name name of a node in any known rig
 * @returns base and side, for example `{ base: "upperarm", side: "left", rank: 0 }` for `DEF-upper_arm.L`
 */
export function ParseBoneName(name: string): IBoneName {
    let rest = name
        .normalize("NFKC")
        .replace(/^.*[:|]/, "")
        .trim();
    const rank = /^def[-_]/i.test(rest) ? 0 : /^org[-_]/i.test(rest) ? 2 : /^(mch[-_]|__)/i.test(rest) ? 3 : 1;
    for (const pattern of RigPrefixes) {
        rest = rest.replace(pattern, "");
    }
    for (const pattern of RigSuffixes) {
        rest = rest.replace(pattern, "") || rest;
    }
    let side: BoneSide = "centre";
    for (const pattern of SideTokens) {
        const found = pattern.exec(rest);
        if (found) {
            side = LeftToken.test(found[1]!) ? "left" : "right";
            const at = found.index + found[0].length - found[1]!.length;
            rest = `${rest.slice(0, at)}|${rest.slice(at + found[1]!.length)}`;
            break;
        }
    }
    const tokens = Tokens(rest);
    const base = tokens.filter((token) => !NoiseTokens.has(token)).join("");
    return { base, side, rank: tokens.some((token) => HelperTokens.test(token)) ? 3 : rank };
}

/** Lower-case words and numbers of a name: split at separators, camel humps and digits. */
function Tokens(name: string): string[] {
    return name
        .replace(/(\p{Lowercase_Letter})(?=\p{Uppercase_Letter})/gu, "$1 ")
        .replace(/(\p{Letter})(?=\p{Number})|(\p{Number})(?=\p{Letter})/gu, "$& ")
        .toLowerCase()
        .split(/[^\p{Letter}\p{Number}]+/u)
        .filter((token) => token !== "")
        .map((token) => (/^\d+$/.test(token) ? String(Number(token)) : token));
}

/** Share of the bones that must have a prefix or suffix before it is taken as the rig's and not the bone's. */
const CommonShare = 0.7;
const FirstWord = /^[^:|_.\- ]+[:|_.\- ]+/;
const LastWord = /[:|_.\- ]+[^:|_.\- ]+$/;
/** Numbers that some exporters and web shops append to every node. */
const NodeNumber = /[_.]\d+$/;

/**
 * The names of a rig, each reduced to its meaning, after removing what (nearly) all of them share: `Hero_LeftArm`,
 * `LeftArm_skin`, `LeftArm.001`, `LeftArm_012`.
 *
 * @param names names of all nodes; nameless ones are no bones
 */
export function ParseBoneNames(names: readonly string[]): IBoneName[] {
    const numbered = names.filter((name) => NodeNumber.test(name));
    const numbers = new Set(numbered.map((name) => NodeNumber.exec(name)![0]));
    const isNumbered = numbered.length > CommonShare * names.length && numbers.size > 0.9 * numbered.length;
    let stripped = isNumbered ? names.map((name) => name.replace(NodeNumber, "")) : names;
    for (const pattern of [FirstWord, FirstWord, FirstWord, LastWord]) {
        stripped = StripCommon(stripped, pattern);
    }
    return stripped.map((name, i) => {
        const parsed = ParseBoneName(name);
        // What was stripped may have been the mark of a deform bone.
        return { ...parsed, rank: Math.max(parsed.rank, /^(mch[-_]|__)/i.test(names[i]!) ? 3 : 0) };
    });
}

function StripCommon(names: readonly string[], pattern: RegExp): readonly string[] {
    const counts = new Map<string, number>();
    for (const name of names) {
        const found = pattern.exec(name)?.[0];
        if (found !== undefined && !/^(def|org|mch)[-_]$/i.test(found)) {
            counts.set(found, (counts.get(found) ?? 0) + 1);
        }
    }
    const [common] = [...counts].find(([, count]) => count > CommonShare * names.length) ?? [];
    if (common === undefined) {
        return names;
    }
    return names.map((name) => (pattern.exec(name)?.[0] === common ? name.replace(pattern, "") : name));
}
