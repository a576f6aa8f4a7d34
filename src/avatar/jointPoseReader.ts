import { type Bone } from "@babylonjs/core/Bones/bone.pure.js";
import { type Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { Matrix, Quaternion } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Node } from "@babylonjs/core/node.js";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { ComposeSkinMatrix, SkinMatrixFloats } from "../pipeline/1-pose/skinMatrix.js";

const Local = new Matrix();
const Rotation = new Quaternion();

/**
 * Reads the pose of a Babylon skeleton into skin matrices, after animations and ahead of rendering.
 *
 * World matrices are composed here, parents first, from each joint's own position, rotation and scaling. Asking Babylon
 * would be wrong or slow: `computeWorldMatrix()` may answer with what it cached earlier in the same frame, and
 * `computeWorldMatrix(true)` walks up to the root for every joint.
 */
export class JointPoseReader {
    private readonly _asset: IAvatarAsset;
    private readonly _worlds: readonly Matrix[];
    private _skeleton: Skeleton | null = null;
    private _bones: (Bone | undefined)[] = [];

    /** @param asset whose joints to read; their parents precede them */
    public constructor(asset: IAvatarAsset) {
        this._asset = asset;
        this._worlds = asset.joints.map(() => new Matrix());
    }

    /**
     * The bones of the asset's joints, found by name.
     *
     * @param skeleton the avatar's skeleton
     * @returns bones in the order of the joints; undefined where the skeleton has none of that name
     */
    public getBones(skeleton: Skeleton | null): readonly (Bone | undefined)[] {
        if (this._skeleton !== skeleton) {
            this._skeleton = skeleton;
            if (skeleton) {
                // No vertex shader reads these bones: a texture of their matrices would be uploaded for nothing.
                skeleton.useTextureToStoreBoneMatrices = false;
            }
            const byName = new Map(skeleton?.bones.map((bone) => [bone.name, bone]));
            this._bones = this._asset.joints.map((joint) => byName.get(joint.name));
        }
        return this._bones;
    }

    /**
     * Writes the skin matrices of the current pose. Allocates nothing.
     *
     * @param skeleton the avatar's skeleton
     * @param avatarWorld world matrix of the avatar, up to date
     * @param result receives [J,12] row-major 3x4 matrices: canonical space → world
     */
    public read(skeleton: Skeleton | null, avatarWorld: Matrix, result: Float32Array): void {
        const { inverseBindMatrices, joints } = this._asset;
        const bones = this.getBones(skeleton);
        // Nobody else does, since no mesh draws with this skeleton; `attachToBone` and bone controllers depend on it.
        skeleton?.prepare(true);
        for (let joint = 0; joint < joints.length; joint++) {
            const bone = bones[joint];
            const world = this._worlds[joint]!;
            const { parent } = joints[joint]!;
            const offset = joint * SkinMatrixFloats;
            const node = bone?.getTransformNode();
            if (node) {
                const parentNode = parent < 0 ? null : bones[parent]?.getTransformNode();
                const isBelowParent = parentNode && node.parent === parentNode;
                ComposeLocal(node, Local);
                Local.multiplyToRef(isBelowParent ? this._worlds[parent]! : WorldOf(node.parent), world);
            } else if (bone) {
                // A bone taken off its node (ragdolls and bone controllers do that) poses itself, in avatar space.
                bone.getFinalMatrix().multiplyToRef(avatarWorld, world);
            } else {
                // No bone, so no pose: at rest, like the avatar itself or stiffly with the parent.
                CopyRest(parent, avatarWorld, result, offset);
                continue;
            }
            ComposeSkinMatrix(world.m, inverseBindMatrices, joint, result, offset);
        }
    }
}

function CopyRest(parent: number, avatarWorld: Matrix, result: Float32Array, offset: number): void {
    if (parent >= 0) {
        const from = parent * SkinMatrixFloats;
        result.copyWithin(offset, from, from + SkinMatrixFloats);
        return;
    }
    for (let i = 0; i < SkinMatrixFloats; i++) {
        result[offset + i] = avatarWorld.m[(i % 4) * 4 + Math.floor(i / 4)]!;
    }
}

function ComposeLocal(node: TransformNode, result: Matrix): void {
    let rotation = node.rotationQuaternion;
    if (!rotation) {
        const { x, y, z } = node.rotation;
        rotation = Quaternion.RotationYawPitchRollToRef(y, x, z, Rotation);
    }
    Matrix.ComposeToRef(node.scaling, rotation, node.position, result);
}

function WorldOf(node: Node | null): Matrix {
    return node ? node.computeWorldMatrix(true) : (Matrix.IdentityReadOnly as Matrix);
}
