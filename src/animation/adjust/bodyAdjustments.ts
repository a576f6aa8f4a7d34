import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { ContactDetector } from "./contactDetector.js";
import { FaceJoints } from "./faceJoints.js";
import { FootPlanter } from "./footPlanter.js";
import { FootPoints } from "./footPoints.js";
import { HandReach } from "./handReach.js";
import { IdleLife } from "./idleLife.js";
import { LookAt } from "./lookAt.js";

/** In the order of {@link FootPoints}. */
const FootJoints = (["left_ankle", "left_foot", "right_ankle", "right_foot"] as const).map((name) =>
    SmplxJointNames.indexOf(name),
);

/**
 * What happens to a body's pose between the motion and the joints. All parts are off until their weight is raised, and run in
 * this order, each on top of the ones before:
 *
 * 1. idle life: breathing and shifting of weight;
 * 2. feet: contacts, the pelvis, planting, goals of feet. After this the trunk is where it stays;
 * 3. look-at: chest, neck, head, eyes;
 * 4. hands: the arms hang on the chest, so their goals come last and hold;
 * 5. jaw and eyes, as the face says.
 *
 * Makes no objects while running. The same calls give the same poses.
 *
 * @example
 * ```ts
 * const adjustments = new BodyAdjustments(body);
 * adjustments.feet.weight = 1;
 * adjustments.lookAt.weight = 1;
 * adjustments.lookAt.target.set([0, 1.6, 2]);
 * // every frame:
 * retargeter.solve(source, pose);
 * adjustments.apply(pose, kinematics, seconds, dt, sourceFeet);
 * ```
 */
export class BodyAdjustments {
    /** Breathing and shifting of weight. */
    public readonly idle: IdleLife;
    /** Which foot stands, from the source's feet, or the body's own when no source is given. */
    public readonly contacts = new ContactDetector();
    /** Foot planting and goals of feet. */
    public readonly feet: FootPlanter;
    /** Eyes, head, neck and chest turn to a target. */
    public readonly lookAt = new LookAt();
    /** Goals of hands. */
    public readonly hands: HandReach;
    /** Jaw and eyes. */
    public readonly face = new FaceJoints();

    private readonly _ownFeet: FootPoints;

    /** @param body the body whose poses are adjusted */
    public constructor(body: IAvatarBody) {
        this.idle = new IdleLife(body);
        this.feet = new FootPlanter(body);
        this.hands = new HandReach(body);
        this._ownFeet = new FootPoints(
            body.legLength,
            Float64Array.from(body.soles, (height) => -height),
        );
    }

    /** Whether any part does something: if not, poses need not come here. */
    public get isActive(): boolean {
        return (
            this.idle.isActive ||
            this.feet.isActive ||
            this.lookAt.isActive ||
            this.hands.isActive ||
            this.face.isActive
        );
    }

    /** Forgets the motion so far: call where time jumps (a seek, another clip without a cross-fade). */
    public reset(): void {
        this.contacts.reset();
        this.feet.reset();
        this.lookAt.reset();
    }

    /**
     * Adjusts a pose in place. A pose that is not all numbers is left alone.
     *
     * @param pose the pose of the motion; receives the adjusted one
     * @param kinematics of this body; is up to date with the adjusted pose afterwards
     * @param seconds a clock for idle life: the same time gives the same breath
     * @param dt seconds since the last call; 0 holds (pause), below 0 or above 0.25 forgets the motion so far (seek)
     * @param sourceFeet feet of the source of the motion, from which contacts are detected; null takes the body's own
     * @param forced [4] contacts that override detection, see {@link ContactDetector.update}
     */
    public apply(
        pose: BodyPose,
        kinematics: BodyKinematics,
        seconds: number,
        dt: number,
        sourceFeet: FootPoints | null = null,
        forced: ArrayLike<number> | null = null,
    ): void {
        if (this.feet.isActive) {
            if (!sourceFeet) {
                kinematics.update(pose);
            }
            this.contacts.update(sourceFeet ?? this._feetOf(kinematics), dt, forced);
        }
        this.applyWithContacts(pose, kinematics, seconds, dt, this.contacts.contacts);
    }

    /**
     * Adjusts a pose in place with contacts that are known; otherwise as {@link apply}.
     *
     * @param pose the pose of the motion; receives the adjusted one
     * @param kinematics of this body; is up to date with the adjusted pose afterwards
     * @param seconds a clock for idle life
     * @param dt seconds since the last call
     * @param contacts [4] 1 where left ankle, left toes, right ankle, right toes stand, between 0 and 1 where they land soon
     */
    public applyWithContacts(
        pose: BodyPose,
        kinematics: BodyKinematics,
        seconds: number,
        dt: number,
        contacts: ArrayLike<number>,
    ): void {
        kinematics.update(pose);
        this.idle.apply(pose, kinematics, seconds);
        this.feet.apply(pose, kinematics, contacts, dt);
        this.lookAt.apply(pose, kinematics, dt);
        this.hands.apply(pose, kinematics);
        this.face.apply(pose, kinematics);
    }

    private _feetOf({ positions }: BodyKinematics): FootPoints {
        for (let point = 0; point < FootJoints.length; point++) {
            for (let i = 0; i < 3; i++) {
                this._ownFeet.positions[point * 3 + i] = positions[FootJoints[point]! * 3 + i]!;
            }
        }
        return this._ownFeet;
    }
}
