import { InverseMultiplyPacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { SmplxJointParents } from "../../format/bodyModel.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";
import { LongestStep } from "./contactDetector.js";
import { Damped } from "./damped.js";
import { Effector } from "./effector.js";
import { FlatGround, type GroundAt } from "./ground.js";
import { PlantedFoot } from "./plantedFoot.js";
import { TwoBoneIk } from "./twoBoneIk.js";

/** Standing legs are asked to be no longer than this share of their length, unless the motion itself stretches them so. */
const EasyReach = 0.999;
/** … and are never longer than this: the pelvis comes down at once. */
const LastReach = 0.9999;
/** The pelvis comes down by at most this share of the leg. */
const MostLowering = 0.12;
/** How fast the pelvis comes down to feet, and how fast the body follows ground that rises and falls, Hz. */
const LoweringFrequency = 10;
const ClimbingFrequency = 2.5;
/** How fast the height of a motion whose standing feet float or sink is put right, Hz. */
const LevelFrequency = 2;
/** Legs whose feet are farther aside than this share of their length tell nothing of the height of the body. */
const MostAside = 0.7;
/** Of a leg that is bent this little, its height is as certain as it gets: square of the sine of half the bend. */
const StraightBend = 0.002;

/**
 * Keeps standing feet where they stand, soles on the ground, on steps and slopes too.
 *
 * Poses are made for level ground at height 0; a foot that stands is held where it landed, flat on the ground, heel and toes
 * each as long as they stand; a foot that swings follows its motion over the ground. A motion that floats above its ground or
 * sinks into it is moved as a whole, so that standing legs are bent as in the motion; then the pelvis comes down as little as
 * the standing legs need. There is no margin of reach: legs that the motion has straight stay straight.
 */
export class FootPlanter {
    /** How far feet are planted: 0 not at all, 1 fully. */
    public weight = 0;
    /** The ground (default: level, at height 0). */
    public groundAt: GroundAt = FlatGround;
    /** Goal of the left ankle; goes before planting. */
    public readonly left = new Effector();
    /** Goal of the right ankle; goes before planting. */
    public readonly right = new Effector();

    /**
     * How far the motion is moved up in the next frame, metres, where that was planned ahead; null lets it follow what
     * standing legs ask for. The pelvis comes down all the same where a leg would not reach.
     */
    public plannedShift: number | null = null;
    /**
     * [2,3] what the left and the right leg asked for in the last frame: how far the motion has to be moved up, metres, for
     * the leg to be as bent as in the motion; how far at most, for the leg to reach; how much that counts, 0 and more.
     */
    public readonly demands = new Float64Array(6);

    private readonly _legLength: number;
    private readonly _feet: readonly [PlantedFoot, PlantedFoot];
    private readonly _legs: readonly [TwoBoneIk, TwoBoneIk];
    private readonly _lowering = new Damped(LoweringFrequency);
    private readonly _climb = new Damped(ClimbingFrequency);
    private readonly _level = new Damped(LevelFrequency);
    private _wantedLevel = 0;
    /** [2,3] where the ankles go. */
    private readonly _goals = new Float64Array(6);
    private readonly _rotation = new Float64Array(4);
    private readonly _toes = new Float64Array(4);
    /** [2,8] world rotations of both feet and toes in the motion. */
    private readonly _posed = new Float64Array(16);
    private _isFirst = true;

    /** @param body the body whose feet are planted */
    public constructor(body: IAvatarBody) {
        this._legLength = body.legLength;
        this._feet = [new PlantedFoot(body, 0), new PlantedFoot(body, 1)];
        this._legs = [
            new TwoBoneIk(body.restPositions, this._feet[0].ankle, 1),
            new TwoBoneIk(body.restPositions, this._feet[1].ankle, 1),
        ];
    }

    /** Whether feet are moved. */
    public get isActive(): boolean {
        return this._legLength > 0 && (this.weight > 0 || this.left.isActive || this.right.isActive);
    }

    /** Forgets where feet stand: call where time jumps. */
    public reset(): void {
        this._isFirst = true;
        this._feet[0].reset();
        this._feet[1].reset();
    }

    /**
     * Tells that the ground moved under the avatar, in avatar space: what stands moves along. An avatar whose node walks
     * while its clip is in place passes the inverse of its node's step.
     *
     * @param x metres along x
     * @param y metres upwards
     * @param z metres along z
     * @param yaw radians about the vertical axis through the origin, ahead of the shift
     */
    public moveGround(x: number, y: number, z: number, yaw: number): void {
        this._feet[0].moveGround(x, y, z, yaw);
        this._feet[1].moveGround(x, y, z, yaw);
        this._climb.value += y;
    }

    /**
     * Plants the feet of a pose. A pose that is not all numbers is left alone.
     *
     * @param pose the pose to change
     * @param kinematics of the pose, up to date before and after
     * @param contacts [4] 1 where left ankle, left toes, right ankle, right toes stand
     * @param dt seconds since the last call; 0 holds, below 0 or above 0.25 forgets
     */
    public apply(pose: BodyPose, kinematics: BodyKinematics, contacts: ArrayLike<number>, dt: number): void {
        if (!this.isActive || !this._isSane(kinematics)) {
            this.reset();
            return;
        }
        let step = dt;
        if (!(dt >= 0) || dt > LongestStep) {
            this.reset();
            step = 0;
        }
        const weight = Math.min(1, this.weight);
        if (this._isFirst) {
            this._level.reset();
            this._wantedLevel = 0;
        }
        this._level.advance(this._wantedLevel, step);
        this._move(pose, kinematics, (this.plannedShift ?? this._level.value) * weight);
        for (let side = 0; side < 2; side++) {
            this._feet[side]!.plan(kinematics, contacts, side * 2, this.groundAt, step);
            for (let i = 0; i < 4; i++) {
                this._posed[side * 8 + i] = kinematics.rotations[this._feet[side]!.ankle * 4 + i]!;
                this._posed[side * 8 + 4 + i] = kinematics.rotations[this._feet[side]!.toe * 4 + i]!;
            }
        }
        const shift = this._pelvisShift(kinematics, step) * weight;
        this._isFirst = false;
        for (let side = 0; side < 2; side++) {
            this._planGoal(kinematics, side, weight);
        }
        if (shift !== 0) {
            pose.pelvis[1]! += shift;
            kinematics.update(pose);
        }
        for (let side = 0; side < 2; side++) {
            const foot = this._feet[side]!;
            const miss = this._legs[side]!.solve(pose, kinematics, this._goals, side * 3, foot.isStanding);
            foot.settle(weight > 0 ? miss : 0, step);
            this._turn(pose, kinematics, side, weight);
        }
        kinematics.update(pose, this._feet[0].hip);
    }

    /** How far the body goes up with the ground and down to its feet. */
    private _pelvisShift(kinematics: BodyKinematics, dt: number): number {
        const ground = Math.min(this._feet[0].ground.height, this._feet[1].ground.height);
        if (this._isFirst) {
            this._climb.reset(ground);
        }
        this._climb.advance(ground, dt);
        const climb = this._climb.value;
        this._askLegs(kinematics, climb);
        const needed = this._loweringFor(kinematics, climb, EasyReach);
        if (this._isFirst) {
            this._lowering.reset(needed);
        }
        this._lowering.advance(needed, dt);
        const lowering = this.plannedShift === null ? this._lowering.value : 0;
        return climb - Math.max(lowering, this._loweringFor(kinematics, climb, LastReach));
    }

    /** Moves the whole pose up. */
    private _move(pose: BodyPose, { positions }: BodyKinematics, shift: number): void {
        if (shift === 0) {
            return;
        }
        pose.pelvis[1]! += shift;
        for (let i = 1; i < positions.length; i += 3) {
            positions[i]! += shift;
        }
    }

    /** Finds the height of the body at which standing legs are as bent as in the motion. */
    private _askLegs({ positions }: BodyKinematics, climb: number): void {
        const shift = this.plannedShift ?? this._level.value;
        let sum = 0;
        let total = 0;
        for (let side = 0; side < 2; side++) {
            const foot = this._feet[side]!;
            const { length } = this._legs[side]!;
            const hip = foot.hip * 3;
            const posed = Distance(positions, hip, positions, foot.ankle * 3);
            const x = foot.position[0]! - positions[hip]!;
            const z = foot.position[2]! - positions[hip + 2]!;
            const height = positions[hip + 1]! + climb - foot.position[1]!;
            const aside = x * x + z * z;
            const most = MostLowering * this._legLength;
            const wanted = Math.sqrt(Math.max(0, posed * posed - aside)) - height;
            const highest = Math.sqrt(Math.max(0, Math.max(length, posed) ** 2 - aside)) - height;
            const isSure = aside < (MostAside * length) ** 2 && height > 0;
            // A leg that is nearly straight bends by much when the hip comes down by little: d(bend)² / d(height)².
            const weight = isSure ? foot.load / (Math.max(0, 1 - (posed / length) ** 2) + StraightBend) : 0;
            this.demands[side * 3] = Math.min(most, Math.max(-most, shift + wanted));
            this.demands[side * 3 + 1] = Math.max(-most, shift + highest);
            this.demands[side * 3 + 2] = weight;
            sum += weight * this.demands[side * 3]!;
            total += weight;
        }
        if (total > 0) {
            this._wantedLevel = sum / total;
        }
    }

    /** The least lowering of the pelvis that lets all standing legs be no longer than a share of their length. */
    private _loweringFor({ positions }: BodyKinematics, climb: number, share: number): number {
        let lowering = 0;
        for (let side = 0; side < 2; side++) {
            const foot = this._feet[side]!;
            const load = foot.load;
            if (load === 0) {
                continue;
            }
            const hip = foot.hip * 3;
            const ankle = foot.ankle * 3;
            const posed = Distance(positions, hip, positions, ankle);
            const reach = Math.max(share * this._legs[side]!.length, posed);
            const x = foot.position[0]! - positions[hip]!;
            const z = foot.position[2]! - positions[hip + 2]!;
            const height = positions[hip + 1]! + climb - foot.position[1]!;
            const legHeight = Math.sqrt(Math.max(0, reach * reach - x * x - z * z));
            lowering = Math.max(lowering, load * (height - legHeight));
        }
        return Math.min(lowering, MostLowering * this._legLength);
    }

    /** Into `_goals`: between the motion's ankle and the planted one, then towards the effector's goal. */
    private _planGoal({ positions }: BodyKinematics, side: number, weight: number): void {
        const foot = this._feet[side]!;
        const effector = side === 0 ? this.left : this.right;
        for (let i = 0; i < 3; i++) {
            const posed = positions[foot.ankle * 3 + i]!;
            const planted = posed + (foot.position[i]! - posed) * weight;
            this._goals[side * 3 + i] = effector.isActive
                ? planted + (effector.position[i]! - planted) * effector.weight
                : planted;
        }
    }

    /** Turns foot and toes to their goals once the leg is where it goes. */
    private _turn(pose: BodyPose, { rotations }: BodyKinematics, side: number, weight: number): void {
        const foot = this._feet[side]!;
        const effector = side === 0 ? this.left : this.right;
        const knee = SmplxJointParents[foot.ankle]!;
        SlerpPacked(this._posed, side * 8, foot.rotation, 0, weight, this._rotation, 0);
        if (effector.isActive && effector.hasRotation) {
            SlerpPacked(this._rotation, 0, effector.rotation, 0, effector.weight, this._rotation, 0);
        }
        InverseMultiplyPacked(rotations, knee * 4, this._rotation, 0, pose.rotations, foot.ankle * 4);
        if (effector.isActive) {
            return;
        }
        SlerpPacked(this._posed, side * 8 + 4, foot.toeRotation, 0, weight, this._toes, 0);
        InverseMultiplyPacked(this._rotation, 0, this._toes, 0, pose.rotations, foot.toe * 4);
    }

    private _isSane({ positions, rotations }: BodyKinematics): boolean {
        let sum = 0;
        for (let side = 0; side < 2; side++) {
            const toe = this._feet[side]!.toe;
            for (let i = 0; i < 3; i++) {
                sum += positions[toe * 3 + i]! + rotations[toe * 4 + i]!;
            }
        }
        return Number.isFinite(sum);
    }
}

function Distance(a: ArrayLike<number>, aAt: number, b: ArrayLike<number>, bAt: number): number {
    const x = a[aAt]! - b[bAt]!;
    const y = a[aAt + 1]! - b[bAt + 1]!;
    const z = a[aAt + 2]! - b[bAt + 2]!;
    return Math.sqrt(x * x + y * y + z * z);
}
