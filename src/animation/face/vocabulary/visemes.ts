import { FaceError } from "../faceError.js";
import { ReadShapeList, type ShapeWeights } from "./shapeList.js";

/** The fifteen mouth shapes of speech that Oculus' lip-sync and its followers use, in their order. */
export const VisemeNames = [
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U",
] as const; // prettier-ignore

/** Name of a viseme. */
export type VisemeName = (typeof VisemeNames)[number];

/** What each viseme does to a face. */
export const VisemeShapes: Readonly<Record<VisemeName, ShapeWeights>> = {
    sil: {},
    PP: ReadShapeList("jawOpen .05, mouthClose .05, mouthPress* .45, mouthRollLower .35, mouthRollUpper .25"),
    FF: ReadShapeList("jawOpen .08, mouthRollLower .55, mouthUpperUp* .25, mouthShrugUpper .1"),
    TH: ReadShapeList("jawOpen .16, tongueOut .25, mouthLowerDown* .15, mouthUpperUp* .1"),
    DD: ReadShapeList("jawOpen .14, mouthLowerDown* .22, mouthStretch* .12, mouthUpperUp* .1"),
    kk: ReadShapeList("jawOpen .2, mouthLowerDown* .18, mouthUpperUp* .08, mouthStretch* .06"),
    CH: ReadShapeList("jawOpen .12, mouthFunnel .55, mouthPucker .2, mouthUpperUp* .12, mouthLowerDown* .12"),
    SS: ReadShapeList("jawOpen .05, mouthStretch* .3, mouthLowerDown* .25, mouthSmile* .12, mouthUpperUp* .1"),
    nn: ReadShapeList("jawOpen .13, mouthLowerDown* .18, mouthStretch* .1"),
    RR: ReadShapeList("jawOpen .14, mouthFunnel .28, mouthPucker .3"),
    aa: ReadShapeList("jawOpen .62, mouthLowerDown* .25, mouthUpperUp* .15, mouthStretch* .05"),
    E: ReadShapeList("jawOpen .32, mouthStretch* .22, mouthSmile* .18, mouthLowerDown* .25, mouthUpperUp* .12"),
    I: ReadShapeList("jawOpen .18, mouthStretch* .3, mouthSmile* .28, mouthLowerDown* .18"),
    O: ReadShapeList("jawOpen .4, mouthFunnel .55, mouthPucker .2"),
    U: ReadShapeList("jawOpen .16, mouthPucker .75, mouthFunnel .3"),
};

/** Speech services and mouth charts whose visemes are numbers or letters, which mean nothing without saying whose they are. */
export type VisemeScheme = "azure" | "polly" | "letters" | "blair";

/** Visemes of other schemes: `aa .7 E .3`; where one follows another within the sound, the first stands for it. */
const Schemes: Readonly<Record<VisemeScheme, Readonly<Record<string, string>>>> = {
    azure: {
        "0": "sil", "1": "aa .7 E .3", "2": "aa", "3": "O", "4": "E", "5": "RR .5 E .5", "6": "I", "7": "U", "8": "O",
        "9": "aa", "10": "O", "11": "aa", "12": "kk .3", "13": "RR", "14": "nn", "15": "SS", "16": "CH", "17": "TH",
        "18": "FF", "19": "DD", "20": "kk", "21": "PP",
    },
    polly: {
        sil: "sil", p: "PP", t: "DD", S: "CH", T: "TH", f: "FF", k: "kk", i: "I", r: "RR", s: "SS", u: "U", "@": "E .6",
        a: "aa", e: "E", E: "E", o: "O", O: "O",
    },
    letters: { A: "PP", B: "SS", C: "E", D: "aa", E: "O", F: "U", G: "FF", H: "nn", X: "sil" },
    blair: { MBP: "PP", etc: "DD", E: "E", AI: "aa", O: "O", U: "U", FV: "FF", L: "nn", WQ: "U", rest: "sil" },
}; // prettier-ignore

/**
 * What a viseme of a speech service does to a face.
 *
 * @param scheme whose viseme: Azure's numbers, Polly's symbols, the letters A–H and X of two-dimensional mouths, Preston
 * Blair's phoneme series
 * @param id the viseme, as the service writes it
 * @throws FaceError `face-unknown-shape` when there is no such scheme, or it has no such viseme
 *
 * @example
 * ```ts
 * avatar.animator.setExpression(VisemeWeights("azure", event.visemeId), { fade: 0.06 });
 * ```
 */
export function VisemeWeights(scheme: VisemeScheme, id: string | number): ShapeWeights {
    if (!Object.hasOwn(Schemes, scheme)) {
        throw new FaceError(
            "face-unknown-shape",
            `There is no scheme of visemes "${scheme}": there are ${Object.keys(Schemes).join(", ")}.`,
        );
    }
    const table = Schemes[scheme];
    const key = String(id);
    if (!Object.hasOwn(table, key)) {
        throw new FaceError(
            "face-unknown-shape",
            `"${key}" is no viseme of the scheme "${scheme}": it has ${Object.keys(table).join(", ")}.`,
        );
    }
    const words = table[key]!.split(" ");
    const weights: Record<string, number> = {};
    for (let i = 0; i < words.length; i += 2) {
        for (const [shape, weight] of Object.entries(VisemeShapes[words[i] as VisemeName])) {
            weights[shape] = (weights[shape] ?? 0) + weight * Number(words[i + 1] ?? 1);
        }
    }
    return weights;
}
