import { type AnimationGroup } from "@babylonjs/core/Animations/animationGroup.js";
import { Bone } from "@babylonjs/core/Bones/bone.js";
import { Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { GaussianAvatar } from "../../../../src/avatar/gaussianAvatar.js";
import { type IAvatarAsset } from "../../../../src/format/avatarAsset.js";
import { type SmplxJointName } from "../../../../src/format/bodyModel.js";
import { MakeSampleAvatar } from "../../../support/avatarSamples.js";

/** An avatar as the loader leaves it (avatar → `__root__` → joints), in a scene without a GPU, where it is posed but not drawn. */
export function AvatarInScene(
    scene: Scene,
    joints = 55,
    asset: IAvatarAsset = MakeSampleAvatar({ gaussians: 60, joints }),
): GaussianAvatar {
    const avatar = new GaussianAvatar("ada", asset, scene);
    const root = new TransformNode("__root__", scene);
    root.parent = avatar;
    if (!scene.useRightHandedSystem) {
        root.rotationQuaternion = new Quaternion(0, 1, 0, 0);
        root.scaling.z = -1;
    }
    const skeleton = new Skeleton("ada", "ada", scene);
    const nodes: TransformNode[] = [];
    for (const { name, parent, translation } of asset.joints) {
        const node = new TransformNode(name, scene);
        node.parent = nodes[parent] ?? root;
        node.position = Vector3.FromArray(translation);
        node.rotationQuaternion = Quaternion.Identity();
        const bone = new Bone(name, skeleton, skeleton.bones[parent] ?? null, Matrix.Translation(...translation));
        bone.linkTransformNode(node);
        nodes.push(node);
    }
    avatar.skeleton = skeleton;
    return avatar;
}

/** Where a joint of an avatar is in the scene. */
export function JointPosition(avatar: GaussianAvatar, name: SmplxJointName): Vector3 {
    const node = avatar.getJoint(name)!;
    const chain: TransformNode[] = [];
    for (let up: unknown = node; up instanceof TransformNode; up = up.parent) {
        chain.unshift(up);
    }
    chain.forEach((link) => link.computeWorldMatrix(true));
    return node.absolutePosition.clone();
}

/** Angle between two rotations, degrees. */
export function Degrees(a: Quaternion, b: Quaternion): number {
    const dot = Math.abs(Quaternion.Dot(a, b)) / (a.length() * b.length());
    return (2 * Math.acos(Math.min(1, dot)) * 180) / Math.PI;
}

/** An animation group by name; throws when there is none. */
export function GroupNamed(groups: readonly AnimationGroup[], name: string): AnimationGroup {
    const group = groups.find((candidate) => candidate.name === name);
    if (!group) {
        throw new Error(`No animation group "${name}" among ${groups.map((one) => one.name).join(", ")}.`);
    }
    return group;
}
