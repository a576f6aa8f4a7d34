import { type Bone } from "@babylonjs/core/Bones/bone.pure.js";
import { Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.pure.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Node } from "@babylonjs/core/node.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { AvatarError } from "../../diagnostics/avatarError.js";

/** Failure codes of the animator. */
export type AnimatorErrorCode =
    | "no-rig"
    | "no-face"
    | "no-keys"
    | "not-attached"
    | "disposed-source"
    | "unknown-mask"
    | "unknown-joint"
    | "invalid-option";

/** What the animator cannot do with what it was given. */
export class AnimatorError extends AvatarError<AnimatorErrorCode> {}

/** What poses one node of a rig: a transform node, or a bone that no transform node is linked to. */
export type RigTarget = TransformNode | Bone;

/** The nodes of a Babylon rig, found by reference: clones share names. Parents come first. */
export interface IRigNodes {
    /** Name of the rig, for messages. */
    readonly name: string;
    /** What poses each node. */
    readonly targets: readonly RigTarget[];
    /** The bone that knows the bind pose of each node, or null. */
    readonly bones: readonly (Bone | null)[];
    /** Names as the file states them, empty for meshes; clones of an asset container keep them in their bones only. */
    readonly names: readonly string[];
    /** Index of each node's parent, or -1. */
    readonly parents: readonly number[];
    /** Whether local transforms are those of a left-handed space. */
    readonly isLeftHanded: boolean;
}

/** What the nodes of a rig can be found from. */
export type RigNodeSource = Skeleton | TransformNode;

/**
 * Finds the nodes of a rig, from below what holds the whole character (the node that mirrors it into a left-handed scene,
 * such as glTF's `__root__`, or the topmost one) down to the last bone.
 *
 * @param source a skeleton, or a node above the rig
 * @returns the nodes
 * @throws AnimatorError `no-rig` when there is no node to follow, `disposed-source` when the source is gone
 */
export function FindRigNodes(source: RigNodeSource): IRigNodes {
    if (IsDisposed(source)) {
        throw new AnimatorError("disposed-source", `"${source.name}" was disposed. Follow a rig that is in use.`);
    }
    if (source instanceof Skeleton) {
        const linked = source.bones.filter((bone) => bone.getTransformNode() !== null);
        return linked.length > 0
            ? NodeRig(
                  source.name,
                  linked.map((bone) => bone.getTransformNode()!),
                  [source],
              )
            : BoneRig(source);
    }
    const skeletons = SkeletonsBelow(source);
    const linked = LinkedNodes(skeletons).filter((node) => node === source || node.isDescendantOf(source));
    const loose = skeletons.find((skeleton) => skeleton.bones.every((bone) => !bone.getTransformNode()));
    if (linked.length === 0 && loose) {
        return BoneRig(loose);
    }
    const below = linked.length > 0 ? linked : source.getDescendants(false, IsPlainNode).concat(source);
    return NodeRig(source.name, below as TransformNode[], skeletons);
}

/**
 * Whether a skeleton or node was disposed. A skeleton cannot tell: it is neither in its scene nor in a container then.
 *
 * @param source the skeleton or node
 */
export function IsDisposed(source: RigNodeSource): boolean {
    return source instanceof Skeleton
        ? !source._parentContainer && !source.getScene().skeletons.includes(source)
        : source.isDisposed();
}

/**
 * Finds the rig that a set of animated nodes belongs to.
 *
 * @param name name of the animation, for messages
 * @param targets animated nodes and bones
 * @throws AnimatorError `no-rig` when none of them is a node or bone
 */
export function FindRigNodesOfTargets(name: string, targets: readonly unknown[]): IRigNodes {
    const nodes = targets.filter((target) => target instanceof TransformNode);
    if (nodes.length > 0) {
        const skeletons = SkeletonsOfScene(nodes[0]!).filter((skeleton) =>
            skeleton.bones.some((bone) => nodes.includes(bone.getTransformNode()!)),
        );
        // Without a skin every node may be a bone, whether it moves or not.
        const tops = skeletons.length > 0 ? [] : [...new Set(nodes.map(TopOf))];
        const loose = tops.flatMap((top) => top.getDescendants(false, IsPlainNode)) as TransformNode[];
        return NodeRig(name, [...LinkedNodes(skeletons), ...nodes, ...loose], skeletons);
    }
    const bone = targets.find((target) => (target as Partial<Bone> | null)?.getClassName?.() === "Bone") as
        Bone | undefined;
    if (!bone) {
        throw new AnimatorError(
            "no-rig",
            `"${name}" animates no transform node and no bone: there is no body to retarget.`,
        );
    }
    return BoneRig(bone.getSkeleton());
}

function SkeletonsBelow(root: TransformNode): Skeleton[] {
    const found = new Set<Skeleton>();
    for (const mesh of [root, ...root.getChildMeshes(false)]) {
        if (mesh instanceof AbstractMesh && mesh.skeleton) {
            found.add(mesh.skeleton);
        }
    }
    for (const skeleton of SkeletonsOfScene(root)) {
        if (skeleton.bones.some((bone) => bone.getTransformNode()?.isDescendantOf(root) ?? false)) {
            found.add(skeleton);
        }
    }
    return [...found];
}

