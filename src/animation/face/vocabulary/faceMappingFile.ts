import * as v from "valibot";
import { ArkitNames } from "../../../format/arkitNames.js";
import { FaceError } from "../faceError.js";
import { type FaceShapes, type IFaceMapping } from "./faceMapping.js";

/** Longest name of a channel, and most channels of a source. */
const LongestName = 4096;
const MaxChannels = 4096;

const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(LongestName));
const Weight = v.pipe(v.number(), v.finite(), v.minValue(-100), v.maxValue(100));
const Shape = v.picklist(ArkitNames);

const FileSchema = v.object({
    format: v.literal("gaussian-avatar-face"),
    version: v.literal(1),
    name: v.pipe(v.string(), v.maxLength(LongestName)),
    shapes: v.pipe(
        v.record(Name, v.nullable(v.union([Shape, v.record(Shape, Weight)]))),
        v.check((shapes) => Object.keys(shapes).length <= MaxChannels, `has more than ${MaxChannels} channels`),
    ),
});

/** A face mapping as it is stored: plain JSON, made to be read and mended by hand. Channels are named, not counted. */
export interface IFaceMappingFile {
    /** What the file is. */
    readonly format: "gaussian-avatar-face";
    /** Version of the format. */
    readonly version: 1;
    /** Name of the source. */
    readonly name: string;
    /** What every channel means; null for nothing. */
    readonly shapes: Readonly<Record<string, FaceShapes>>;
}

/**
 * A face mapping, to be stored: every channel that has a name is in it, so that loading it gives the same shapes again. What a
 * VRM model says of its expressions is not: read it again.
 *
 * @param name name of the source
 * @param mapping what its channels are
 *
 * @example
 * ```ts
 * const mapping = avatar.animator.describeFace(hero);
 * localStorage.setItem("hero", JSON.stringify(SerializeFaceMapping("hero", mapping)));
 * const { shapes } = ParseFaceMapping(JSON.parse(localStorage.getItem("hero")!));
 * avatar.animator.followMorphs(hero, { shapes });
 * ```
 */
export function SerializeFaceMapping(name: string, mapping: IFaceMapping): IFaceMappingFile {
    const nothing = [...mapping.unknown, ...mapping.unused]
        .filter((source) => source !== "")
        .map((source) => [source, null] as const);
    const something = mapping.channels.map(({ source, shapes }) => [source, { ...shapes }] as const);
    return {
        format: "gaussian-avatar-face",
        version: 1,
        name,
        shapes: Object.fromEntries<FaceShapes>([...nothing, ...something]),
    };
}

/**
 * Reads a face mapping that was stored.
 *
 * @param json parsed JSON of any origin
 * @throws FaceError `face-mapping-invalid`
 */
export function ParseFaceMapping(json: unknown): IFaceMappingFile {
    const result = v.safeParse(FileSchema, json);
    if (!result.success) {
        const [issue] = result.issues;
        throw new FaceError(
            "face-mapping-invalid",
            `This is no face mapping: ${v.getDotPath(issue) ?? "the file"}: ${issue.message}. \`SerializeFaceMapping\` makes one.`,
        );
    }
    const { format, version, name, shapes } = result.output;
    return { format, version, name, shapes };
}
