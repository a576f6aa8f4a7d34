import { type ArkitName, IsArkitName } from "./arkit.js";

/** A side of the face, the person's own; none for what is on both or in the middle. */
export type FaceSide = "Left" | "Right" | "";

/** Weights of some of the 52 shapes. */
export type ShapeWeights = Readonly<Partial<Record<ArkitName, number>>>;

/**
 * Reads a list of shapes as the tables of this folder have them.
 *
 * @param list `jawOpen .6, mouthSmile* .3, eyeBlink~`: shapes with weights (1 when left out), parted by commas. `*` stands
 * for left and right, `~` for the given side, or for both when there is none
 * @param side what `~` stands for
 */
export function ReadShapeList(list: string, side: FaceSide = ""): ShapeWeights {
    const weights: Partial<Record<ArkitName, number>> = {};
    for (const item of list.split(",").filter((text) => text.trim() !== "")) {
        const [shape = "", weight = "1"] = item.trim().split(/\s+/);
        const sides = shape.endsWith("*") || (shape.endsWith("~") && side === "") ? ["Left", "Right"] : [side];
        const names = /[*~]$/.test(shape) ? sides.map((end) => shape.slice(0, -1) + end) : [shape];
        for (const name of names) {
            if (!IsArkitName(name)) {
                throw new Error(`"${name}" of the table row "${list}" is no shape.`);
            }
            weights[name] = (weights[name] ?? 0) + Number(weight);
        }
    }
    return weights;
}
