import { SmplxJointParents } from "../../format/bodyModel.js";
import { InverseMultiplyPacked, MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { ShortestRotationPacked } from "../../math/packedRotation.js";
import { type BodyKinematics } from "../pose/bodyKinematics.js";
import { type BodyPose } from "../pose/bodyPose.js";

/** Share of a limb's length over which stretching past the reach fades out, so that a limb never snaps straight. */
const SoftZone = 0.005;
/** Bend of the posed limb (distance of the middle joint from the line) below which its hinge decides, share of length. */
const StraightBend = 0.1;

/**
 * Bends a leg or an arm so that its end reaches a goal: the limb turns as a whole, and its middle joint stays in the plane
 * in which the pose has it. Exact, no iteration. A limb that the pose has straight bends about its own hinge.
 */
export class TwoBoneIk {
    /** Length of both bones together, metres. */
    public readonly length: number;

    private readonly _upper: number;
    private readonly _middle: number;
    private readonly _end: number;
    private readonly _l1: number;
    private readonly _l2: number;
    private readonly _restPole: Float64Array;
    /** From the middle to the end joint at rest. */
    private readonly _restEnd = new Float64Array(3);
    private readonly _line = new Float64Array(3);
    private readonly _toGoal = new Float64Array(3);
    private readonly _pole = new Float64Array(3);
    private readonly _hinge = new Float64Array(3);
    private readonly _bone = new Float64Array(3);
    private readonly _newBone = new Float64Array(3);
    private readonly _turn = new Float64Array(4);

    /**
     * @param restPositions [55,3] joints of the body at rest
     * @param end the joint that reaches: an ankle or wrist; the two joints above it bend
     * @param poleZ where the middle joint points when the limb bends, from the canonical pose: 1 forward (knee), -1 backward (elbow)
     */
    public constructor(restPositions: ArrayLike<number>, end: number, poleZ: 1 | -1) {
        this._end = end;
        this._middle = SmplxJointParents[end]!;
        this._upper = SmplxJointParents[this._middle]!;
        this._l1 = Distance(restPositions, this._upper, this._middle);
        this._l2 = Distance(restPositions, this._middle, this._end);
        this.length = this._l1 + this._l2;
        this._restPole = Float64Array.of(0, 0, poleZ);
        for (let i = 0; i < 3; i++) {
            this._restEnd[i] = restPositions[end * 3 + i]! - restPositions[this._middle * 3 + i]!;
        }
    }

    /**
     * Brings the end joint to a goal, or as near as the limb reaches. Turns the two joints above; the end joint keeps its
     * local rotation. World values of the three joints are brought up to date, those of joints below are not.
     *
     * @param pose the pose to change
     * @param kinematics of the pose: the limb's three joints and the one above must be up to date
     * @param goal where the end joint shall be, avatar space, metres
     * @param goalAt where it starts in `goal`
     * @param isFirm whether the goal is met exactly as far as the limb reaches, without fading out the stretch
     * @returns how far the end joint stays from the goal, metres
     */
    public solve(
        pose: BodyPose,
        kinematics: BodyKinematics,
        goal: ArrayLike<number>,
        goalAt: number,
        isFirm = false,
    ): number {
        const { positions } = kinematics;
        const from = this._upper * 3;
        for (let i = 0; i < 3; i++) {
            this._line[i] = positions[this._end * 3 + i]! - positions[from + i]!;
            this._toGoal[i] = goal[goalAt + i]! - positions[from + i]!;
        }
        const wanted = Length(this._toGoal);
        const posed = Length(this._line);
        if (!(wanted > 1e-9) || !(posed > 1e-9) || !Number.isFinite(wanted) || this._l1 < 1e-6 || this._l2 < 1e-6) {
            return Number.isFinite(wanted) ? wanted : 0;
        }
        const reach = this._reach(wanted, posed, isFirm ? 0 : SoftZone * this.length);
        this._findPole(kinematics, posed);
        for (let i = 0; i < 3; i++) {
            this._toGoal[i]! /= wanted;
        }
        this._makeUpright();
        const cosine = (this._l1 ** 2 + reach ** 2 - this._l2 ** 2) / (2 * this._l1 * reach);
        const along = Math.max(-1, Math.min(1, cosine)) * this._l1;
        const aside = Math.sqrt(Math.max(0, this._l1 ** 2 - along ** 2));
        for (let i = 0; i < 3; i++) {
            this._bone[i] = positions[this._middle * 3 + i]! - positions[from + i]!;
            this._newBone[i] = this._toGoal[i]! * along + this._pole[i]! * aside;
        }
        this._turnBone(kinematics, pose, this._upper, this._middle);
        for (let i = 0; i < 3; i++) {
            this._newBone[i] = positions[from + i]! + this._toGoal[i]! * reach - positions[this._middle * 3 + i]!;
        }
        // The lower bone hangs on the turned upper one, so its direction is the posed one turned along.
        MultiplyPacked(
            kinematics.rotations,
            this._upper * 4,
            pose.rotations,
            this._middle * 4,
            kinematics.rotations,
            this._middle * 4,
        );
        this._boneToEnd(kinematics);
        this._turnBone(kinematics, pose, this._middle, this._end);
        MultiplyPacked(
            kinematics.rotations,
            this._middle * 4,
            pose.rotations,
            this._end * 4,
            kinematics.rotations,
            this._end * 4,
        );
        return Math.abs(wanted - reach);
    }

    /** How long the limb becomes: what is wanted, and softly less where that goes past both its pose and its length. */
    private _reach(wanted: number, posed: number, zone: number): number {
        const shortest = Math.abs(this._l1 - this._l2) * (1 + 1e-6) + 1e-6;
        // No margin for what the pose itself extends: a straight leg stays straight.
        const knee = Math.max(this.length - zone, Math.min(posed, this.length));
        const rest = this.length - knee;
        let reach = wanted;
        if (wanted > knee) {
            reach = rest > 1e-9 ? this.length - rest * Math.exp(-(wanted - knee) / rest) : this.length;
        }
        return Math.max(shortest, reach);
    }

    /** Direction in which the middle joint stands off the line from root to end, mixed with the hinge's when it hardly does. */
    private _findPole({ positions, rotations }: BodyKinematics, posed: number): void {
        RotatePacked(rotations, this._upper * 4, this._restPole, 0, this._hinge, 0);
        let along = 0;
        for (let i = 0; i < 3; i++) {
            this._line[i]! /= posed;
            this._pole[i] = positions[this._middle * 3 + i]! - positions[this._upper * 3 + i]!;
            along += this._pole[i]! * this._line[i]!;
        }
        for (let i = 0; i < 3; i++) {
            this._pole[i]! -= along * this._line[i]!;
        }
        const bend = Length(this._pole) / this.length;
        const share = bend < StraightBend ? (1 - bend / StraightBend) ** 2 : 0;
        for (let i = 0; i < 3; i++) {
            this._pole[i]! += share * StraightBend * this.length * this._hinge[i]!;
        }
    }

    /** Carries the pole along with the turn of the whole limb, then makes it a unit vector at right angles to the goal line. */
    private _makeUpright(): void {
        ShortestRotationPacked(this._line, 0, this._toGoal, 0, this._turn, 0);
        RotatePacked(this._turn, 0, this._pole, 0, this._pole, 0);
        let along = 0;
        for (let i = 0; i < 3; i++) {
            along += this._pole[i]! * this._toGoal[i]!;
        }
        for (let i = 0; i < 3; i++) {
            this._pole[i]! -= along * this._toGoal[i]!;
        }
        const length = Math.max(Length(this._pole), 1e-12);
        for (let i = 0; i < 3; i++) {
            this._pole[i]! /= length;
        }
    }

    private _boneToEnd({ rotations }: BodyKinematics): void {
        RotatePacked(rotations, this._middle * 4, this._restEnd, 0, this._bone, 0);
    }

    /** Turns a joint so that the bone below it lies along the new direction, and moves the joint at its other end there. */
    private _turnBone({ rotations, positions }: BodyKinematics, pose: BodyPose, joint: number, next: number): void {
        ShortestRotationPacked(this._bone, 0, this._newBone, 0, this._turn, 0);
        MultiplyPacked(this._turn, 0, rotations, joint * 4, rotations, joint * 4);
        const parent = SmplxJointParents[joint]!;
        InverseMultiplyPacked(rotations, parent * 4, rotations, joint * 4, pose.rotations, joint * 4);
        RotatePacked(this._turn, 0, this._bone, 0, this._bone, 0);
        for (let i = 0; i < 3; i++) {
            positions[next * 3 + i] = positions[joint * 3 + i]! + this._bone[i]!;
        }
    }
}

function Distance(points: ArrayLike<number>, a: number, b: number): number {
    const x = points[a * 3]! - points[b * 3]!;
    const y = points[a * 3 + 1]! - points[b * 3 + 1]!;
    const z = points[a * 3 + 2]! - points[b * 3 + 2]!;
    return Math.sqrt(x * x + y * y + z * z);
}

function Length(v: Float64Array): number {
    return Math.sqrt(v[0]! ** 2 + v[1]! ** 2 + v[2]! ** 2);
}
