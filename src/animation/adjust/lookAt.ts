import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { InverseMultiplyPacked, MultiplyPacked, RotatePacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { FromRotationVectorPacked, ToRotationVectorPacked } from "../../math/packedRotation.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { LongestStep } from "./contactDetector.js";
import { Damped } from "./damped.js";
import { GazeTurn } from "./gazeTurn.js";

const Degrees = Math.PI / 180;
/** The head turns at most this far from straight ahead of the trunk; eyes this much further. */
const HeadYaw = 55 * Degrees;
const HeadPitch = 35 * Degrees;
const EyeAngle = 25 * Degrees;
/** Share of the turn that the chest takes, and that chest and neck take together. */
const ChestShare = 0.15;
const NeckShare = 0.45;
/** How fast the head follows, Hz; eyes are there within 40 ms. */
const HeadFrequency = 6;
const EyeFrequency = 20;
/** A target behind the person is looked for over the same shoulder until it is this far past the other side. */
const FlipMargin = 40 * Degrees;
/** Turns smaller than this have come to rest, radians. */
const AtRest = 1e-4;

/** Eyes that look straight ahead. */
const RestEye = Float64Array.of(0, 0, 0, 1);

const Joint = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);
const Trunk = Joint("spine2");
const Chest = Joint("spine3");
const Neck = Joint("neck");
const Head = Joint("head");
const Eyes = [Joint("left_eye"), Joint("right_eye")] as const;

/**
 * Turns the gaze to a target: eyes first, then head, neck and a little of the chest, each within what people can do. What
 * moves is the difference to where the pose looks, so nodding and shaking of a clip stay; eyes that the clip moves are the
 * target's by the weight. A target behind the person holds
 * the gaze at its limit, over the shoulder that it came round.
 */
export class LookAt {
    /** How far the gaze goes to the target: 0 not at all, 1 all the way. Changes are eased. */
    public weight = 0;
    /** What is looked at, avatar space, metres. */
    public readonly target = new Float64Array(3);
    /** [4] yaw (to the person's left) and pitch (up) of the left eye, then of the right, in the head, radians. */
    public readonly eyes = new Float64Array(4);
    /** How much of the eyes is the target's now: 0 none, 1 all. */
    public eyeShare = 0;
    /** How far the head still has to turn, radians. */
    public wayLeft = 0;

    private readonly _yaw = new Damped(HeadFrequency);
    private readonly _pitch = new Damped(HeadFrequency);
    private readonly _eyeYaw = [new Damped(EyeFrequency), new Damped(EyeFrequency)] as const;
    private readonly _eyePitch = [new Damped(EyeFrequency), new Damped(EyeFrequency)] as const;
    /** How much of the eyes is the target's. */
    private readonly _eyeShare = [new Damped(EyeFrequency), new Damped(EyeFrequency)] as const;
    private readonly _vector = new Float64Array(3);
    private readonly _part = new Float64Array(3);
    private readonly _angles = new Float64Array(2);
    private readonly _posed = new Float64Array(2);
    private readonly _turn = new Float64Array(4);
    private readonly _share = new Float64Array(4);
    private readonly _inverse = new Float64Array(4);
    private _lastYaw = 0;
    private _isMoving = false;

    /** Whether the pose is changed: also while the gaze still returns. */
    public get isActive(): boolean {
        return this.weight > 0 || this._isMoving;
    }

    /** Forgets where the gaze was: the pose is as it comes until it turns anew. */
    public reset(): void {
        this._yaw.reset();
        this._pitch.reset();
        for (let eye = 0; eye < 2; eye++) {
            this._eyeYaw[eye]!.reset();
            this._eyePitch[eye]!.reset();
            this._eyeShare[eye]!.reset();
        }
        this.eyes.fill(0);
        this.eyeShare = 0;
        this.wayLeft = 0;
        this._lastYaw = 0;
        this._isMoving = false;
    }

