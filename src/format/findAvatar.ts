import { AvatarExtensionName, SplatExtensionName } from "./extensionNames.js";

/** Where in a document an avatar is. */
export interface IAvatarLocation {
    /** Index of the node that holds mesh and skin. */
    readonly node: number;
    /** Index of the mesh. */
    readonly mesh: number;
    /** Index of the primitive within the mesh. */
    readonly primitive: number;
    /** Index of the skin. */
    readonly skin: number;
}

function IsRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ItemOf(record: unknown, key: string, index: unknown): Record<string, unknown> | null {
    const list = IsRecord(record) ? record[key] : null;
    const item: unknown = Array.isArray(list) && typeof index === "number" ? list[index] : null;
    return IsRecord(item) ? item : null;
}

/**
 * Whether a primitive is a skinned splat cloud, which is what makes an avatar: `KHR_gaussian_splatting` with joints and
 * weights, on a node with a skin. Nothing else of the file needs to be right for this answer.
 *
 * @param primitive a mesh primitive of a glTF document, not trusted
 * @param node the node that shows its mesh, not trusted
 * @returns true when the primitive is an avatar; static splats give false
 */
export function IsAvatarPrimitive(primitive: unknown, node: unknown): boolean {
    if (!IsRecord(primitive) || !IsRecord(node)) {
        return false;
    }
    const { attributes, extensions } = primitive;
    return (
        IsRecord(extensions) &&
        Object.hasOwn(extensions, SplatExtensionName) &&
        IsRecord(attributes) &&
        Object.hasOwn(attributes, "JOINTS_0") &&
        Object.hasOwn(attributes, "WEIGHTS_0") &&
        typeof node["skin"] === "number"
    );
}

/**
 * Finds the avatar of a glTF document: the node that `BGA_gaussian_avatar` names, or the first node that shows a skinned
 * splat cloud.
 *
 * @param json a parsed glTF document, not trusted
 * @returns where the avatar is, or null when the document holds none
 */
export function FindAvatarPrimitive(json: unknown): IAvatarLocation | null {
    const nodes: unknown = IsRecord(json) ? json["nodes"] : null;
    if (!Array.isArray(nodes)) {
        return null;
    }
    const root: unknown = (json as Record<string, unknown>)["extensions"];
    const extension = IsRecord(root) ? root[AvatarExtensionName] : null;
    const named = IsRecord(extension) && typeof extension["avatar"] === "number" ? [extension["avatar"]] : [];
    // Many nodes can show one mesh, and a mesh can have many primitives: each is looked at once.
    const splatOfMesh = new Map<unknown, number>();
    for (const index of [...named, ...nodes.keys()]) {
        const node: unknown = nodes[index];
        const mesh = IsRecord(node) && typeof node["skin"] === "number" ? ItemOf(json, "meshes", node["mesh"]) : null;
        if (mesh === null) {
            continue;
        }
        const primitives: unknown = mesh["primitives"];
        const primitive =
            splatOfMesh.get(mesh) ??
            (Array.isArray(primitives) ? primitives.findIndex((candidate) => IsAvatarPrimitive(candidate, node)) : -1);
        splatOfMesh.set(mesh, primitive);
        if (primitive >= 0) {
            const { mesh: meshIndex, skin } = node as { mesh: number; skin: number };
            return { node: index, mesh: meshIndex, primitive, skin };
        }
    }
    return null;
}
