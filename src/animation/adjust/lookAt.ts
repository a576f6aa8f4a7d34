import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";

/** Turns eyes, head, neck and chest to a target. */
export class LookAt {
    /** How far the gaze goes to the target: 0 not at all, 1 all the way. Changes are eased. */
    public weight = 0;
    /** What is looked at, avatar space, metres. */
    public readonly target = new Float64Array(3);

    /** @param _body the body that looks */
    public constructor(_body: IAvatarBody) {}

    /** Whether the pose is changed: also while the gaze still returns. */
    public get isActive(): boolean {
        return this.weight > 0;
    }

    /** Forgets where the gaze was. */
    public reset(): void {}

    /** Turns the gaze of a pose. */
    public apply(_pose: BodyPose, _kinematics: BodyKinematics, _dt: number): void {}
}
