import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { OwnMask } from "../animation/animator/clipVoice.js";

/**
 * Copies what makes a mesh a character: its child nodes, the skeleton linked to them, its expression channels, and the
 * clips that play on all of these. The copy moves by itself.
 *
 * @param source the character; unchanged
 * @param copy a mesh without children; receives children, skeleton and morph target manager
 * @param clips the character's clips
 * @returns the clips of the copy
 */
export function CopyCharacter(source: Mesh, copy: Mesh, clips: readonly AnimationGroup[]): AnimationGroup[] {
    const copies = new Map<unknown, unknown>([[source, copy]]);
    for (const child of source.getChildren(undefined, true)) {
        if (child instanceof TransformNode) {
            const childCopy = child.clone(`${copy.name}.${child.name}`, copy);
            if (childCopy) {
                MapNodes(child, childCopy, copies);
            }
        }
    }
    copy.skeleton = source.skeleton?.clone(`${copy.name}.skeleton`) ?? null;
    for (const bone of copy.skeleton?.bones ?? []) {
        const node = copies.get(bone.getTransformNode());
        if (node instanceof TransformNode) {
            bone.linkTransformNode(node);
        }
    }
    const channels = source.morphTargetManager;
    if (channels) {
        const channelCopies = channels.clone();
        for (let channel = 0; channel < channels.numTargets; channel++) {
            copies.set(channels.getTarget(channel), channelCopies.getTarget(channel));
        }
        copy.morphTargetManager = channelCopies;
    }
    return clips.map((clip) => {
        const clipCopy = clip.clone(clip.name, (target: unknown) => copies.get(target) ?? target);
        clipCopy.mask = OwnMask(clip); // not that of the layer it plays on
        return clipCopy;
    });
}

/** Pairs a node and its descendants with those of its copy: Babylon clones children in their order. */
function MapNodes(node: TransformNode, copy: TransformNode, copies: Map<unknown, unknown>): void {
    copies.set(node, copy);
    const children = node.getChildTransformNodes(true);
    copy.getChildTransformNodes(true).forEach((childCopy, index) => {
        MapNodes(children[index]!, childCopy, copies);
    });
}
