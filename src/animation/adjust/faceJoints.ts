import { SmplxJointNames } from "../../format/bodyModel.js";
import { FaceJointNames } from "../../format/morphTarget.js";
import { MultiplyPacked } from "../../math/packedQuaternion.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";

const Joints = FaceJointNames.map((name) => SmplxJointNames.indexOf(name));
/** Joints that turn the head, each by half. */
const Necks = (["neck", "head"] as const).map((name) => SmplxJointNames.indexOf(name));

/** Turns jaw, eyes and head by what the face says, on top of what the pose does with them. */
export class FaceJoints {
    /** [3,4] in the order of `FaceJointNames`: how jaw, left and right eye are turned further, quaternions xyzw in the frame of the head. */
    public readonly turns = new Float64Array(Joints.length * 4);
    /** How the head is turned further, a quaternion xyzw; neck and head share it. */
    public readonly head = new Float64Array(4);
    /** Whether any of the turns is to be made. */
    public isActive = false;

    private readonly _half = new Float64Array(4);

    /** Makes one that turns nothing. */
    public constructor() {
        this.reset();
    }

    /** Nothing is turned. */
    public reset(): void {
        this.isActive = false;
        for (let i = 0; i < this.turns.length; i++) {
            this.turns[i] = i % 4 === 3 ? 1 : 0;
        }
        this.head.fill(0);
        this.head[3] = 1;
    }

    /**
     * Turns the joints of a pose.
     *
     * @param pose the pose to change
     * @param kinematics of the pose, up to date before and after
     */
    public apply(pose: BodyPose, kinematics: BodyKinematics): void {
        if (!this.isActive) {
            return;
        }
        for (let i = 0; i < Joints.length; i++) {
            const at = Joints[i]! * 4;
            MultiplyPacked(this.turns, i * 4, pose.rotations, at, pose.rotations, at);
        }
        this._halve();
        for (let i = 0; i < Necks.length; i++) {
            const at = Necks[i]! * 4;
            MultiplyPacked(this._half, 0, pose.rotations, at, pose.rotations, at);
        }
        kinematics.update(pose, Necks[0]);
    }

    /** The turn by half the angle: halfway to the identity. */
    private _halve(): void {
        const { head, _half: half } = this;
        const sign = head[3]! < 0 ? -1 : 1;
        const length = Math.sqrt(2 + 2 * sign * head[3]!);
        for (let i = 0; i < 4; i++) {
            half[i] = (sign * head[i]! + (i === 3 ? 1 : 0)) / length;
        }
    }
}
