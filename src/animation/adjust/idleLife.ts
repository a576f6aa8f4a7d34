import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { InverseMultiplyPacked, MultiplyPacked } from "../../math/packedQuaternion.js";
import { FromRotationVectorPacked } from "../../math/packedRotation.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { LifeNoise, PhaseOf } from "./lifeNoise.js";
import { TwoBoneIk } from "./twoBoneIk.js";

const Degrees = Math.PI / 180;
const X = 0;
const Z = 2;
const Joint = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);

/** What a full breath turns: joint, axis of the joint's rest, radians. The head keeps level, the arms hang. */
const Breath: readonly (readonly [joint: number, axis: number, angle: number])[] = [
    [Joint("spine2"), X, -0.5 * Degrees],
    [Joint("spine3"), X, -1.1 * Degrees],
    [Joint("neck"), X, 1.3 * Degrees],
    [Joint("left_collar"), Z, 1.4 * Degrees],
    [Joint("right_collar"), Z, -1.4 * Degrees],
    [Joint("left_shoulder"), Z, -1.1 * Degrees],
    [Joint("right_shoulder"), Z, 1.1 * Degrees],
];

/** Breaths a second of an adult at rest. */
const BreathRate = 0.23;
/** Seconds between two decisions on which leg to stand. */
const ShiftTime = 5;
/** How far the pelvis goes over the standing leg, and how it sways all the time, metres. */
const ShiftAcross = 0.018;
const SwayAcross = 0.004;
const SwayAlong = 0.006;
/** The hip of the standing leg comes up; the spine takes it back. */
const ShiftRoll = 1.6 * Degrees;
const SpineShare = 0.8;
const SwayTurn = 0.6 * Degrees;

/**
 * Breathing and shifting of weight, added to any pose. A function of time: the same time and seed give the same movement, so
 * seeking, pausing and slow motion work, and nothing drifts. Feet stay where the pose has them.
 */
export class IdleLife {
    /** How much of it is added to the pose: 0 none, 1 all. */
    public weight = 0;
    /** Breathing: 1 a calm adult, 0 none, 2 deep breaths. */
    public breathing = 1;
    /** Sway and shifting of weight: 1 a calm adult, 0 none. */
    public sway = 1;
    /** Which of many lives; any whole number. */
    public seed = 1;

    private readonly _hasLegs: boolean;
    private readonly _scale: number;
    private readonly _legs: readonly [TwoBoneIk, TwoBoneIk];
    private readonly _ankles = [Joint("left_ankle"), Joint("right_ankle")] as const;
    private readonly _hips = [Joint("left_hip"), Joint("right_hip")] as const;
    private readonly _vector = new Float64Array(3);
    private readonly _turn = new Float64Array(4);
    /** [2,3] and [2,4] ankles ahead of the sway. */
    private readonly _positions = new Float64Array(6);
    private readonly _rotations = new Float64Array(8);
    private readonly _lengths = new Float64Array(2);

    /** @param body the body that lives */
    public constructor(body: IAvatarBody) {
        this._hasLegs = body.legLength > 0;
        this._scale = body.legLength / 0.85;
        this._legs = [
            new TwoBoneIk(body.restPositions, this._ankles[0], 1),
            new TwoBoneIk(body.restPositions, this._ankles[1], 1),
        ];
    }

    /** Whether the pose is changed. */
    public get isActive(): boolean {
        return this.weight > 0 && (this.breathing > 0 || this.sway > 0);
    }

    /**
     * Adds life to a pose.
     *
     * @param pose the pose to change
     * @param kinematics of the pose, up to date before and after
     * @param seconds time of life
     */
    public apply(pose: BodyPose, kinematics: BodyKinematics, seconds: number): void {
        if (!this.isActive || !Number.isFinite(seconds)) {
            return;
        }
        this._breathe(pose, seconds, this.weight * this.breathing);
        const sway = this.weight * this.sway;
        if (this._hasLegs && sway > 0) {
            this._remember(kinematics);
            this._shift(pose, seconds, sway);
            kinematics.update(pose);
            this._keepFeet(pose, kinematics);
        }
        kinematics.update(pose);
    }

