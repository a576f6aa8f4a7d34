import { type FaceSide } from "./shapeList.js";

/** A name taken apart: what is left of it without its side. */
export interface IFaceName {
    /** Lower case, letters and digits only. */
    readonly stem: string;
    /** Side that the name says. */
    readonly side: FaceSide;
}

/** A prefix that says nothing is at most this many words long. */
const MaxPrefixWords = 6;

/** What is looked for behind a prefix nobody knows is at least this long: `Mesh_a` is no vowel. */
const ShortestTail = 6;

/** Prefixes of sets, such as Character Creator's `A01_` and Rocketbox' `AK_01_`, and of meshes. */
const KnownPrefixes =
    /^(?:aavi\d\d|ak\d\d|a\d\d|arkit|bs|blendshapes?\d*|ctrlexpressions|fcl|morph|exp|mth|cc)(?=.)|^(?:mesh|face|head|body)(?=.{3})/u;

/** Longest name that is looked at. */
const MaxLength = 128;

/**
 * What a channel's name may mean, likeliest first: without mesh and set names, without separators, case and side.
 *
 * @param name name as a file has it
 */
export function ReadFaceName(name: string): IFaceName[] {
    const words = WordsOf(TailOf(name.slice(0, MaxLength).normalize("NFKC")));
    const whole = words.join("");
    const stems = [whole];
    for (let rest = whole, prefix = KnownPrefixes.exec(rest); prefix; prefix = KnownPrefixes.exec(rest)) {
        rest = rest.slice(prefix[0].length);
        stems.push(rest);
    }
    const tails = words.map((_, first) => words.slice(first).join("")).slice(1, MaxPrefixWords + 1);
    stems.push(...tails.filter((tail) => tail.length >= ShortestTail));
    const ends = { first: words.length > 1 ? words[0]! : "", last: words.length > 1 ? words.at(-1)! : "" };
    return [...new Set(stems)].flatMap((stem) => SidesOf(stem, ends));
}

/** Without the path of a mesh or node; what follows the last separator is a side where it is one letter. */
function TailOf(name: string): string {
    const parts = name.split(/[.|:/]/u).filter((part) => part !== "");
    const last = parts.at(-1) ?? "";
    return parts.length > 1 && /^[lr]$/iu.test(last) ? `${parts.at(-2)!}_${last}` : last;
}

/** Words, lower case, at separators and where case changes. */
function WordsOf(name: string): string[] {
    return name
        .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
        .toLowerCase()
        .split(/[^\p{L}\p{N}\u30fc]+/u)
        .filter((word) => word !== "");
}

/** A stem as it is, and with what may be a side taken off: what stands apart or is spelled out is one, a last letter may be. */
function SidesOf(stem: string, { first, last }: { readonly first: string; readonly last: string }): IFaceName[] {
    const found: IFaceName[] = [];
    const take = (length: number, atEnd: boolean, side: FaceSide): void => {
        const rest = atEnd ? stem.slice(0, -length) : stem.slice(length);
        if (rest.length > 1) {
            found.push({ stem: rest, side });
        }
    };
    for (const side of ["Left", "Right"] as const) {
        const word = side.toLowerCase();
        const letter = word[0]!;
        if (stem.endsWith(word)) {
            take(word.length, true, side);
        } else if (stem.startsWith(word)) {
            take(word.length, false, side);
        } else if (stem.endsWith(letter)) {
            take(1, true, side);
        } else if (first === letter && stem.startsWith(letter)) {
            take(1, false, side);
        }
    }
    const whole: IFaceName = { stem, side: "" };
    const isSure = /^[lr]$/u.test(last) || /(?:left|right)$|^(?:left|right)/u.test(stem);
    return isSure ? [...found, whole] : [whole, ...found];
}
