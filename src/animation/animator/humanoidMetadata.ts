import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type IGLTF } from "@babylonjs/loaders/glTF/2.0/glTFLoaderInterfaces.js";
import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { SmplxJointOfVrmBone } from "../rig/rigTemplates.js";
import { type IRigNodes } from "./rigNodes.js";

/** Where a node keeps which human bone its file says it is; metadata goes along when Babylon clones a node. */
const Key = "humanoidJoint";

/**
 * Notes on the nodes of a VRM file which human bones they are, since Babylon's loader forgets the file once it is read.
 *
 * @param gltf the file as the loader holds it, its nodes made
 */
export function KeepHumanoid(gltf: IGLTF): void {
    const version = Field(gltf.extensions, "VRMC_vrm") === undefined ? 0 : 1;
    const extension = Field(gltf.extensions, version === 1 ? "VRMC_vrm" : "VRM");
    const humanBones = Field(Field(extension, "humanoid"), "humanBones");
    if (typeof humanBones !== "object" || humanBones === null) {
        return;
    }
    // VRM 1.0 names the bone by the key, VRM 0 in the item.
    for (const [key, item] of Object.entries(humanBones)) {
        const bone = version === 1 ? key : Field(item, "bone");
        const joint = typeof bone === "string" ? SmplxJointOfVrmBone(bone, version) : null;
        const node = (
            gltf.nodes?.[Number(Field(item, "node") ?? -1)] as { _babylonTransformNode?: TransformNode } | undefined
        )?._babylonTransformNode;
        if (joint && node) {
            node.metadata = { ...(node.metadata as object | null), [Key]: joint };
        }
    }
}

/**
 * Nodes that their file names as human bones.
 *
 * @param nodes the nodes of a rig
 * @returns node index by joint; empty where the file says nothing
 */
export function HumanoidOfRigNodes(nodes: IRigNodes): Partial<Record<SmplxJointName, number>> {
    const found: Partial<Record<SmplxJointName, number>> = {};
    nodes.targets.forEach((target, i) => {
        const joint = SmplxJointNames.find((name) => name === Field(target.metadata, Key));
        if (joint) {
            found[joint] = i;
        }
    });
    return found;
}

function Field(value: unknown, key: string): unknown {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
