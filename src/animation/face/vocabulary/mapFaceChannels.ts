import { FaceError } from "../faceError.js";
import { type ArkitName, ArkitIndices, ArkitParts, IsArkitName } from "./arkit.js";
import {
    FaceFamilies,
    type FaceShapes,
    type IFaceChannel,
    type IFaceMapping,
    type IMapFaceOptions,
} from "./faceMapping.js";
import { FindKnownShape, type IKnownShape } from "./knownShapes.js";
import { type ShapeWeights } from "./shapeList.js";

/** Most channels that are looked at. */
const MaxChannels = 4096;

/**
 * Finds out which of the 52 shapes the channels of a source are. Where several schemes name the same part of a face (ARKit
 * shapes beside visemes and whole expressions), the most telling one is believed and the others are left out: they would add
 * up to a face that is twice as much.
 *
 * @param names the source's channels
 * @param options what is known better
 * @throws FaceError `face-unknown-shape` when an option names a channel or a shape that does not exist
 *
 * @example
 * ```ts
 * const mapping = MapFaceChannels(["A14_Eye_Blink_Left", "Smirk"], { name: "hero", shapes: { Smirk: "mouthSmileLeft" } });
 * console.log(mapping.unknown, mapping.warnings);
 * ```
 */
export function MapFaceChannels(names: readonly string[], options: IMapFaceOptions): IFaceMapping {
    const warnings: string[] = [];
    if (names.length > MaxChannels) {
        warnings.push(`${names.length} channels: those from number ${MaxChannels} on are left out.`);
    }
    const own = OwnShapes(names, options);
    const unknown: string[] = [];
    const found: IFaceChannel[] = [];
    names.slice(0, MaxChannels).forEach((source, index) => {
        const given = own.get(source);
        const { shapes, ...said } = Object.hasOwn(options.channels ?? {}, source) ? options.channels![source]! : {};
        const known = FindKnownShape(source) ?? Stated(source, shapes);
        if (given === null || (given === undefined && known === null)) {
            unknown.push(source);
            return;
        }
        const means = given ? source : known!.means;
        const family = given ? "custom" : known!.family;
        found.push({ source, index, family, means, shapes: given ?? known!.shapes, ...said });
    });
    const channels = Sift(found);
    const kept = new Set(channels.map(({ index }) => index));
    return {
        channels,
        unknown,
        unused: found.filter(({ index }) => !kept.has(index)).map(({ source }) => source),
        warnings,
    };
}

/** A whole expression that only its file knows. */
function Stated(source: string, shapes: ShapeWeights | undefined): IKnownShape | null {
    return shapes ? { family: "presets", means: source, shapes } : null;
}

function OwnShapes(names: readonly string[], { name, shapes = {} }: IMapFaceOptions): Map<string, ShapeWeights | null> {
    const own = new Map<string, ShapeWeights | null>();
    for (const [channel, given] of Object.entries(shapes)) {
        if (!names.includes(channel)) {
            throw new FaceError(
                "face-unknown-shape",
                `The face of "${name}" has no channel "${channel}": it has ${names.slice(0, 12).join(", ")} …`,
            );
        }
        own.set(channel, ReadShapes(given, channel, name));
    }
    return own;
}

function ReadShapes(given: FaceShapes, channel: string, name: string): ShapeWeights | null {
    const isShapes = typeof given === "object" && !Array.isArray(given);
    // What is neither is no name of a shape: files say so, whatever the types.
    const weights: ShapeWeights | null = isShapes ? given : { [String(given)]: 1 };
    for (const [shape, weight] of Object.entries(weights ?? {})) {
        if (!IsArkitName(shape) || !Number.isFinite(weight)) {
            throw new FaceError(
                "face-unknown-shape",
                `Channel "${channel}" of "${name}" is said to be "${shape}" ${String(weight)}, which is none of the 52 ARKit ` +
                    "shapes (jawOpen, mouthSmileLeft, …) with a number.",
            );
        }
    }
    return weights;
}

/** Leaves out what a more telling channel says already. */
function Sift(found: readonly IFaceChannel[]): IFaceChannel[] {
    const order = [...FaceFamilies] as string[];
    const rank = ({ family }: IFaceChannel): number => order.indexOf(family); // the user's word is -1
    const best = new Map<string, number>();
    // What the user says of a channel says nothing of the others.
    for (const channel of found.filter(({ family }) => family !== "custom")) {
        for (const shape of Object.keys(channel.shapes) as ArkitName[]) {
            const part = PartOf(shape);
            best.set(part, Math.min(best.get(part) ?? Infinity, rank(channel)));
        }
    }
    const exact = new Map<string, number>();
    for (const { shapes, index } of found) {
        const [only, ...others] = Object.entries(shapes);
        if (only?.[1] === 1 && others.length === 0 && !exact.has(only[0])) {
            exact.set(only[0], index);
        }
    }
    return found.flatMap((channel) => {
        const shapes = Object.entries(channel.shapes).filter(([shape]) => {
            const isBest = rank(channel) <= (best.get(PartOf(shape as ArkitName)) ?? Infinity);
            const owner = exact.get(shape);
            const isOnly = channel.family === "custom" || owner === undefined || owner === channel.index;
            return isBest && (isOnly || !IsSingle(channel));
        });
        // Silence and neutral faces say something by saying nothing.
        const isNothing = Object.keys(channel.shapes).length === 0;
        return shapes.length > 0 || isNothing ? [{ ...channel, shapes: Object.fromEntries(shapes) }] : [];
    });
}

function IsSingle({ shapes }: IFaceChannel): boolean {
    return Object.keys(shapes).length === 1;
}

/** Mouths are one thing: a jaw by ARKit and lips by visemes would not fit each other. */
function PartOf(shape: ArkitName): string {
    const part = ArkitParts[ArkitIndices[shape]]!;
    return part === "jaw" || part === "tongue" ? "lips" : part;
}
