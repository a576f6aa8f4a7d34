import { ArkitNames, type ArkitName } from "../../../format/arkitNames.js";

export { ArkitNames, type ArkitName } from "../../../format/arkitNames.js";

/** What of a face a shape moves. */
export type FacePart = "brow" | "cheek" | "eyelid" | "gaze" | "jaw" | "lips" | "nose" | "tongue";

/** Number of shapes: length of every array of weights. */
export const ArkitCount = ArkitNames.length;

/** Index of each shape in arrays of weights. */
export const ArkitIndices = Object.freeze(
    Object.fromEntries(ArkitNames.map((name, index) => [name, index])),
) as Readonly<Record<ArkitName, number>>;

/** [52] what each shape moves. */
export const ArkitParts: readonly FacePart[] = ArkitNames.map(PartOf);

/** [52] index of the shape on the other side of the face; its own for shapes that are the same on both. */
export const ArkitMirror: readonly number[] = ArkitNames.map((name) => {
    const other = name.endsWith("Left") ? name.replace(/Left$/, "Right") : name.replace(/Right$/, "Left");
    return ArkitIndices[other as ArkitName];
});

/** Shapes that undo each other: a face does one or the other. */
export const ArkitOpposites: readonly (readonly [ArkitName, ArkitName])[] = [
    ["jawLeft", "jawRight"],
    ["mouthLeft", "mouthRight"],
    ["eyeWideLeft", "eyeBlinkLeft"],
    ["eyeWideRight", "eyeBlinkRight"],
    ["eyeLookInLeft", "eyeLookOutLeft"],
    ["eyeLookInRight", "eyeLookOutRight"],
    ["eyeLookUpLeft", "eyeLookDownLeft"],
    ["eyeLookUpRight", "eyeLookDownRight"],
];

/** Whether a string is the name of one of the shapes, as it stands. */
export function IsArkitName(name: string): name is ArkitName {
    return Object.hasOwn(ArkitIndices, name);
}

function PartOf(name: ArkitName): FacePart {
    if (name.startsWith("eyeLook")) {
        return "gaze";
    }
    const [word] = /^[a-z]+/.exec(name)!;
    return ({ eye: "eyelid", mouth: "lips" } as Record<string, FacePart>)[word] ?? (word as FacePart);
}
