/** Which half of the body a bone name speaks of. */
export type BoneSide = "left" | "right" | "centre";

/** A bone name reduced to its meaning. */
export interface IBoneName {
    /** Lower-case letters and digits only, side and rig prefix removed, numbers without leading zeros: `upperarm`, `spine1`. */
    readonly base: string;
    /** Side token found in the name. */
    readonly side: BoneSide;
}

/** Prefixes and suffixes that name the rig or the exporter, not the bone. */
const RigPrefixes = [
    /^mixamorig\d*[_:]?/i,
    /^character\d+_/i,
    /^armature_/i,
    /^(def|org|mch)-/i,
    /^cc_base_/i,
    /^valvebiped[._]?/i,
    /^bip\d+[ _]?/i,
    /^j_bip_(c_)?/i,
    /^[mf]_avg_/i,
    /^genesis\w*?_/i,
];
const RigSuffixes = [/_armature$/i, /[._ -]?(jnt|joint|bone|bn|sk)$/i];

/** Side tokens in the order they are tried; each captures the letter or word that decides. */
const SideTokens = [
    /(left|right)/i,
    /[._\- ]([lr])(?=[._\- ]|$)/i,
    /^([lr])(?=[._\- ])/i,
    /^([lrLR])(?=[A-Z])/,
    /[a-z0-9]([LR])$/,
    /(左|右)/,
];

/**
 * Reduces a bone name to base word and side.
 *
 * @param name name of a node in any known rig
 * @returns base and side, for example `{ base: "upperarm", side: "left" }` for `DEF-upper_arm.L`
 */
export function ParseBoneName(name: string): IBoneName {
    let rest = name
        .normalize("NFKC")
        .replace(/^.*[:|]/, "")
        .trim();
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
            side = /^[l左]/i.test(found[1]!) ? "left" : "right";
            const at = found.index + found[0].length - found[1]!.length;
            rest = `${rest.slice(0, at)}|${rest.slice(at + found[1]!.length)}`;
            break;
        }
    }
    const base = rest
        .toLowerCase()
        .replace(/\d+/g, (digits) => String(Number(digits)))
        .replace(/[^\p{Letter}\p{Number}]/gu, "");
    return { base, side };
}
