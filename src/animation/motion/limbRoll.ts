import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { FromRotationVectorPacked } from "../../math/packedRotation.js";
import { BodyJointCount } from "../pose/bodyPose.js";
import { AngleAbout, WrapAngle } from "./angleAbout.js";
import { type BodyPoints } from "./bodyPoints.js";
import { type PointFrames, ShortestBone } from "./pointFrames.js";
import { type IFootPoints, type ILimbPoints } from "./pointLimbs.js";

const Degrees = Math.PI / 180;
/** Limbs bent less tell nothing of the plane they bend in, limbs bent more tell it exactly; in between it fades in. */
const PlaneFade = { from: 8 * Degrees, to: 20 * Degrees } as const;
/** A straight leg follows its foot by this share of the way each frame: feet turn a little by themselves. */
const FootRollShare = 0.5;

/** Where toes point in the T-pose. */
const Forward = Float64Array.of(0, 0, 1);

/**
 * How limbs are turned about themselves, which the places of two joints do not tell: the plane that a limb bends in does, and
 * the foot of a straight leg. A straight arm keeps the roll that it had. Allocates nothing.
 */
export class LimbRoll {
    private readonly _frames: PointFrames;
    /** Roll of every limb about its own direction, radians, by its upper joint. */
    private readonly _rolls = new Float64Array(BodyJointCount);
    private readonly _b = new Float64Array(3);
    private readonly _c = new Float64Array(4);

    /** @param frames makes lines of points */
    public constructor(frames: PointFrames) {
        this._frames = frames;
    }

    /** Forgets all limbs. */
    public reset(): void {
        this._rolls.fill(0);
    }

    /**
     * Turns the upper joint of a limb about its bone.
     *
     * @param points where the points are
     * @param limb the limb
     * @param foot the foot of a leg, null of an arm
     * @param along direction of the upper bone, of any length above 0
     * @param world [55,4] world rotations; that of the upper joint, aimed without roll, is turned in place
     */
    public apply(
        points: BodyPoints,
        limb: ILimbPoints,
        foot: IFootPoints | null,
        along: Float64Array,
        world: Float64Array,
    ): void {
        const upper = limb.upper;
        this._learn(points, limb, foot, along, world);
        const length = Length(along[0]!, along[1]!, along[2]!);
        for (let i = 0; i < 3; i++) {
            this._b[i] = (along[i]! / length) * this._rolls[upper]!;
        }
        FromRotationVectorPacked(this._b, 0, this._c, 0);
        MultiplyPacked(this._c, 0, world, upper * 4, world, upper * 4);
    }

    private _learn(
        points: BodyPoints,
        { upper, middle, end, hinge, mostRoll }: ILimbPoints,
        foot: IFootPoints | null,
        a: Float64Array,
        world: Float64Array,
    ): void {
        const b = this._b;
        if (!this._frames.line(points, middle, end, ShortestBone, b)) {
            return;
        }
        const nx = a[1]! * b[2]! - a[2]! * b[1]!;
        const ny = a[2]! * b[0]! - a[0]! * b[2]!;
        const nz = a[0]! * b[1]! - a[1]! * b[0]!;
        const bend = Math.atan2(Length(nx, ny, nz), a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!);
        const share = Math.min(1, Math.max(0, (bend - PlaneFade.from) / (PlaneFade.to - PlaneFade.from)));
        const fade = share * share * (3 - 2 * share);
        if (foot && fade < 1 && this._footLine(points, end, foot)) {
            RotatePacked(world, upper * 4, Forward, 0, this._c, 0);
            this._approach(upper, a, b[0]!, b[1]!, b[2]!, (1 - fade) * FootRollShare, mostRoll);
        }
        RotatePacked(world, upper * 4, hinge, 0, this._c, 0);
        this._approach(upper, a, nx, ny, nz, fade, mostRoll);
    }

    /** `_b` = where the foot points. */
    private _footLine(points: BodyPoints, ankle: number, { heel, toe, joint }: IFootPoints): boolean {
        return (
            this._frames.line(points, heel, toe, ShortestBone, this._b) ||
            this._frames.line(points, ankle, joint, ShortestBone, this._b)
        );
    }

    /** Turns the roll of a limb along an axis by a share of the way that brings `_c` to the direction (x, y, z). */
    private _approach(
        limb: number,
        axis: Float64Array,
        x: number,
        y: number,
        z: number,
        share: number,
        most: number,
    ): void {
        const angle = AngleAbout(axis, this._c, x, y, z);
        if (share > 0 && Math.abs(angle) <= most) {
            this._rolls[limb] = WrapAngle(this._rolls[limb]! + share * WrapAngle(angle - this._rolls[limb]!));
        }
    }
}

/** Math.hypot allocates. */
function Length(x: number, y: number, z: number): number {
    return Math.sqrt(x * x + y * y + z * z);
}
