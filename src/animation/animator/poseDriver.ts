import { type SmplxJointName } from "../../format/bodyModel.js";
import { SlerpPacked } from "../../math/packedQuaternion.js";
import { BodyAdjustments } from "../adjust/bodyAdjustments.js";
import { type Effector } from "../adjust/effector.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyKinematics } from "../pose/bodyKinematics.js";
import { BodyJointCount, BodyPose } from "../pose/bodyPose.js";
import { AvatarJoints, PelvisPosition } from "./avatarJoints.js";
import { AvatarSpace, type ScenePlace } from "./avatarSpace.js";
import { type Follower } from "./follower.js";
import { type IPosableAvatar } from "./posableAvatar.js";
import { AnimatorError } from "./rigNodes.js";

/** Joints that can be brought to a goal. */
export type EffectorName = Extract<SmplxJointName, "left_wrist" | "right_wrist" | "left_ankle" | "right_ankle">;

/** A goal in the scene. */
interface IGoal {
    readonly effector: Effector;
    place: ScenePlace | null;
    weight: number;
    turns: boolean;
}

/**
 * What happens to an avatar's joints between the animation step and the picture: a rig is followed, the pose adjusted, the
 * result written. Adjustments are taken back ahead of the next animation step, so that they never add up on joints that no
 * animation moves; what somebody else wrote to a joint meanwhile stays.
 */
export class PoseDriver {
    /** The avatar's joints. */
    public readonly joints: AvatarJoints;
    /** What is done to the pose. */
    public readonly adjustments: BodyAdjustments;
    /** The rig that is followed, or null. */
    public follower: Follower | null = null;
    /** What is looked at, or null. */
    public lookTarget: ScenePlace | null = null;

    private readonly _goals: Readonly<Record<EffectorName, IGoal>>;
    private readonly _goalList: readonly IGoal[];
    private readonly _space: AvatarSpace;
    private readonly _kinematics: BodyKinematics;
    private readonly _base = new BodyPose();
    private readonly _pose = new BodyPose();
    /** [56] 1 for each joint that stands adjusted. */
    private readonly _adjusted = new Uint8Array(BodyJointCount + 1);
    private readonly _writes = new Uint8Array(BodyJointCount + 1);
    private readonly _step = new Float64Array(4);
    private readonly _position = new Float64Array(3);
    private readonly _rotation = new Float64Array(4);
    /** Pose in which following ended, the seconds in which it goes, and how much of it is left, 0..1. */
    private readonly _left = new BodyPose();
    private _leaveFade = 0;
    private _staying = 0;
    private _clock = 0;

    /**
     * @param avatar whose joints
     * @param body the same avatar, measured
     */
    public constructor(avatar: IPosableAvatar, body: IAvatarBody) {
        this.joints = new AvatarJoints(avatar, body);
        this.adjustments = new BodyAdjustments(body);
        this._kinematics = new BodyKinematics(body.restPositions);
        this._space = new AvatarSpace(this.joints.nodes.find((node) => node !== null) ?? avatar, body.origin);
        const { feet, hands } = this.adjustments;
        const goal = (effector: Effector): IGoal => ({ effector, place: null, weight: 0, turns: false });
        this._goals = {
            left_wrist: goal(hands.left),
            right_wrist: goal(hands.right),
            left_ankle: goal(feet.left),
            right_ankle: goal(feet.right),
        };
        this._goalList = Object.values(this._goals);
    }

    /**
     * Sets or clears the goal of a hand or foot.
     *
     * @param name wrist or ankle
     * @param place where it shall be; null lets go
     * @param weight how far it goes there, 0..1
     * @param turns whether it takes over the rotation of a node as well
     * @throws AnimatorError `unknown-joint` when it is no wrist or ankle
     */
    public setGoal(name: EffectorName, place: ScenePlace | null, weight: number, turns: boolean): void {
        if (!Object.hasOwn(this._goals, name)) {
            const names = Object.keys(this._goals).join(", ");
            throw new AnimatorError("unknown-joint", `"${name}" can be brought to no goal, but ${names} can.`);
        }
        const goal = this._goals[name];
        goal.place = place;
        goal.weight = weight;
        goal.turns = turns;
        if (!place) {
            goal.effector.clear();
        }
    }

