import { Quaternion } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { NormalizePacked } from "../../math/packedQuaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, type BodyPose } from "../pose/bodyPose.js";
import { type IPosableAvatar } from "./posableAvatar.js";

const Scratch = new Quaternion();

/**
 * The transform nodes of an avatar's joints, as a {@link BodyPose} that is read and written. Nodes keep glTF's raw
 * right-handed values, so local rotations go in as they are, in any scene. Allocates nothing once every node has a
 * quaternion.
 */
export class AvatarJoints {
    /** [55] node of each joint, or null. */
    public readonly nodes: readonly (TransformNode | null)[];

    private readonly _body: IAvatarBody;

    /**
     * @param avatar whose joints
     * @param body the same avatar, measured
     */
    public constructor(avatar: IPosableAvatar, body: IAvatarBody) {
        this.nodes = SmplxJointNames.map((name) => avatar.getJoint(name));
        this._body = body;
    }

    /** Whether a joint node was disposed, which happens when the avatar goes. */
    public get isDisposed(): boolean {
        const [pelvis] = this.nodes;
        return pelvis?.isDisposed() ?? false;
    }

    /**
     * Reads how the joints stand.
     *
     * @param result receives the pose; joints that the avatar lacks do not turn
     */
    public read(result: BodyPose): void {
        result.reset();
        for (let joint = 0; joint < BodyJointCount; joint++) {
            const node = this.nodes[joint];
            if (node) {
                this._readRotation(node, result.rotations, joint * 4);
            }
        }
        const position = this.nodes[0]?.position;
        const { origin, restPositions } = this._body;
        result.pelvis[0] = position ? position.x + origin[0] : restPositions[0]!;
        result.pelvis[1] = position ? position.y + origin[1] : restPositions[1]!;
        result.pelvis[2] = position ? position.z + origin[2] : restPositions[2]!;
    }

    /**
     * Poses the joints.
     *
     * @param pose the pose
     * @param joints [55] 1 for each joint to write
     */
    public write(pose: BodyPose, joints: Uint8Array): void {
        const { rotations, pelvis } = pose;
        for (let joint = 0; joint < BodyJointCount; joint++) {
            const node = this.nodes[joint];
            if (node && joints[joint] === 1) {
                const at = joint * 4;
                const rotation = (node.rotationQuaternion ??= new Quaternion());
                rotation.copyFromFloats(rotations[at]!, rotations[at + 1]!, rotations[at + 2]!, rotations[at + 3]!);
            }
        }
        const root = this.nodes[0];
        if (root && joints[0] === 1) {
            const { origin } = this._body;
            root.position.copyFromFloats(pelvis[0]! - origin[0], pelvis[1]! - origin[1], pelvis[2]! - origin[2]);
        }
    }

    private _readRotation(node: TransformNode, result: Float64Array, at: number): void {
        let rotation = node.rotationQuaternion;
        if (!rotation) {
            const { x, y, z } = node.rotation;
            rotation = Quaternion.RotationYawPitchRollToRef(y, x, z, Scratch);
        }
        result[at] = rotation.x;
        result[at + 1] = rotation.y;
        result[at + 2] = rotation.z;
        result[at + 3] = rotation.w;
        NormalizePacked(result, at);
    }
}
