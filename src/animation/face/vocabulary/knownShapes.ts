import { type ArkitName, ArkitNames } from "./arkit.js";
import { ArkitAliases } from "./arkitAliases.js";
import { type FaceFamily } from "./faceMapping.js";
import { type IFaceName, ReadFaceName } from "./faceNames.js";
import { FacsUnits } from "./facs.js";
import { Presets, SidedGazes } from "./presets.js";
import { type FaceSide, ReadShapeList, type ShapeWeights } from "./shapeList.js";
import { VisemeNames, VisemeShapes } from "./visemes.js";

/** What a name means. */
export interface IKnownShape {
    /** Naming scheme. */
    readonly family: Exclude<FaceFamily, "custom">;
    /** In the scheme's own words. */
    readonly means: string;
    /** Shapes and their weights. */
    readonly shapes: ShapeWeights;
}

/** Other spellings of visemes behind `viseme_`, `v_`, `AA_VI_00_` and the like. */
const VisemeSpellings: Readonly<Record<string, (typeof VisemeNames)[number]>> = { ih: "I", oh: "O", ou: "U", ee: "E" };

/** Visemes that no other scheme could mean, as whole names. */
const PlainVisemes = /^(?:sil|pp|ff|th|dd|kk|ch|ss|nn|rr)$/u;

let Table: ReadonlyMap<string, IKnownShape> | null = null;

/**
 * Finds out what a name means.
 *
 * @param name name of a channel, as a file has it
 * @returns null when no scheme knows it
 */
export function FindKnownShape(name: string): IKnownShape | null {
    Table ??= MakeTable();
    const candidates = ReadFaceName(name);
    const viseme = FindViseme(name);
    if (viseme) {
        return viseme;
    }
    for (const candidate of candidates) {
        const known = Table.get(KeyOf(candidate));
        if (known) {
            return known;
        }
    }
    return null;
}

function FindViseme(name: string): IKnownShape | null {
    const compact = name.toLowerCase().replace(/[^a-z0-9]/gu, "");
    const [, id] = /(?:viseme|vrcv|aavi\d\d|^v)([a-z]{1,3})$/u.exec(compact) ?? [];
    const spelled = id ?? (PlainVisemes.test(compact) ? compact : undefined);
    const means =
        spelled === undefined
            ? undefined
            : (VisemeSpellings[spelled] ?? VisemeNames.find((viseme) => viseme.toLowerCase() === spelled));
    return means === undefined ? null : { family: "visemes", means, shapes: VisemeShapes[means] };
}

function KeyOf({ stem, side }: IFaceName): string {
    return `${stem} ${side}`;
}

/** Where schemes share a word, the one that says more about it is entered first. */
function MakeTable(): ReadonlyMap<string, IKnownShape> {
    const table = new Map<string, IKnownShape>();
    const add = (key: string, known: IKnownShape): void => {
        if (!table.has(key)) {
            table.set(key, known);
        }
    };
    for (const name of ArkitNames) {
        const [, stem = name, side = ""] = /^(.*?)(Left|Right)?$/u.exec(name)!;
        add(KeyOf({ stem: stem.toLowerCase(), side: side as FaceSide }), Exactly(name));
    }
    for (const [list, shape] of ArkitNames.map(HalvesOf).flat()) {
        add(list, shape);
    }
    for (const [names, shapes] of ArkitAliases) {
        AddRows(add, "arkit", names, shapes);
    }
    for (const [names, shapes] of FacsUnits) {
        AddRows(add, "facs", names, shapes);
    }
    for (const [gaze, shapes] of Object.entries(SidedGazes)) {
        const [, stem = "", side = ""] = /^(\S+?) ?(Left|Right)$/u.exec(gaze)!;
        const family = stem === "look" ? "presets" : "arkit";
        add(KeyOf({ stem, side: side as FaceSide }), { family, means: gaze, shapes: ReadShapeList(shapes) });
    }
    for (const [names, shapes] of Presets) {
        AddRows(add, "presets", names, shapes);
    }
    return table;
}

function Exactly(name: ArkitName): IKnownShape {
    return { family: "arkit", means: name, shapes: { [name]: 1 } };
}

/** One side of what ARKit has once is half of it; what ARKit has twice moves both when no side is said. */
function HalvesOf(name: ArkitName): [string, IKnownShape][] {
    const [, stem = name, side] = /^(.*?)(Left|Right)?$/u.exec(name)!;
    const key = stem.toLowerCase();
    if (side === undefined) {
        const half: IKnownShape = { family: "arkit", means: name, shapes: { [name]: 0.5 } };
        return [
            [`${key} Left`, half],
            [`${key} Right`, half],
        ];
    }
    return stem === "jaw" || stem === "mouth"
        ? []
        : [[`${key} `, { family: "presets", means: stem, shapes: ReadShapeList(`${stem}*`) }]];
}

function AddRows(
    add: (key: string, known: IKnownShape) => void,
    family: IKnownShape["family"],
    names: string,
    list: string,
): void {
    for (const stem of names.split(" ")) {
        for (const side of ["", "Left", "Right"] as const) {
            const shapes = ReadShapeList(list, side);
            add(KeyOf({ stem, side }), {
                family,
                means: stem + side,
                shapes: side === "" ? Whole(shapes, list) : shapes,
            });
        }
    }
}

/** Shares of a half or a quarter are those of names with a side. */
function Whole(shapes: ShapeWeights, list: string): ShapeWeights {
    const isShared = Object.values(shapes).every((weight) => weight === 0.5 || weight === 0.25);
    return /[*~]/u.test(list) || !isShared
        ? shapes
        : Object.fromEntries(Object.entries(shapes).map(([name, weight]) => [name, 2 * weight]));
}
