import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type IGLTF } from "@babylonjs/loaders/glTF/2.0/glTFLoaderInterfaces.js";
import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { SmplxJointOfVrmBone } from "../rig/rigTemplates.js";
import { type IRigNodes } from "./rigNodes.js";

/** Where a node keeps which human bone its file says it is; metadata goes along when Babylon clones a node. */
const Key = "humanoidJoint";

/** VRM 1.0, its animation files (whose bones are named alike), and VRM 0. */
const Extensions = ["VRMC_vrm", "VRMC_vrm_animation", "VRM"] as const;

/**
 * Notes on the nodes of a VRM or VRM Animation file which human bones they are, since Babylon's loader forgets the file once it is read.
 *
 * @param gltf the file as the loader holds it, its nodes made
 */
export function KeepHumanoid(gltf: IGLTF): void {
    const name = Extensions.find((extension) => Field(gltf.extensions, extension) !== undefined);
    if (!name) {
        return;
    }
    const version = name === "VRM" ? 0 : 1;
    const humanBones = Field(Field(Field(gltf.extensions, name), "humanoid"), "humanBones");
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
