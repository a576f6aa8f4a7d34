import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";

/** Breathing and shifting of weight. */
export class IdleLife {
    /** How much of it is added to the pose: 0 none, 1 all. */
    public weight = 0;
    /** Breathing: 1 a calm adult, 0 none. */
    public breathing = 1;
    /** Sway and shifting of weight: 1 a calm adult, 0 none. */
    public sway = 1;
    /** Which of many lives; any whole number. */
    public seed = 1;

    /** @param _body the body that lives */
    public constructor(_body: IAvatarBody) {}

    /** Whether the pose is changed. */
    public get isActive(): boolean {
        return this.weight > 0 && (this.breathing > 0 || this.sway > 0);
    }

    /** Adds life to a pose: the same time gives the same movement. */
    public apply(_pose: BodyPose, _kinematics: BodyKinematics, _seconds: number): void {}
}
