import { SmplxJointNames } from "../../format/bodyModel.js";
import { RotatePacked } from "../../math/packedQuaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";

/** The joint that each of the six points of both soles moves with: heel, ball, tip. */
const SoleJoints = (["left_ankle", "left_ankle", "left_foot", "right_ankle", "right_ankle", "right_foot"] as const).map(
    (name) => SmplxJointNames.indexOf(name),
);

/** Stands poses on the ground whose height is not known. */
export class BodyGround {
    private readonly _solePoints: Float64Array;
    private readonly _kinematics: BodyKinematics;
    private readonly _point = new Float64Array(3);

    /** @param body the body */
    public constructor({ restPositions, solePoints }: IAvatarBody) {
        this._solePoints = solePoints;
        this._kinematics = new BodyKinematics(restPositions);
    }

    /**
     * Moves a pose up or down so that the lowest point of its soles is at y = 0. Allocates nothing.
     *
     * @param pose changed in place
     */
    public stand(pose: BodyPose): void {
        const { rotations, positions } = this._kinematics;
        this._kinematics.update(pose);
        let lowest = Infinity;
        for (let i = 0; i < SoleJoints.length; i++) {
            const joint = SoleJoints[i]!;
            RotatePacked(rotations, joint * 4, this._solePoints, i * 3, this._point, 0);
            lowest = Math.min(lowest, positions[joint * 3 + 1]! + this._point[1]!);
        }
        if (Number.isFinite(lowest)) {
            pose.pelvis[1]! -= lowest;
        }
    }
}
