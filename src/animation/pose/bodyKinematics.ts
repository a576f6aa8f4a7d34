import { SmplxJointParents } from "../../format/bodyModel.js";
import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { BodyJointCount, type BodyPose } from "./bodyPose.js";

/** Forward kinematics of a body: local rotations → world rotations and positions in avatar space. Allocates nothing. */
export class BodyKinematics {
    /** [55,4] world rotations xyzw. */
    public readonly rotations = new Float64Array(BodyJointCount * 4);
    /** [55,3] joint positions, metres. */
    public readonly positions = new Float64Array(BodyJointCount * 3);

    private readonly _offsets = new Float64Array(BodyJointCount * 3);

    /** @param restPositions [55,3] joints at rest in avatar space, metres, SMPL-X order */
    public constructor(restPositions: ArrayLike<number>) {
        for (let i = 0; i < this._offsets.length; i++) {
            const parent = SmplxJointParents[Math.floor(i / 3)]!;
            this._offsets[i] = restPositions[i]! - (parent < 0 ? 0 : restPositions[parent * 3 + (i % 3)]!);
        }
    }

    /**
     * Brings all joints up to date with a pose.
     *
     * @param pose the pose
     * @param from first joint to bring up to date; its parents and all joints before it must be so already
     */
    public update(pose: BodyPose, from = 0): void {
        const { rotations, positions } = this;
        for (let joint = from; joint < BodyJointCount; joint++) {
            const parent = SmplxJointParents[joint]!;
            if (parent < 0) {
                for (let i = 0; i < 4; i++) {
                    rotations[i] = pose.rotations[i]!;
                }
                positions.set(pose.pelvis);
                continue;
            }
            MultiplyPacked(rotations, parent * 4, pose.rotations, joint * 4, rotations, joint * 4);
            RotatePacked(rotations, parent * 4, this._offsets, joint * 3, positions, joint * 3);
            for (let i = 0; i < 3; i++) {
                positions[joint * 3 + i]! += positions[parent * 3 + i]!;
            }
        }
    }
}
