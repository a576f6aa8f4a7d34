import { type GLTF, type Node } from "@gltf-transform/core";
import { SmplxJointOfVrmBone } from "../../animation/rig/rigTemplates.js";
import { type SmplxJointName } from "../../format/bodyModel.js";

/**
 * The human bones that a VRM or VRM Animation file names, as nodes of SMPL-X joints. Entries that are no bones are left out: the names of
 * the nodes then speak in their stead.
 *
 * @param json the document
 * @param all its nodes
 * @param indexOf place of a node in the character, or -1
 */
export function ReadHumanoid(
    json: GLTF.IGLTF,
    all: readonly Node[],
    indexOf: (node: Node) => number,
): Partial<Record<SmplxJointName, number>> {
    const modern = Field(json.extensions, "VRMC_vrm") ?? Field(json.extensions, "VRMC_vrm_animation");
    const version = modern === undefined ? 0 : 1;
    const extension = modern ?? Field(json.extensions, "VRM");
    const humanBones = Field(Field(extension, "humanoid"), "humanBones");
    // VRM 1.0 names the bone by the key, VRM 0 in the item.
    const found: Partial<Record<SmplxJointName, number>> = {};
    for (const [key, item] of Object.entries(Object(humanBones) as object)) {
        const bone = version === 1 ? key : Field(item, "bone");
        const node = all[Number(Field(item, "node") ?? -1)];
        const joint = typeof bone === "string" ? SmplxJointOfVrmBone(bone, version) : null;
        const index = node ? indexOf(node) : -1;
        if (joint && index >= 0) {
            found[joint] = index;
        }
    }
    return found;
}

function Field(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