    /**
     * Turns the gaze of a pose.
     *
     * @param pose the pose to change
     * @param kinematics of the pose, up to date before and after
     * @param dt seconds since the last call; 0 holds, below 0 or above 0.25 goes to the target at once
     */
    public apply(pose: BodyPose, kinematics: BodyKinematics, dt: number): void {
        if (!this.isActive) {
            return;
        }
        const hasTarget = Number.isFinite(this.target[0]! + this.target[1]! + this.target[2]!);
        const weight = hasTarget ? Math.min(1, Math.max(0, this.weight)) : 0;
        const step = dt >= 0 && dt <= LongestStep ? dt : 1;
        this._advanceHead(kinematics, weight, step);
        this._turnHead(pose, kinematics);
        this._turnEyes(pose, kinematics, weight, step);
        kinematics.update(pose, Chest);
        if (weight === 0 && this._isAtRest()) {
            this.reset();
        }
    }

    private _advanceHead(kinematics: BodyKinematics, weight: number, dt: number): void {
        const { positions, rotations } = kinematics;
        this._vector.fill(0);
        this._vector[2] = 1;
        RotatePacked(rotations, Head * 4, this._vector, 0, this._vector, 0);
        this._anglesIn(rotations, Trunk, this._posed);
        for (let i = 0; i < 3; i++) {
            const eyes = (positions[Eyes[0] * 3 + i]! + positions[Eyes[1] * 3 + i]!) / 2;
            this._vector[i] = weight > 0 ? this.target[i]! - eyes : 0;
        }
        this._anglesIn(rotations, Trunk, this._angles);
        const yaw = this._sameSide(this._angles[0]!);
        if (weight > 0) {
            this._lastYaw = yaw;
        }
        const headYaw = Clamp(yaw, HeadYaw);
        const headPitch = Clamp(this._angles[1]!, HeadPitch);
        this._isMoving = true;
        const goalYaw = weight * (headYaw - this._posed[0]!);
        const goalPitch = weight * (headPitch - this._posed[1]!);
        this.wayLeft = Math.max(Math.abs(goalYaw - this._yaw.value), Math.abs(goalPitch - this._pitch.value));
        this._yaw.advance(goalYaw, dt);
        this._pitch.advance(goalPitch, dt);
    }

    /** Turns chest, neck and head by their shares of the turn, all about the same axis in the trunk. */
    private _turnHead(pose: BodyPose, { rotations }: BodyKinematics): void {
        // From where the pose looks to where the gaze goes: R(yaw + Δ, pitch + Δ) · R(yaw, pitch)⁻¹ in the trunk.
        GazeTurn(this._posed[0]!, this._posed[1]!, this._inverse);
        GazeTurn(this._posed[0]! + this._yaw.value, this._posed[1]! + this._pitch.value, this._turn);
        Conjugate(this._inverse);
        MultiplyPacked(this._turn, 0, this._inverse, 0, this._turn, 0);
        MultiplyPacked(rotations, Trunk * 4, this._turn, 0, this._turn, 0);
        for (let i = 0; i < 4; i++) {
            this._inverse[i] = rotations[Trunk * 4 + i]!;
        }
        Conjugate(this._inverse);
        MultiplyPacked(this._turn, 0, this._inverse, 0, this._turn, 0);
        ToRotationVectorPacked(this._turn, 0, this._vector, 0);
        this._turnJoint(pose, rotations, Chest, ChestShare);
        this._turnJoint(pose, rotations, Neck, NeckShare);
        this._turnJoint(pose, rotations, Head, 1);
    }

