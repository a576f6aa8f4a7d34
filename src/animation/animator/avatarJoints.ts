import { Quaternion } from "@babylonjs/core/Maths/math.vector.js";
import { type TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { NormalizePacked } from "../../math/packedQuaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, type BodyPose } from "../pose/bodyPose.js";
import { type IPosableAvatar } from "./posableAvatar.js";

const Scratch = new Quaternion();

/** Place of the position of the pelvis behind the rotations of the joints, where both are told apart by number. */
export const PelvisPosition = BodyJointCount;

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
     * Poses joints.
     *
     * @param pose the pose
     * @param which [56] 1 for each joint to turn; the last one is for the position of the pelvis
     */
    public write(pose: BodyPose, which: Uint8Array): void {
        for (let joint = 0; joint < BodyJointCount; joint++) {
            const node = this.nodes[joint];
            if (node && which[joint] === 1) {
                const at = joint * 4;
                const { rotations: r } = pose;
                (node.rotationQuaternion ??= new Quaternion()).copyFromFloats(
                    r[at]!,
                    r[at + 1]!,
                    r[at + 2]!,
                    r[at + 3]!,
                );
            }
        }
        const pelvis = this.nodes[0];
        if (pelvis && which[PelvisPosition] === 1) {
            const { pelvis: p } = pose;
            const { origin: o } = this._body;
            pelvis.position.copyFromFloats(p[0]! - o[0], p[1]! - o[1], p[2]! - o[2]);
        }
    }

    /**
     * Poses joints, but leaves alone those that somebody has changed meanwhile.
     *
     * @param pose the pose to go back to
     * @param written the pose that was written last
     * @param which [56] 1 for each joint that was written; cleared
     */
    public restore(pose: BodyPose, written: BodyPose, which: Uint8Array): void {
        for (let joint = 0; joint <= BodyJointCount; joint++) {
            if (which[joint] === 1 && !this._isAsWritten(joint, written)) {
                which[joint] = 0;
            }
        }
        this.write(pose, which);
        which.fill(0);
    }

    private _isAsWritten(joint: number, written: BodyPose): boolean {
        if (joint === PelvisPosition) {
            const p = this.nodes[0]?.position;
            const { origin: o } = this._body;
            const { pelvis } = written;
            return !p || (p.x === pelvis[0]! - o[0] && p.y === pelvis[1]! - o[1] && p.z === pelvis[2]! - o[2]);
        }
        const q = this.nodes[joint]?.rotationQuaternion;
        const r = written.rotations;
        const at = joint * 4;
        return !q || (q.x === r[at]! && q.y === r[at + 1]! && q.z === r[at + 2]! && q.w === r[at + 3]!);
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
