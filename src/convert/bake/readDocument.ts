import { type Document, type GLTF, type JSONDocument, Logger, WebIO } from "@gltf-transform/core";
import { ALL_EXTENSIONS } from "@gltf-transform/extensions";
import { MeshoptDecoder } from "meshoptimizer";
import { AvatarError } from "../../diagnostics/avatarError.js";
import { SplitGlb } from "../../format/glbContainer.js";
import { ParseJsonText } from "../../format/jsonText.js";
import { AvatarBakeError } from "./avatarBakeError.js";
import { CheckCharacterJson, GlbResource } from "./checkCharacterJson.js";

/** A `.gltf` file with its side files by URI. */
export interface IGltfWithResources {
    /** Parsed JSON of the `.gltf`. */
    readonly json: unknown;
    /** Bytes of every buffer and image by the URI the JSON names. */
    readonly resources: Readonly<Record<string, Uint8Array>>;
}

/** Extensions that hide geometry from a reader without their decoder, with what an exporter calls them. */
const UnsupportedCompression: Readonly<Record<string, string>> = { KHR_draco_mesh_compression: "Draco" };

/**
 * Reads a character with glTF-Transform, once it is known to be sound.
 *
 * @param source bytes of a `.glb` or `.vrm`, or a `.gltf` with its side files
 * @param name name for messages
 * @returns the document, and the JSON it was read from
 * @throws AvatarBakeError when the file is broken or needs an extension that is not known
 */
export async function ReadDocumentAsync(
    source: Uint8Array | IGltfWithResources,
    name: string,
): Promise<{ document: Document; json: GLTF.IGLTF }> {
    const parsed = ParseSource(source, name);
    return { document: await ReadParsedAsync(parsed, name), json: parsed.json };
}

/**
 * Reads a parsed document with glTF-Transform, once it is known to be sound.
 *
 * @param parsed JSON and binary parts
 * @param name name for messages
 * @throws AvatarBakeError when the file is broken or needs an extension that is not known
 */
export async function ReadParsedAsync(parsed: JSONDocument, name: string): Promise<Document> {
    const io = new WebIO()
        .setLogger(new Logger(Logger.Verbosity.SILENT))
        .registerExtensions(ALL_EXTENSIONS)
        .registerDependencies({ "meshopt.decoder": MeshoptDecoder });
    CheckCharacterJson(parsed, name);
    RequireKnownExtensions(parsed.json, name);
    await MeshoptDecoder.ready;
    return await io.readJSON(parsed);
}

/**
 * Splits a character file into JSON and binary parts.
 *
 * @param source bytes of a `.glb` or `.vrm`, or a `.gltf` with its side files
 * @param name name for messages
 * @throws AvatarBakeError when it is no glTF
 */
export function ParseSource(source: Uint8Array | IGltfWithResources, name: string): JSONDocument {
    if (!(source instanceof Uint8Array)) {
        return source as unknown as JSONDocument;
    }
    try {
        const { json, binary } = SplitGlb(source);
        const resources: Record<string, Uint8Array<ArrayBuffer>> = {};
        if (binary) {
            resources[GlbResource] = binary as Uint8Array<ArrayBuffer>;
        }
        return { json: ParseJsonText(json) as GLTF.IGLTF, resources };
    } catch (cause) {
        const reason = cause instanceof AvatarError ? cause.message : "it is no GLB file";
        throw new AvatarBakeError("invalid-gltf", `"${name}": ${reason}`, { cause });
    }
}

function RequireKnownExtensions({ extensionsUsed = [], extensionsRequired = [] }: GLTF.IGLTF, name: string): void {
    for (const extension of extensionsUsed) {
        const compression = UnsupportedCompression[extension];
        if (compression !== undefined) {
            throw new AvatarBakeError(
                "unsupported-extension",
                `"${name}" is compressed with ${compression} (${extension}), which is not read. ` +
                    `Export it without ${compression} compression; meshopt compression is read.`,
            );
        }
    }
    const known = new Set<string>(ALL_EXTENSIONS.map((extension) => extension.EXTENSION_NAME));
    const unknown = extensionsRequired.filter((extension) => !known.has(extension));
    if (unknown.length > 0) {
        throw new AvatarBakeError(
            "unsupported-extension",
            `"${name}" requires ${unknown.join(", ")}, which is not read. Export it without.`,
        );
    }
}