    /** World rotation of a joint, turned by a share of `_vector`; its parent's must have been turned already. */
    private _turnJoint(pose: BodyPose, rotations: Float64Array, joint: number, share: number): void {
        for (let i = 0; i < 3; i++) {
            this._part[i] = this._vector[i]! * share;
        }
        FromRotationVectorPacked(this._part, 0, this._share, 0);
        MultiplyPacked(this._share, 0, rotations, joint * 4, rotations, joint * 4);
        InverseMultiplyPacked(
            rotations,
            SmplxJointParents[joint]! * 4,
            rotations,
            joint * 4,
            pose.rotations,
            joint * 4,
        );
    }

    /** Eyes go where the head does not reach yet, or cannot. */
    private _turnEyes(pose: BodyPose, kinematics: BodyKinematics, weight: number, dt: number): void {
        const { positions, rotations } = kinematics;
        kinematics.update(pose, Chest);
        for (let side = 0; side < 2; side++) {
            const eye = Eyes[side]!;
            for (let i = 0; i < 3; i++) {
                this._vector[i] = weight > 0 ? this.target[i]! - positions[eye * 3 + i]! : 0;
            }
            this._anglesIn(rotations, Head, this._angles);
            const isBehind = Math.abs(this._angles[0]!) > Math.PI / 2;
            const yaw = isBehind ? Math.sign(this._lastYaw) * EyeAngle : Clamp(this._angles[0]!, EyeAngle);
            this._eyeYaw[side]!.advance(weight * yaw, dt);
            this._eyePitch[side]!.advance(weight * Clamp(this._angles[1]!, EyeAngle), dt);
            this._eyeShare[side]!.advance(weight, dt);
            const share = this._eyeShare[side]!.value;
            this.eyes[2 * side] = this._eyeYaw[side]!.value;
            this.eyes[2 * side + 1] = this._eyePitch[side]!.value;
            this.eyeShare = Math.min(1, Math.max(0, share));
            if (share > 0) {
                GazeTurn(this._eyeYaw[side]!.value, this._eyePitch[side]!.value, this._turn);
                // What the pose does with the eyes gives way to the target, as it does not know where that is.
                SlerpPacked(pose.rotations, eye * 4, RestEye, 0, Math.min(1, share), this._share, 0);
                MultiplyPacked(this._turn, 0, this._share, 0, pose.rotations, eye * 4);
            }
        }
    }

    /** Yaw (to the left) and pitch (up) of `_vector` in the frame of a joint; 0 for no direction. */
    private _anglesIn(rotations: Float64Array, joint: number, result: Float64Array): void {
        for (let i = 0; i < 4; i++) {
            this._inverse[i] = rotations[joint * 4 + i]!;
        }
        Conjugate(this._inverse);
        RotatePacked(this._inverse, 0, this._vector, 0, this._vector, 0);
        const x = this._vector[0]!;
        const z = this._vector[2]!;
        result[0] = Math.atan2(x, z);
        result[1] = Math.atan2(this._vector[1]!, Math.sqrt(x * x + z * z));
    }

    /** Yaw beyond the back of the head counts on from the side that was looked over. */
    private _sameSide(yaw: number): number {
        const isOtherSide = yaw * this._lastYaw < 0 && Math.abs(this._lastYaw) > Math.PI / 2;
        return isOtherSide && Math.abs(yaw) > Math.PI - FlipMargin ? yaw + Math.sign(this._lastYaw) * 2 * Math.PI : yaw;
    }

    private _isAtRest(): boolean {
        let most = Math.max(Math.abs(this._yaw.value), Math.abs(this._pitch.value));
        for (let eye = 0; eye < 2; eye++) {
            most = Math.max(most, Math.abs(this._eyeYaw[eye]!.value), Math.abs(this._eyePitch[eye]!.value));
            most = Math.max(most, this._eyeShare[eye]!.value);
        }
        return most < AtRest;
    }
}

function Clamp(value: number, most: number): number {
    return Math.min(most, Math.max(-most, value));
}

function Conjugate(q: Float64Array): void {
    q[0] = -q[0]!;
    q[1] = -q[1]!;
    q[2] = -q[2]!;
}
