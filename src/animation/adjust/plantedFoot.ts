import { SmplxJointNames } from "../../format/bodyModel.js";
import { type QuaternionTuple } from "../../math/quaternion.js";
import { InverseMultiplyPacked, MultiplyPacked, RotatePacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { FromRotationVectorPacked, ToRotationVectorPacked, YawPacked } from "../../math/packedRotation.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { Decay } from "./decay.js";
import { FootGround } from "./footGround.js";
import { type GroundAt } from "./ground.js";
import { LiftTip } from "./liftTip.js";
import { PointMotion } from "./pointMotion.js";

/** Seconds in which a foot that lands comes to rest on the ground, and in which one that lifts off joins its motion. */
const LandTime = 0.1;
const LiftTime = 0.15;
/** An anchor that the leg does not reach slides towards the motion's foot this fast, m/s. */
const SlipSpeed = 0.03;
/** … and is given up when the leg misses it by more than this, or the motion's foot is this far away, share of the leg. */
const LostMiss = 0.03;
const LostDistance = 0.25;
/** A foot that moves more than this share of the leg from one frame to the next was carried elsewhere. */
const JumpDistance = 0.5;

/** Differences in speed beyond these do not carry on, m/s and rad/s. */
const MostSpeed = 1;
const MostSpin = 5;

/** What of a foot stands: the two bits are its ankle (heel down) and its toe joint. */
const Ankle = 1;
const Toes = 2;
const Flat = 3;

/** One foot that is planted: turns the foot of the motion into the goal of its ankle, foot and toes. */
export class PlantedFoot {
    /** Joint number of the hip. */
    public readonly hip: number;
    /** Joint number of the ankle. */
    public readonly ankle: number;
    /** Joint number of the toes. */
    public readonly toe: number;
    /** Goal of the ankle joint, avatar space, metres. */
    public readonly position = new Float64Array(3);
    /** Goal of the foot's world rotation, xyzw. */
    public readonly rotation = new Float64Array(4);
    /** Goal of the toes' world rotation, xyzw. */
    public readonly toeRotation = new Float64Array(4);
    /** The ground that the foot stands on or swings over. */
    public readonly ground: FootGround;

    private readonly _leg: number;
    /** Heel, ball and toe joint relative to the ankle, tip relative to the toe joint, at rest. */
    private readonly _sole: Float64Array;
    private readonly _toeOffset = new Float64Array(3);
    private readonly _motion = new PointMotion();
    private readonly _goal = new PointMotion();
    /** x, y, z of the ankle, then the rotation vector. */
    private readonly _decay = new Decay(6);
    private readonly _anchor = new Float64Array(2);
    /** Heading that the foot landed with. */
    private readonly _yaw = new Float64Array(4);
    /** From rest to lying flat, ahead of the heading: soles may be pitched at rest. Foot, then toes. */
    private readonly _level: Float64Array;
    private readonly _posed = new Float64Array(4);
    private readonly _vector = new Float64Array(3);
    private readonly _turn = new Float64Array(4);
    private _standing = 0;
    private _isLost = false;
    private _isFirst = true;
    private _toeShare = 0;
    /** How near the foot is to lying flat, 0..1. */
    private _flatness = 0;
    /** How near any part of the foot is to standing, 0..1. */
    private _landing = 0;

    /**
     * @param body whose foot it is
     * @param side 0 left, 1 right
     */
    public constructor(body: IAvatarBody, side: 0 | 1) {
        const name = side === 0 ? "left" : "right";
        this.hip = SmplxJointNames.indexOf(`${name}_hip`);
        this.ankle = SmplxJointNames.indexOf(`${name}_ankle`);
        this.toe = SmplxJointNames.indexOf(`${name}_foot`);
        this._leg = Math.max(body.legLength, 1e-3);
        this._sole = body.solePoints.slice(side * 9, side * 9 + 9);
        this._level = Float64Array.from([this.ankle, this.toe].flatMap((joint) => LevelOf(body.corrections[joint]!)));
        this.ground = new FootGround(this._sole);
        for (let i = 0; i < 3; i++) {
            this._toeOffset[i] = body.restPositions[this.toe * 3 + i]! - body.restPositions[this.ankle * 3 + i]!;
        }
    }

    /** Whether any part of the foot stands. */
    public get isStanding(): boolean {
        return this._standing !== 0;
    }

    /** How much the pelvis has to care for this foot: 1 while it stands, rising as it lands, falling after it lifted off. */
    public get load(): number {
        return this._standing !== 0 ? 1 : Math.max(this._landing, this._decay.rest);
    }

    /** Forgets the motion so far. */
    public reset(): void {
        this._isFirst = true;
        this._standing = 0;
        this._isLost = false;
        this._toeShare = 0;
        this._decay.reset();
    }

    /**
     * Finds the goals of this frame.
     *
     * @param kinematics of the motion's pose
     * @param contacts [4] which parts stand (1) or land soon (between 0 and 1); this foot's are at `at` (ankle) and `at` + 1 (toes)
     * @param dt seconds since the last frame, ≥ 0
     */
    public plan(
        kinematics: BodyKinematics,
        contacts: ArrayLike<number>,
        at: number,
        groundAt: GroundAt,
        dt: number,
    ): void {
        const { positions, rotations } = kinematics;
        if (!this._isFirst && this._motion.distanceTo(positions, this.ankle * 3) > JumpDistance * this._leg) {
            this.reset();
        }
        const wasFirst = this._isFirst;
        if (wasFirst) {
            this._motion.start(positions, this.ankle * 3, rotations, this.ankle * 4);
            this._goal.start(positions, this.ankle * 3, rotations, this.ankle * 4);
            this.ground.start(groundAt, this._goal);
            this._goal.position[1]! += this.ground.height;
            this._isFirst = false;
        }
        // Ahead of the change: the difference is to what the foot does from now on.
        this._flatness = Ease(Math.min(contacts[at]!, contacts[at + 1]!));
        this._changeOver(this._wantedParts(contacts[at] === 1, contacts[at + 1] === 1), groundAt);
        this._landing = this._isLost ? 0 : Ease(Math.max(contacts[at]!, contacts[at + 1]!));
        if (wasFirst) {
            this._decay.reset();
            this._toeShare = this._standing & Toes ? 1 : 0;
        }
        this._motion.advance(positions, this.ankle * 3, rotations, this.ankle * 4, dt);
        this._decay.advance(dt);
        this._turnFoot(dt, groundAt);
        this._placeAnkle(groundAt, dt);
        this.position[1]! += this._turnToes(kinematics, groundAt, dt);
        this._goal.advance(this.position, 0, this.rotation, 0, dt);
    }

    /** Tells how far the leg stayed from the goal: an anchor out of reach slides, and at last is given up. */
    public settle(miss: number, dt: number): void {
        if (this._standing === 0) {
            return;
        }
        const at = this._standing === Toes ? this._toeOffset : null;
        const { position, rotation } = this._motion;
        this._vector.fill(0);
        if (at) {
            RotatePacked(rotation, 0, at, 0, this._vector, 0);
        }
        const x = position[0]! + this._vector[0]! - this._anchor[0]!;
        const z = position[2]! + this._vector[2]! - this._anchor[1]!;
        const distance = Math.sqrt(x * x + z * z);
        if (miss > LostMiss * this._leg || distance > LostDistance * this._leg) {
            this._isLost = true;
        } else if (miss > 1e-3 * this._leg && distance > 0) {
            const step = Math.min(1, (SlipSpeed * dt) / distance);
            this._anchor[0]! += x * step;
            this._anchor[1]! += z * step;
        }
    }

    /** Moves what stands along with ground that moves under the avatar, see `FootPlanter.moveGround`. */
    public moveGround(x: number, y: number, z: number, yaw: number): void {
        const cos = Math.cos(yaw);
        const sin = Math.sin(yaw);
        const ax = this._anchor[0]!;
        const az = this._anchor[1]!;
        this._anchor[0] = cos * ax + sin * az + x;
        this._anchor[1] = cos * az - sin * ax + z;
        this._turn.fill(0);
        this._turn[1] = Math.sin(yaw / 2);
        this._turn[3] = Math.cos(yaw / 2);
        MultiplyPacked(this._turn, 0, this._yaw, 0, this._yaw, 0);
        this._goal.move(this._turn, x, y, z);
        this.ground.move(y);
    }

    /** What of the foot shall stand; a lost anchor stays lost until the foot has left the ground. */
    private _wantedParts(ankle: boolean, toes: boolean): number {
        const wanted = (ankle ? Ankle : 0) | (toes ? Toes : 0);
        if (wanted === 0) {
            this._isLost = false;
        }
        return this._isLost ? 0 : wanted;
    }

    /** When other parts of the foot stand than before, the difference between the old and the new goal begins to fade. */
    private _changeOver(standing: number, groundAt: GroundAt): void {
        if (standing === this._standing) {
            return;
        }
        this._standing = standing;
        const { position, rotation, speed, spin } = this._goal;
        const free = standing === 0 ? this._motion : null;
        this._vector.fill(0);
        if (standing === Toes) {
            RotatePacked(rotation, 0, this._toeOffset, 0, this._vector, 0);
        }
        this._anchor[0] = position[0]! + this._vector[0]!;
        this._anchor[1] = position[2]! + this._vector[2]!;
        YawPacked(rotation, 0, this._yaw, 0);
        this._wantedRotation(this._motion.rotation, groundAt, 0);
        InverseOnRight(rotation, this._posed, this._turn);
        ToRotationVectorPacked(this._turn, 0, this._vector, 0);
        const height = free
            ? free.position[1]! + this.ground.height
            : this.ground.support(groundAt, position[0]!, position[2]!, rotation);
        this._decay.capture(
            0,
            free ? position[0]! - free.position[0]! : 0,
            free ? speed[0]! - free.speed[0]! : 0,
            MostSpeed,
        );
        this._decay.capture(1, position[1]! - height, speed[1]! - (free ? free.speed[1]! : 0), MostSpeed);
        this._decay.capture(
            2,
            free ? position[2]! - free.position[2]! : 0,
            free ? speed[2]! - free.speed[2]! : 0,
            MostSpeed,
        );
        for (let i = 0; i < 3; i++) {
            // Into the flat stance no spin is carried: it would swing the toes past it.
            const relative = standing === Flat ? 0 : spin[i]! - this._motion.spin[i]!;
            this._decay.capture(3 + i, this._vector[i]!, relative, MostSpin);
        }
        this._decay.begin(free ? LiftTime : LandTime);
    }

    /** Into `_posed`: the motion's rotation on the slope, or flat on the ground with the heading that the foot landed with. */
    private _wantedRotation(motion: Float64Array, groundAt: GroundAt, dt: number): void {
        const { position } = this._goal;
        this.ground.tilt(groundAt, position[0]!, position[2]!, dt);
        if (this._standing !== Flat && this._flatness > 0) {
            YawPacked(motion, 0, this._posed, 0);
            MultiplyPacked(this._posed, 0, this._level, 0, this._posed, 0);
            SlerpPacked(motion, 0, this._posed, 0, this._flatness, this._posed, 0);
            MultiplyPacked(this.ground.slope, 0, this._posed, 0, this._posed, 0);
            return;
        }
        if (this._standing === Flat) {
            MultiplyPacked(this._yaw, 0, this._level, 0, this._posed, 0);
            MultiplyPacked(this.ground.slope, 0, this._posed, 0, this._posed, 0);
        } else {
            MultiplyPacked(this.ground.slope, 0, motion, 0, this._posed, 0);
        }
    }

    private _turnFoot(dt: number, groundAt: GroundAt): void {
        this._wantedRotation(this._motion.rotation, groundAt, dt);
        FromRotationVectorPacked(this._decay.offset, 3, this._turn, 0);
        MultiplyPacked(this._turn, 0, this._posed, 0, this.rotation, 0);
    }

    private _placeAnkle(groundAt: GroundAt, dt: number): void {
        const { position } = this;
        const { offset } = this._decay;
        const motion = this._motion.position;
        if (this._standing === 0) {
            position[0] = motion[0]! + offset[0]!;
            position[2] = motion[2]! + offset[2]!;
            this.ground.swing(groundAt, this._motion, position[0], position[2], this.rotation, dt);
            const height = motion[1]! + this.ground.height + offset[1]!;
            const support = this.ground.support(groundAt, position[0], position[2], this.rotation);
            position[1] = height + (support - height) * this._landing;
        } else {
            this._vector.fill(0);
            if (this._standing === Toes) {
                RotatePacked(this.rotation, 0, this._toeOffset, 0, this._vector, 0);
            }
            position[0] = this._anchor[0]! - this._vector[0]! + offset[0]!;
            position[2] = this._anchor[1]! - this._vector[2]! + offset[2]!;
            position[1] = offset[1]! + this.ground.support(groundAt, position[0], position[2], this.rotation);
            this.ground.stand();
        }
        // Whatever fades in or out, the sole is never under the ground.
        position[1] = Math.max(position[1], this.ground.support(groundAt, position[0], position[2], this.rotation));
    }

    /**
     * Standing toes lie flat while the heel lifts; toes that would dip into the ground bend up.
     *
     * @returns how much the foot has to be lifted, because its toes cannot bend that far
     */
    private _turnToes({ rotations }: BodyKinematics, groundAt: GroundAt, dt: number): number {
        const isDown = (this._standing & Toes) !== 0;
        const share = this._toeShare + (isDown ? dt / LandTime : -dt / LiftTime);
        this._toeShare = Math.min(1, Math.max(0, share));
        InverseMultiplyPacked(rotations, this.ankle * 4, rotations, this.toe * 4, this._turn, 0);
        MultiplyPacked(this.rotation, 0, this._turn, 0, this.toeRotation, 0);
        YawPacked(this.rotation, 0, this._posed, 0);
        MultiplyPacked(this._posed, 0, this._level, 4, this._posed, 0);
        MultiplyPacked(this.ground.slope, 0, this._posed, 0, this._posed, 0);
        SlerpPacked(this.toeRotation, 0, this._posed, 0, Ease(this._toeShare), this.toeRotation, 0);
        RotatePacked(this.rotation, 0, this._toeOffset, 0, this._vector, 0);
        for (let i = 0; i < 3; i++) {
            this._vector[i]! += this.position[i]!;
        }
        return LiftTip(this.toeRotation, this._sole, 6, this._vector, this.ground.under(groundAt, this._vector));
    }
}

/** A correction without its heading, which is the foot's own. */
function LevelOf(correction: QuaternionTuple): readonly number[] {
    const level = Float64Array.from(correction);
    const yaw = new Float64Array(4);
    YawPacked(level, 0, yaw, 0);
    InverseMultiplyPacked(yaw, 0, level, 0, level, 0);
    return [...level];
}

/** Smooth step from 0 to 1. */
function Ease(x: number): number {
    return x * x * (3 - 2 * x);
}

/** result = a·b⁻¹. */
function InverseOnRight(a: Float64Array, b: Float64Array, result: Float64Array): void {
    result[0] = -b[0]!;
    result[1] = -b[1]!;
    result[2] = -b[2]!;
    result[3] = b[3]!;
    MultiplyPacked(a, 0, result, 0, result, 0);
}