/** Skeletons of the scene, and of the asset container that the node waits in. */
function SkeletonsOfScene(node: TransformNode): readonly Skeleton[] {
    const container = (node._parentContainer as { skeletons?: readonly Skeleton[] } | null)?.skeletons ?? [];
    return [...new Set([...container, ...node.getScene().skeletons])];
}

function LinkedNodes(skeletons: readonly Skeleton[]): TransformNode[] {
    return skeletons.flatMap((skeleton) =>
        skeleton.bones.map((bone) => bone.getTransformNode()).filter((node) => node !== null),
    );
}

/** Meshes are no bones, whatever their names say. */
function IsPlainNode(node: Node): boolean {
    return node instanceof TransformNode && !(node instanceof AbstractMesh);
}

function NodeRig(name: string, anchors: readonly TransformNode[], skeletons: readonly Skeleton[]): IRigNodes {
    const boneOf = new Map<TransformNode, Bone>();
    for (const skeleton of skeletons) {
        for (const bone of skeleton.bones) {
            const node = bone.getTransformNode();
            // A joint of the skin knows its bind pose; a bone that only leads to one does not.
            if (node && (!boneOf.has(node) || boneOf.get(node)!.getIndex() < 0)) {
                boneOf.set(node, bone);
            }
        }
    }
    const chosen = LargestFamily(anchors);
    const holder = HolderOf(chosen, boneOf);
    const targets: TransformNode[] = [];
    const indices = new Map<Node | null, number>();
    const visit = (node: TransformNode): void => {
        if (node !== holder && !indices.has(node)) {
            if (node.parent instanceof TransformNode) {
                visit(node.parent);
            }
            indices.set(node, targets.length);
            targets.push(node);
        }
    };
    chosen.forEach(visit);
    if (targets.length === 0) {
        throw new AnimatorError("no-rig", `"${name}" has no nodes below it that could be bones.`);
    }
    return {
        name,
        targets,
        bones: targets.map((node) => boneOf.get(node) ?? null),
        names: targets.map((node) => boneOf.get(node)?.name ?? PlainName(node)),
        parents: targets.map((node) => indices.get(node.parent) ?? -1),
        isLeftHanded: IsLeftHandedBelow(holder, chosen[0]!.getScene()),
    };
}

/** Animations may reach into several characters: the one with most nodes is meant. */
function LargestFamily(anchors: readonly TransformNode[]): TransformNode[] {
    const families = new Map<Node, TransformNode[]>();
    for (const node of new Set(anchors)) {
        const top = TopOf(node);
        families.set(top, [...(families.get(top) ?? []), node]);
    }
    return [...families.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
}

function TopOf(node: Node): Node {
    return node.parent ? TopOf(node.parent) : node;
}

/**
 * The node whose transform places the character and is no part of its pose: the nearest mirroring one above the rig,
 * else the topmost one where that is no bone.
 */
function HolderOf(anchors: readonly TransformNode[], boneOf: ReadonlyMap<TransformNode, Bone>): TransformNode | null {
    let highest = anchors[0]!;
    for (const node of anchors) {
        if (highest.isDescendantOf(node)) {
            highest = node;
        }
    }
    let top: TransformNode = highest;
    for (let node: Node | null = highest; node instanceof TransformNode; node = node.parent) {
        if (IsMirroring(node) && !boneOf.has(node)) {
            return node;
        }
        top = node;
    }
    const isBone = boneOf.has(top) || (boneOf.size === 0 && top.getChildren(IsPlainNode).length > 1);
    return isBone ? null : top;
}

function IsMirroring({ scaling }: TransformNode): boolean {
    return scaling.x * scaling.y * scaling.z < 0;
}

function IsLeftHandedBelow(holder: TransformNode | null, scene: Scene): boolean {
    let isLeftHanded = !scene.useRightHandedSystem;
    for (let node: Node | null = holder; node instanceof TransformNode; node = node.parent) {
        if (IsMirroring(node)) {
            isLeftHanded = !isLeftHanded;
        }
    }
    return isLeftHanded;
}

function BoneRig(skeleton: Skeleton): IRigNodes {
    const sorted: Bone[] = [];
    const visit = (bone: Bone): void => {
        if (!sorted.includes(bone)) {
            const parent = bone.getParent();
            if (parent) {
                visit(parent);
            }
            sorted.push(bone);
        }
    };
    skeleton.bones.forEach(visit);
    if (sorted.length === 0) {
        throw new AnimatorError("no-rig", `Skeleton "${skeleton.name}" has no bones.`);
    }
    const scene = skeleton.getScene();
    const mesh = scene.meshes.find((candidate) => candidate.skeleton === skeleton) ?? null;
    return {
        name: skeleton.name,
        targets: sorted,
        bones: sorted,
        names: sorted.map((bone) => bone.name),
        parents: sorted.map((bone) => sorted.indexOf(bone.getParent()!)),
        isLeftHanded: IsLeftHandedBelow(mesh, scene),
    };
}

/** Asset containers call a copy "Clone of …". */
function PlainName(node: TransformNode): string {
    return node instanceof AbstractMesh ? "" : node.name.replace(/^Clone of /, "");
}
