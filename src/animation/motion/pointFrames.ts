import { SmplxJointNames } from "../../format/bodyModel.js";
import { FromXTowardsZPacked } from "../../math/packedAxes.js";
import { type BodyPoints, BodyPointNames, type BodyPointName } from "./bodyPoints.js";

/** Lines of the trunk shorter than this are noise, metres. */
export const ShortestBone = 0.04;
/** … and bones of fingers shorter than this. */
export const ShortestPhalanx = 0.008;

/**
 * Index of a point.
 *
 * @param name its name
 */
export function PointIndex(name: BodyPointName): number {
    return BodyPointNames.indexOf(name);
}

const [LeftHip, RightHip] = [PointIndex("left_hip"), PointIndex("right_hip")];
const [LeftShoulder, RightShoulder] = [PointIndex("left_shoulder"), PointIndex("right_shoulder")];
const [LeftEar, RightEar, Nose] = [PointIndex("left_ear"), PointIndex("right_ear"), PointIndex("nose")];
const [LeftEye, RightEye, Head] = [PointIndex("left_eye"), PointIndex("right_eye"), PointIndex("head")];
const [Spine2, Spine3] = [SmplxJointNames.indexOf("spine2"), SmplxJointNames.indexOf("spine3")];

/** Points that the hand's frame is made of. */
export interface IHandPoints {
    /** The wrist. */
    readonly wrist: number;
    /** Knuckle of the middle finger. */
    readonly middle: number;
    /** Knuckle of the index finger. */
    readonly index: number;
    /** Knuckle of the little finger. */
    readonly pinky: number;
}

/**
 * Turns points into rotations of the trunk, the head and the hands: frames of a line and a direction near it, which say
 * more than single bones. Rotations are made relative to the same frames at rest by the solver. Allocates nothing.
 */
export class PointFrames {
    private readonly _a = new Float64Array(3);
    private readonly _b = new Float64Array(3);
    private readonly _c = new Float64Array(3);

    /**
     * result = line from one point to another.
     *
     * @returns whether both are known and it is not too short to tell a direction
     */
    public line(points: BodyPoints, from: number, to: number, shortest: number, result: Float64Array): boolean {
        if (points.known[from] !== 1 || points.known[to] !== 1) {
            return false;
        }
        for (let i = 0; i < 3; i++) {
            result[i] = points.positions[to * 3 + i]! - points.positions[from * 3 + i]!;
        }
        // Math.hypot allocates.
        const squared = result[0]! * result[0]! + result[1]! * result[1]! + result[2]! * result[2]!;
        return squared >= shortest * shortest;
    }

    /** Point of the upper spine that tells the trunk's bend, or -1. */
    public spineOf(points: BodyPoints): number {
        return points.known[Spine2] === 1 ? Spine2 : points.known[Spine3] === 1 ? Spine3 : -1;
    }

    /**
     * Frame of the pelvis: line of the hips, and up to the spine or the shoulders.
     *
     * @param spine a point of the spine, or -1
     */
    public pelvis(points: BodyPoints, spine: number, result: Float64Array, at: number): boolean {
        const isHips = this.line(points, RightHip, LeftHip, ShortestBone, this._a);
        if (!isHips && !this.line(points, RightShoulder, LeftShoulder, ShortestBone, this._a)) {
            return false;
        }
        if (!this._middle(points, LeftHip, RightHip, this._c)) {
            return false;
        }
        return this._upright(points, spine, result, at);
    }

    /** Frame of the chest: line of the shoulders, and up to them from the spine or the hips. */
    public chest(points: BodyPoints, spine: number, result: Float64Array, at: number): boolean {
        if (!this.line(points, RightShoulder, LeftShoulder, ShortestBone, this._a)) {
            return false;
        }
        if (spine >= 0) {
            Copy(points.positions, spine, this._c);
        } else if (!this._middle(points, LeftHip, RightHip, this._c)) {
            return false;
        }
        return this._upright(points, -1, result, at);
    }

    /** Frame of the head by ears and nose. */
    public face(points: BodyPoints, result: Float64Array, at: number): boolean {
        if (!this.line(points, RightEar, LeftEar, ShortestBone, this._a) || points.known[Nose] !== 1) {
            return false;
        }
        // The nose is lower than the ears, the eyes are higher: their middle is straight ahead.
        const hasEyes = this._middle(points, LeftEye, RightEye, this._b);
        this._middle(points, LeftEar, RightEar, this._c);
        for (let i = 0; i < 3; i++) {
            const nose = points.positions[Nose * 3 + i]!;
            this._b[i] = (hasEyes ? (nose + this._b[i]!) / 2 : nose) - this._c[i]!;
        }
        return FromXTowardsZPacked(this._a, 0, this._b, 0, result, at);
    }

    /** Frame of the head by eyes and head joint. */
    public eyes(points: BodyPoints, result: Float64Array, at: number): boolean {
        if (!this.line(points, RightEye, LeftEye, ShortestBone, this._a) || points.known[Head] !== 1) {
            return false;
        }
        this._middle(points, LeftEye, RightEye, this._b);
        for (let i = 0; i < 3; i++) {
            this._b[i]! -= points.positions[Head * 3 + i]!;
        }
        return FromXTowardsZPacked(this._a, 0, this._b, 0, result, at);
    }

    /** Frame of a hand: wrist to knuckles, and across from the little finger to the index finger. */
    public hand(points: BodyPoints, hand: IHandPoints, result: Float64Array, at: number): boolean {
        if (
            !this.line(points, hand.pinky, hand.index, ShortestBone / 2, this._b) ||
            !this.line(points, hand.wrist, hand.middle, ShortestBone, this._a)
        ) {
            return false;
        }
        return FromXTowardsZPacked(this._a, 0, this._b, 0, result, at);
    }

    /** x along `_a`, y from `_c` to the point or to the middle of the shoulders. */
    private _upright(points: BodyPoints, point: number, result: Float64Array, at: number): boolean {
        const a = this._a;
        const b = this._b;
        const c = this._c;
        if (point >= 0) {
            Copy(points.positions, point, b);
        } else if (!this._middle(points, LeftShoulder, RightShoulder, b)) {
            return false;
        }
        const ux = b[0]! - c[0]!;
        const uy = b[1]! - c[1]!;
        const uz = b[2]! - c[2]!;
        // z = x × up
        b[0] = a[1]! * uz - a[2]! * uy;
        b[1] = a[2]! * ux - a[0]! * uz;
        b[2] = a[0]! * uy - a[1]! * ux;
        return FromXTowardsZPacked(a, 0, b, 0, result, at);
    }

    private _middle(points: BodyPoints, a: number, b: number, result: Float64Array): boolean {
        if (points.known[a] !== 1 || points.known[b] !== 1) {
            return false;
        }
        for (let i = 0; i < 3; i++) {
            result[i] = (points.positions[a * 3 + i]! + points.positions[b * 3 + i]!) / 2;
        }
        return true;
    }
}

function Copy(positions: Float64Array, point: number, result: Float64Array): void {
    for (let i = 0; i < 3; i++) {
        result[i] = positions[point * 3 + i]!;
    }
}
