import * as v from "valibot";
import { AvatarExtensionSchema, AvatarExtensionVersion, type IAvatarExtension } from "./avatarSchema.js";
import { CheckNetworks } from "./checkNetworks.js";
import { AvatarExtensionName, QuantizationExtensionName, SplatExtensionName } from "./extensionNames.js";
import { type IGltf, IssuePath } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";

const Path = `/extensions/${AvatarExtensionName}`;

/** The value of our extension in a document, whatever it is. */
function ValueOf(gltf: IGltf): unknown {
    const extensions = gltf.extensions ?? {};
    return Object.hasOwn(extensions, AvatarExtensionName) ? extensions[AvatarExtensionName] : undefined;
}

/**
 * The avatar extension of a document, to learn what it refers to.
 *
 * @param gltf the checked document
 * @returns the extension, of which nothing but its shape is checked; null when there is none or its shape is wrong
 */
export function PeekExtension(gltf: IGltf): IAvatarExtension | null {
    const result = v.safeParse(AvatarExtensionSchema, ValueOf(gltf), { abortEarly: true });
    return result.success ? result.output : null;
}

/**
 * Checks the avatar extension of a document.
 *
 * @param gltf the checked document
 * @param issues receives every problem
 * @returns the extension, or null when the document has none or it is wrong
 */
export function ReadExtension(gltf: IGltf, issues: IssueList): IAvatarExtension | null {
    const value = ValueOf(gltf);
    if (value === undefined) {
        return null;
    }
    const version = typeof value === "object" && value !== null ? (value as { version?: unknown }).version : undefined;
    if (Number.isInteger(version) && version !== AvatarExtensionVersion) {
        issues.error(
            "unsupported-version",
            `${Path}/version`,
            `version ${String(version)}, this library reads ${AvatarExtensionVersion}: update the library or export again`,
        );
        return null;
    }
    const result = v.safeParse(AvatarExtensionSchema, value);
    if (!result.success) {
        for (const issue of result.issues) {
            issues.error("invalid-extension", IssuePath(Path, issue), `${issue.message}: correct the field`);
        }
        return null;
    }
    CheckNetworks(result.output, gltf, issues);
    return result.output;
}

/**
 * Refuses required extensions that this reader does not know, as glTF asks.
 *
 * @param gltf the checked document
 * @param issues receives every problem
 */
export function CheckRequiredExtensions(gltf: IGltf, issues: IssueList): void {
    const known = [AvatarExtensionName, SplatExtensionName, QuantizationExtensionName];
    for (const [index, name] of (gltf.extensionsRequired ?? []).entries()) {
        if (!known.includes(name)) {
            issues.error(
                "unsupported-extension",
                `/extensionsRequired/${index}`,
                `"${name.slice(0, 80)}" is not supported: export without it`,
            );
        }
    }
}
