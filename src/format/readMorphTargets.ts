import { type AccessorReader } from "./accessor.js";
import { type IMorphTarget } from "./morphTarget.js";
import { type IAvatarExtension } from "./avatarSchema.js";
import { CheckShapes } from "./checkFaceShapes.js";
import { CheckName } from "./checkName.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { type IGltfMesh, type IGltfPrimitive } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { MaxGaussians, MaxMorphTargets } from "./limits.js";

/** Component forms of morph deltas: those of glTF and of `KHR_mesh_quantization`. */
export const DeltaForms: readonly string[] = ["f32", "i8", "i8n", "i16", "i16n"];

/** Names from our extension, else from `mesh.extras.targetNames`, else made up. */
function ChannelNames(
    mesh: IGltfMesh,
    meshPath: string,
    count: number,
    extension: IAvatarExtension | null,
    issues: IssueList,
): string[] {
    const path = `/extensions/${AvatarExtensionName}/expressions`;
    const listed = extension?.expressions ?? [];
    if (extension !== null && listed.length !== count) {
        issues.error(
            "invalid-morph-target",
            path,
            `${listed.length} channels for ${count} morph targets: list one for each`,
        );
    }
    for (const [index, channel] of listed.entries()) {
        if (channel.morphTarget !== index) {
            issues.error(
                "invalid-morph-target",
                `${path}/${index}/morphTarget`,
                `is ${channel.morphTarget}, must be ${index}: list channels in the order of the targets`,
            );
        }
    }
    const extras = mesh.extras as { targetNames?: unknown } | null | undefined;
    const targetNames: unknown = extras?.targetNames;
    const names = Array.from({ length: count }, (_, index) => {
        const name: unknown = listed[index]?.name ?? (Array.isArray(targetNames) ? targetNames[index] : undefined);
        return typeof name === "string" ? name : `morph${index}`;
    });
    const used = new Set<string>();
    for (const [index, name] of names.entries()) {
        const namePath = extension === null ? `${meshPath}/extras/targetNames/${index}` : `${path}/${index}/name`;
        CheckName(name, namePath, issues);
        if (used.has(name)) {
            issues.error("duplicate-name", namePath, `two expression channels are named "${name}": rename one`);
        }
        used.add(name);
    }
    return names;
}

/** How ARKit's shapes move a channel, where the file says so. */
function ReadResponse(
    extension: IAvatarExtension | null,
    index: number,
    issues: IssueList,
): Pick<IMorphTarget, "follows" | "range"> {
    const path = `/extensions/${AvatarExtensionName}/expressions/${index}`;
    const { follows, range } = extension?.expressions[index] ?? {};
    if (range && range[0] > range[1]) {
        issues.error("invalid-morph-target", `${path}/range`, `goes from ${range[0]} to ${range[1]}: turn it round`);
    } else if (range && (range[0] > 0 || range[1] < 0)) {
        const message = `goes from ${range[0]} to ${range[1]}: 0, the neutral face, must be in it`;
        issues.error("invalid-morph-target", `${path}/range`, message);
    }
    return {
        ...(follows === undefined ? {} : { follows: CheckShapes(follows, `${path}/follows`, issues) }),
        ...(range === undefined ? {} : { range }),
    };
}

/**
 * Reads the expression channels of a primitive: the offsets of POSITION of its morph targets.
 *
 * @param mesh the mesh, for the names
 * @param primitive the primitive
 * @param path JSON pointer of the primitive
 * @param extension the avatar extension, or null for a file of others
 * @param reader reads the offsets
 * @param issues receives every problem
 * @returns the channels, or null when they cannot be used
 */
export function ReadMorphTargets(
    mesh: IGltfMesh,
    primitive: IGltfPrimitive,
    path: string,
    extension: IAvatarExtension | null,
    reader: AccessorReader,
    issues: IssueList,
): IMorphTarget[] | null {
    const targets = primitive.targets ?? [];
    if (targets.length > MaxMorphTargets) {
        issues.error(
            "too-large",
            `${path}/targets`,
            `${targets.length} morph targets, at most ${MaxMorphTargets} are read`,
        );
        return null;
    }
    const names = ChannelNames(mesh, path.slice(0, path.indexOf("/primitives/")), targets.length, extension, issues);
    // When POSITION itself is wrong, the count is unknown here and its own message is already in the list.
    const count = reader.countOf(primitive.attributes["POSITION"]);
    const result: IMorphTarget[] = [];
    for (const [index, target] of targets.entries()) {
        const targetPath = `${path}/targets/${index}`;
        for (const attribute of Object.keys(target).filter((name) => name !== "POSITION")) {
            issues.warning(
                "ignored-attribute",
                `${targetPath}/${attribute}`,
                "only POSITION of a morph target moves Gaussians",
            );
        }
        const accessor = target["POSITION"];
        if (accessor === undefined) {
            issues.error(
                "invalid-morph-target",
                targetPath,
                `channel "${names[index]}" has no POSITION: a channel must move something`,
            );
            continue;
        }
        const rows = reader.readRows(accessor, `${targetPath}/POSITION`, {
            type: "VEC3",
            forms: DeltaForms,
            maxCount: MaxGaussians,
            ...(count === undefined ? {} : { count }),
        });
        if (rows !== null) {
            result.push({
                name: names[index]!,
                indices: rows.indices,
                deltas: rows.values,
                ...ReadResponse(extension, index, issues),
            });
        }
    }
    return result.length === targets.length ? result : null;
}