    /**
     * Stops following, and goes over to how the joints stand by themselves.
     *
     * @param fade seconds
     */
    public leave(fade: number): void {
        if (this.follower && fade > 0) {
            this.readUnadjusted(this._left);
            this._leaveFade = fade;
            this._staying = 1;
        }
        this.follower = null;
    }

    /**
     * How the joints stand without adjustments.
     *
     * @param result receives the pose
     */
    public readUnadjusted(result: BodyPose): void {
        this.restore();
        this.joints.read(result);
    }

    /** Takes adjustments back; ahead of every animation step. Allocates nothing. */
    public restore(): void {
        this.joints.restore(this._base, this._pose, this._adjusted);
    }

    /**
     * Follows, adjusts and writes. Makes no objects.
     *
     * @param seconds time since the last call; 0 in a pause
     * @returns false when the rig that was followed is gone; the joints stay as they were
     */
    public update(seconds: number): boolean {
        const { follower, adjustments, joints, _base: base, _pose: pose } = this;
        this._clock += seconds;
        this._placeGoals();
        this.restore();
        const adjusts = adjustments.isActive;
        const isActive = adjusts || this._staying > 0;
        if (!follower && !isActive) {
            return true;
        }
        joints.read(base);
        const isThere = follower === null || follower.solve(base, seconds);
        pose.copyFrom(base);
        this._stay(pose, seconds);
        if (adjusts) {
            if (adjustments.feet.isActive) {
                this._moveGround();
            }
            adjustments.apply(pose, this._kinematics, this._clock, seconds, isThere ? (follower?.feet ?? null) : null);
        }
        for (let joint = 0; joint <= BodyJointCount; joint++) {
            const isAdjusted = isActive && !this._isSame(joint);
            this._adjusted[joint] = isAdjusted ? 1 : 0;
            this._writes[joint] = isAdjusted || (isThere && follower?.drives[joint] === 1) ? 1 : 0;
        }
        joints.write(pose, this._writes);
        return isThere;
    }

    /** What is left of the pose in which following ended; taken back ahead of the animation step, as adjustments are. */
    private _stay(pose: BodyPose, seconds: number): void {
        if (this._staying <= 0) {
            return;
        }
        this._staying = this.follower ? 0 : Math.max(0, this._staying - seconds / this._leaveFade);
        const left = this._left;
        const amount = this._staying * this._staying * (3 - 2 * this._staying);
        for (let at = 0; at < BodyJointCount * 4; at += 4) {
            SlerpPacked(pose.rotations, at, left.rotations, at, amount, pose.rotations, at);
        }
        for (let i = 0; i < 3; i++) {
            pose.pelvis[i]! += (left.pelvis[i]! - pose.pelvis[i]!) * amount;
        }
    }

    private _isSame(joint: number): boolean {
        const { _base: base, _pose: pose } = this;
        if (joint === PelvisPosition) {
            const a = base.pelvis;
            const b = pose.pelvis;
            return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
        }
        const at = joint * 4;
        const a = base.rotations;
        const b = pose.rotations;
        return a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2] && a[at + 3] === b[at + 3];
    }

    private _placeGoals(): void {
        if (this.lookTarget) {
            this._space.locate(this.lookTarget, this.adjustments.lookAt.target);
        }
        for (let i = 0; i < this._goalList.length; i++) {
            const { effector, place, weight, turns } = this._goalList[i]!;
            if (place) {
                this._space.locate(place, this._position, this._rotation);
                effector.set(this._position, turns ? this._rotation : null, weight);
            }
        }
    }

    /** An avatar whose node moves leaves the ground behind: standing feet stay with the ground. */
    private _moveGround(): void {
        const step = this._step;
        if (this._space.groundStep(step)) {
            const { contacts, feet } = this.adjustments;
            feet.moveGround(step[0]!, step[1]!, step[2]!, step[3]!);
            if (!this.follower) {
                contacts.moveGround(step[0]!, step[1]!, step[2]!, step[3]!); // the own feet are judged, which move along
            }
        } else {
            this.adjustments.reset();
        }
    }
}