    private _breathe(pose: BodyPose, seconds: number, amount: number): void {
        // The rate wanders a little; its integral is stated, so that the phase is a function of time.
        const wander = 0.6 * Math.sin(0.31 * seconds + PhaseOf(this.seed, 1));
        const phase = 2 * Math.PI * BreathRate * seconds + wander + PhaseOf(this.seed, 0);
        // Breathing in is quicker than breathing out, and there is a pause after it.
        const breath = Math.sin(phase + 0.35 * Math.sin(phase));
        for (let i = 0; i < Breath.length; i++) {
            const part = Breath[i]!;
            this._rotate(pose, part[0], part[1], part[2] * breath * amount);
        }
    }

    private _shift(pose: BodyPose, seconds: number, amount: number): void {
        const { seed } = this;
        const side = LifeNoise(seed, 2, seconds / ShiftTime);
        const across = ShiftAcross * side + SwayAcross * this._waves(seconds, 3);
        pose.pelvis[0]! += this._scale * amount * across;
        pose.pelvis[2]! += this._scale * amount * SwayAlong * this._waves(seconds, 5);
        const roll = ShiftRoll * side * amount;
        this._rotate(pose, 0, Z, roll);
        this._rotate(pose, Joint("spine1"), Z, -roll * SpineShare);
        this._rotate(pose, Joint("spine1"), X, SwayTurn * amount * this._waves(seconds, 7));
        this._rotate(pose, Joint("neck"), Z, -roll * (1 - SpineShare));
    }

    /** A slow, never repeating wave between -1 and 1. */
    private _waves(seconds: number, channel: number): number {
        const { seed } = this;
        return (
            0.6 * Math.sin(1.13 * seconds + PhaseOf(seed, channel)) +
            0.4 * Math.sin(2.71 * seconds + PhaseOf(seed, channel + 1))
        );
    }

    /** Turns a joint about an axis of its rest pose, below the turn of its parent. */
    private _rotate(pose: BodyPose, joint: number, axis: number, angle: number): void {
        this._vector.fill(0);
        this._vector[axis] = angle;
        FromRotationVectorPacked(this._vector, 0, this._turn, 0);
        MultiplyPacked(pose.rotations, joint * 4, this._turn, 0, pose.rotations, joint * 4);
    }

    private _remember({ positions, rotations }: BodyKinematics): void {
        for (let side = 0; side < 2; side++) {
            const ankle = this._ankles[side]!;
            for (let i = 0; i < 3; i++) {
                this._positions[side * 3 + i] = positions[ankle * 3 + i]!;
            }
            for (let i = 0; i < 4; i++) {
                this._rotations[side * 4 + i] = rotations[ankle * 4 + i]!;
            }
            this._lengths[side] = this._distance(positions, side);
        }
    }

    /** Ankles go back to where they were; the pelvis comes down so far that no leg is longer than it was. */
    private _keepFeet(pose: BodyPose, kinematics: BodyKinematics): void {
        const { positions, rotations } = kinematics;
        let lowering = 0;
        for (let side = 0; side < 2; side++) {
            const hip = this._hips[side]! * 3;
            const x = positions[hip]! - this._positions[side * 3]!;
            const y = positions[hip + 1]! - this._positions[side * 3 + 1]!;
            const z = positions[hip + 2]! - this._positions[side * 3 + 2]!;
            const height = Math.sqrt(Math.max(0, this._lengths[side]! ** 2 - x * x - z * z));
            lowering = Math.max(lowering, y > 0 ? y - height : 0);
        }
        pose.pelvis[1]! -= lowering;
        kinematics.update(pose);
        for (let side = 0; side < 2; side++) {
            const ankle = this._ankles[side]!;
            this._legs[side]!.solve(pose, kinematics, this._positions, side * 3, true);
            const knee = SmplxJointParents[ankle]!;
            InverseMultiplyPacked(rotations, knee * 4, this._rotations, side * 4, pose.rotations, ankle * 4);
        }
    }

    private _distance(positions: Float64Array, side: number): number {
        const hip = this._hips[side]! * 3;
        const ankle = this._ankles[side]! * 3;
        const x = positions[hip]! - positions[ankle]!;
        const y = positions[hip + 1]! - positions[ankle + 1]!;
        const z = positions[hip + 2]! - positions[ankle + 2]!;
        return Math.sqrt(x * x + y * y + z * z);
    }
}
