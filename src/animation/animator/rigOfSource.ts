import { Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type RigSource } from "./animatorOptions.js";
import { AnimatorError, type RigNodeSource } from "./rigNodes.js";

/**
 * The rig of an asset container is its largest skeleton, or what stands below its first root where there is none.
 *
 * @throws AnimatorError `no-rig` when the container is empty
 */
export function RigOf(source: RigSource): RigNodeSource {
    if (source instanceof Skeleton || source instanceof TransformNode) {
        return source;
    }
    const [largest] = [...source.skeletons].sort((a, b) => b.bones.length - a.bones.length);
    const root = largest ?? source.rootNodes.find((node) => node instanceof TransformNode);
    if (!root) {
        throw new AnimatorError("no-rig", "The asset container holds no skeleton and no node.");
    }
    return root;
}
