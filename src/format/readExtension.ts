import * as v from "valibot";
import { AvatarExtensionSchema, AvatarExtensionVersion, type IAvatarExtension } from "./avatarSchema.js";
import { AvatarExtensionName, QuantizationExtensionName, SplatExtensionName } from "./extensionNames.js";
import { type IGltf, IssuePath } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { RequireSafeUri } from "./safeUri.js";

const Path = `/extensions/${AvatarExtensionName}`;

function CheckNetworks(extension: IAvatarExtension, gltf: IGltf, issues: IssueList): void {
    const names = new Set<string>();
    for (const [index, network] of (extension.networks ?? []).entries()) {
        const path = `${Path}/networks/${index}`;
        if (names.has(network.name)) {
            issues.error("duplicate-name", `${path}/name`, `two networks are named "${network.name}": rename one`);
        }
        names.add(network.name);
        if ((network.uri === undefined) === (network.bufferView === undefined)) {
            issues.error("invalid-extension", path, "give exactly one of uri and bufferView");
        } else if (network.uri !== undefined) {
            try {
                RequireSafeUri(network.uri, `${path}/uri`);
            } catch (thrown) {
                issues.addThrown(thrown);
            }
        } else if (gltf.bufferViews[network.bufferView!]?.byteLength !== network.byteLength) {
            issues.error(
                "out-of-range",
                `${path}/bufferView`,
                `bufferView ${network.bufferView} does not have the stated ${network.byteLength} bytes`,
            );
        }
    }
    for (const [index, tier] of extension.tiers.entries()) {
        const path = `${Path}/tiers/${index}`;
        if (extension.tiers.findIndex((other) => other.name === tier.name) !== index) {
            issues.error("duplicate-name", `${path}/name`, `tier "${tier.name}" is listed twice: remove one`);
        }
        const unknown = (tier.networks ?? []).find((name) => !names.has(name));
        if (unknown !== undefined) {
            issues.error(
                "invalid-extension",
                `${path}/networks`,
                `there is no network "${unknown}": name one of networks`,
            );
        }
    }
}

/**
 * Checks the avatar extension of a document.
 *
 * @param gltf the checked document
 * @param issues receives every problem
 * @returns the extension, or null when the document has none or it is wrong
 */
export function ReadExtension(gltf: IGltf, issues: IssueList): IAvatarExtension | null {
    const extensions = gltf.extensions ?? {};
    const value = Object.hasOwn(extensions, AvatarExtensionName) ? extensions[AvatarExtensionName] : undefined;
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
