import { SmplxJointNames } from "../../format/bodyModel.js";
import { InverseMultiplyPacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { Effector } from "./effector.js";
import { TwoBoneIk } from "./twoBoneIk.js";

const Shoulders = [SmplxJointNames.indexOf("left_shoulder"), SmplxJointNames.indexOf("right_shoulder")] as const;
const Elbows = [SmplxJointNames.indexOf("left_elbow"), SmplxJointNames.indexOf("right_elbow")] as const;
const Wrists = [SmplxJointNames.indexOf("left_wrist"), SmplxJointNames.indexOf("right_wrist")] as const;

/** Brings hands to goals: on a prop, on the hip, on another hand. The elbow stays in the plane in which the pose has it. */
export class HandReach {
    /** Goal of the left wrist. */
    public readonly left = new Effector();
    /** Goal of the right wrist. */
    public readonly right = new Effector();

    private readonly _arms: readonly [TwoBoneIk, TwoBoneIk];
    private readonly _goal = new Float64Array(3);
    private readonly _rotation = new Float64Array(4);

    /** @param body the body whose hands reach */
    public constructor(body: IAvatarBody) {
        this._arms = [
            new TwoBoneIk(body.restPositions, Wrists[0], -1),
            new TwoBoneIk(body.restPositions, Wrists[1], -1),
        ];
    }

    /** Whether a hand has a goal. */
    public get isActive(): boolean {
        return this.left.isActive || this.right.isActive;
    }

    /**
     * Moves the hands that have a goal.
     *
     * @param pose the pose to change
     * @param kinematics of the pose, up to date before and after
     */
    public apply(pose: BodyPose, kinematics: BodyKinematics): void {
        this._reach(pose, kinematics, this.left, 0);
        this._reach(pose, kinematics, this.right, 1);
        if (this.isActive) {
            kinematics.update(pose, Shoulders[0]);
        }
    }

    private _reach(pose: BodyPose, kinematics: BodyKinematics, effector: Effector, side: 0 | 1): void {
        if (!effector.isActive) {
            return;
        }
        const wrist = Wrists[side];
        for (let i = 0; i < 3; i++) {
            const posed = kinematics.positions[wrist * 3 + i]!;
            this._goal[i] = posed + (effector.position[i]! - posed) * effector.weight;
        }
        this._arms[side].solve(pose, kinematics, this._goal, 0);
        if (effector.hasRotation) {
            const { rotations } = kinematics;
            SlerpPacked(rotations, wrist * 4, effector.rotation, 0, effector.weight, this._rotation, 0);
            InverseMultiplyPacked(rotations, Elbows[side] * 4, this._rotation, 0, pose.rotations, wrist * 4);
        }
    }
}
