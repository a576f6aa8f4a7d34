import { type Bone } from "@babylonjs/core/Bones/bone.pure.js";
import { type Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { Matrix, Quaternion } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Node } from "@babylonjs/core/node.js";
import { type IAvatarAsset } from "../format/avatarAsset.js";
import { ComposeSkinMatrix, SkinMatrixFloats } from "../pipeline/1-pose/skinMatrix.js";

const Local = new Matrix();
const InverseParent = new Matrix();
const Rotation = new Quaternion();

/**
 * Reads the pose of a Babylon skeleton into skin matrices, after animations and ahead of rendering.
 *
 * World matrices are composed here, parents first, from each joint's own position, rotation and scaling. Asking Babylon
 * would be wrong or slow: `computeWorldMatrix()` may answer with what it cached earlier in the same frame, and
 * `computeWorldMatrix(true)` walks up to the root for every joint.
 */
export class JointPoseReader {
    /** Space that the root joint is posed in → world, of the last {@link read}: the one with the mirror of left-handed scenes. */
    public readonly rootSpace = new Matrix();

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
        this.rootSpace.copyFrom(WorldOf(bones[0]?.getTransformNode()?.parent ?? null, avatarWorld));
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

    /**
     * The local rotations of the pose that {@link read} read last: those that were shown, whatever moved the joints since.
     * They are taken from where the joints were in the world, so it does not matter who put them there.
     *
     * @param result receives [J,4] unit quaternions xyzw relative to the parent joint; a root's are those of its node, and
     * joints without a bone rest
     */
    public readLocalRotations(result: Float32Array): void {
        const { joints } = this._asset;
        for (let joint = 0; joint < joints.length; joint++) {
            const bone = this._bones[joint];
            let { parent } = joints[joint]!;
            while (parent >= 0 && !this._bones[parent]) {
                ({ parent } = joints[parent]!); // stiff with its own parent
            }
            const node = bone?.getTransformNode();
            if (!bone || (parent < 0 && !node)) {
                result.set(joints[joint]!.rotation, joint * 4);
                continue;
            }
            if (parent < 0) {
                Rotation.copyFrom(RotationOf(node!));
            } else {
                this._worlds[parent]!.invertToRef(InverseParent);
                this._worlds[joint]!.multiplyToRef(InverseParent, Local);
                Local.decompose(undefined, Rotation);
            }
            Rotation.normalize().toArray(result, joint * 4);
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
    Matrix.ComposeToRef(node.scaling, RotationOf(node), node.position, result);
}

function RotationOf({ rotation: { x, y, z }, rotationQuaternion }: TransformNode): Quaternion {
    return rotationQuaternion ?? Quaternion.RotationYawPitchRollToRef(y, x, z, Rotation);
}

function WorldOf(node: Node | null, otherwise = Matrix.IdentityReadOnly as Matrix): Matrix {
    return node ? node.computeWorldMatrix(true) : otherwise;
}
