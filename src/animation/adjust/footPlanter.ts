import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { Effector } from "./effector.js";
import { FlatGround, type GroundAt } from "./ground.js";

/** Keeps standing feet where they stand, soles on the ground. */
export class FootPlanter {
    /** How far feet are planted: 0 not at all, 1 fully. */
    public weight = 0;
    /** The ground (default: level, at height 0). */
    public groundAt: GroundAt = FlatGround;
    /** Goal of the left ankle. */
    public readonly left = new Effector();
    /** Goal of the right ankle. */
    public readonly right = new Effector();

    /** @param _body the body whose feet are planted */
    public constructor(_body: IAvatarBody) {}

    /** Whether feet are moved. */
    public get isActive(): boolean {
        return this.weight > 0 || this.left.isActive || this.right.isActive;
    }

    /** Forgets where feet stand. */
    public reset(): void {}

    /**
     * Tells that the ground moved under the avatar, in avatar space: what stands moves along. An avatar whose node walks
     * while its clip is in place passes the inverse of its node's step.
     *
     * @param x metres along x
     * @param y metres upwards
     * @param z metres along z
     * @param yaw radians about the vertical axis through the origin, ahead of the shift
     */
    public moveGround(_x: number, _y: number, _z: number, _yaw: number): void {}

    /**
     * Plants the feet of a pose.
     *
     * @param _pose the pose to change
     * @param _kinematics of the pose, up to date before and after
     * @param _contacts [4] 1 where left ankle, left toes, right ankle, right toes stand
     * @param _dt seconds since the last call; 0 holds, below 0 or above 0.25 forgets
     */
    public apply(_pose: BodyPose, _kinematics: BodyKinematics, _contacts: ArrayLike<number>, _dt: number): void {}
}
