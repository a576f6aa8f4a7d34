import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityPacked,
    InverseMultiplyPacked,
    MultiplyPacked,
    RotatePacked,
    SlerpPacked,
} from "../../math/packedQuaternion.js";
import { FromRotationVectorPacked, ShortestRotationPacked } from "../../math/packedRotation.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyJointCount, type BodyPose } from "../pose/bodyPose.js";
import { GenericSkeleton } from "../rig/genericSkeleton.js";
import { WrapAngle } from "./angleAbout.js";
import { BodyPoints } from "./bodyPoints.js";
import { LimbRoll } from "./limbRoll.js";
import { type IFinger } from "./pointFingers.js";
import { type IHandPoints, PointFrames, ShortestBone, ShortestPhalanx } from "./pointFrames.js";
import { type IFootPoints, type ILimbPoints, type ISidePoints, PointsOfSide, SpineShares } from "./pointLimbs.js";

const Degrees = Math.PI / 180;
/** Share of the turn of the hand about the forearm that the forearm takes: skin at the wrist candy-wraps otherwise. */
const ForearmShare = 0.5;
/** The neck's share of the turn between chest and head. */
const NeckShare = 0.4;
/** Fingers spread by no more than this. */
const MostSpread = 20 * Degrees;
/** The last phalanx bends by this share of the one before, where its tip is not seen. */
const LastPhalanxShare = 0.6;

const Joint = (name: SmplxJointName): number => SmplxJointNames.indexOf(name);

/** Where toes point in the T-pose. */
const Forward = Float64Array.of(0, 0, 1);

const Pelvis = Joint("pelvis");
const Spine = [Joint("spine1"), Joint("spine2"), Joint("spine3")] as const;
/** Jaw and eyes. */
const FirstFaceJoint = Joint("jaw");
const [Neck, Head] = [Joint("neck"), Joint("head")];

/**
 * Finds the pose of a body from where its points are: tracked landmarks, XR joints, recordings without rotations. Limbs are
 * aimed from the trunk outwards, each bone taking over the turn of the one before; bent elbows and knees tell the roll of
 * the limb. Points that are missing leave their joints as they were. Allocates nothing per frame.
 *
 * @example
 * ```ts
 * const solver = new PoseFromPositions(MeasureAvatarBody(asset.joints));
 * const points = new BodyPoints();
 * ReadPoseLandmarks(result.worldLandmarks[0], points);
 * solver.solve(points, pose);
 * ```
 */
export class PoseFromPositions {
    /** Metres of the body for a metre of the points; the body's leg over the person's keeps feet on the ground (default: 1). */
    public scale = 1;

    private readonly _frames = new PointFrames();
    /** [55,4] world rotations since the canonical T-pose. */
    private readonly _world = new Float64Array(BodyJointCount * 4);
    /** [55,4] the same relative to the parent, of the last frame. */
    private readonly _held = new Float64Array(BodyJointCount * 4);
    /** [55,4] K. */
    private readonly _corrections: Float64Array;
    private readonly _roll = new LimbRoll(this._frames);
    private readonly _sides: readonly ISidePoints[];
    /** Frames of the canonical skeleton: pelvis and chest without and with a point of the spine (spine2, spine3), eyes. */
    private readonly _rest = new Map<number, { readonly pelvis: Float64Array; readonly chest: Float64Array }>();
    private readonly _eyesRest = new Float64Array(4);
    private readonly _headLine = new Float64Array(3);
    private readonly _spineShares: Float64Array;
    private readonly _hipsToPelvis = new Float64Array(3);
    private readonly _a = new Float64Array(4);
    private readonly _b = new Float64Array(4);
    private readonly _c = new Float64Array(4);

    /** @param body the body that is posed */
    public constructor(body: IAvatarBody) {
        this._corrections = Float64Array.from(body.corrections.flatMap((correction) => [...correction]));
        const canonical = new BodyPoints();
        GenericSkeleton.forEach(([x, y, z], joint) => {
            canonical.set(joint, x, y, z);
        });
        for (const spine of [-1, Spine[1], Spine[2]]) {
            const frames = { pelvis: new Float64Array(4), chest: new Float64Array(4) };
            this._frames.pelvis(canonical, spine, frames.pelvis, 0);
            this._frames.chest(canonical, spine, frames.chest, 0);
            this._rest.set(spine, frames);
        }
        this._frames.eyes(canonical, this._eyesRest, 0);
        this._frames.line(canonical, Neck, Head, 0, this._headLine);
        this._sides = (["left", "right"] as const).map((side) => PointsOfSide(side, canonical, this._frames));
        this._spineShares = SpineShares(Spine, Pelvis);
        for (let i = 0; i < 3; i++) {
            const [left, right] = [Joint("left_hip") * 3 + i, Joint("right_hip") * 3 + i];
            this._hipsToPelvis[i] =
                body.restPositions[i]! - (body.restPositions[left]! + body.restPositions[right]!) / 2;
        }
        this.reset();
    }

    /** Forgets the last frame: call it when another person is tracked. */
    public reset(): void {
        this._roll.reset();
        for (let joint = 0; joint < BodyJointCount; joint++) {
            IdentityPacked(this._world, joint * 4);
            IdentityPacked(this._held, joint * 4);
        }
    }

    /**
     * Finds the pose of one frame.
     *
     * @param points where the points are; hips and shoulders are needed, all others add to it
     * @param result receives rotations and the place of the pelvis
     * @returns whether hips and shoulders were there; if not, `result` is left as it was
     */
    public solve(points: BodyPoints, result: BodyPose): boolean {
        if (!this._trunk(points)) {
            return false;
        }
        for (let i = 0; i < this._sides.length; i++) {
            const { arm, leg, hand, handRest, fingers, foot } = this._sides[i]!;
            this._follow(SmplxJointParents[arm.upper]!);
            this._limb(points, arm);
            this._hand(points, arm, hand, handRest);
            for (let k = 0; k < fingers.length; k++) {
                this._finger(points, fingers[k]!);
            }
            this._limb(points, leg, foot);
            this._foot(points, leg.end, foot);
        }
        this._head(points);
        this._write(points, result);
        return true;
    }

    private _trunk(points: BodyPoints): boolean {
        const spine = this._frames.spineOf(points);
        const rest = this._rest.get(spine)!;
        if (!this._frames.pelvis(points, spine, this._a, 0) || !this._frames.chest(points, spine, this._b, 0)) {
            return false;
        }
        this._sinceRest(this._a, rest.pelvis, this._world, Pelvis * 4);
        this._sinceRest(this._b, rest.chest, this._b, 0);
        for (let i = 0; i < Spine.length; i++) {
            SlerpPacked(this._world, Pelvis * 4, this._b, 0, this._spineShares[i]!, this._world, Spine[i]! * 4);
        }
        return true;
    }

    /** result = now · rest⁻¹ */
    private _sinceRest(now: Float64Array, rest: Float64Array, result: Float64Array, at: number): void {
        this._c[0] = -rest[0]!;
        this._c[1] = -rest[1]!;
        this._c[2] = -rest[2]!;
        this._c[3] = rest[3]!;
        MultiplyPacked(now, 0, this._c, 0, result, at);
    }

    /** A joint that nothing is known of stays as it was, relative to its parent. */
    private _hold(joint: number): void {
        MultiplyPacked(this._world, SmplxJointParents[joint]! * 4, this._held, joint * 4, this._world, joint * 4);
    }

    /** A joint that moves with its parent. */
    private _follow(joint: number): void {
        for (let i = 0; i < 4; i++) {
            this._world[joint * 4 + i] = this._world[SmplxJointParents[joint]! * 4 + i]!;
        }
    }

    /** Turns a joint from where its parent has it by the shortest way so that a canonical direction points along another. */
    private _aim(joint: number, canonical: Float64Array, direction: Float64Array): void {
        const parent = SmplxJointParents[joint]! * 4;
        RotatePacked(this._world, parent, canonical, 0, this._b, 0);
        ShortestRotationPacked(this._b, 0, direction, 0, this._c, 0);
        MultiplyPacked(this._c, 0, this._world, parent, this._world, joint * 4);
    }

    private _limb(points: BodyPoints, limb: ILimbPoints, foot: IFootPoints | null = null): void {
        const { upper, middle, end, direction } = limb;
        if (!this._frames.line(points, upper, middle, ShortestBone, this._a)) {
            this._hold(upper);
            this._hold(middle);
            return;
        }
        this._aim(upper, direction, this._a);
        this._roll.apply(points, limb, foot, this._a, this._world);
        if (this._frames.line(points, middle, end, ShortestBone, this._a)) {
            this._aim(middle, direction, this._a);
        } else {
            this._hold(middle);
        }
    }

    private _hand(
        points: BodyPoints,
        { middle: elbow, end: wrist, direction }: ILimbPoints,
        hand: IHandPoints,
        rest: Float64Array,
    ): void {
        if (this._frames.hand(points, hand, this._a, 0)) {
            this._sinceRest(this._a, rest, this._world, wrist * 4);
            this._shareTurn(elbow, wrist, direction);
        } else if (this._frames.line(points, wrist, hand.middle, ShortestBone, this._a)) {
            this._aim(wrist, direction, this._a);
        } else {
            this._hold(wrist);
        }
    }

    /** The forearm takes a share of the hand's turn about it. */
    private _shareTurn(elbow: number, wrist: number, direction: Float64Array): void {
        InverseMultiplyPacked(this._world, elbow * 4, this._world, wrist * 4, this._a, 0);
        const along = this._a[0]! * direction[0]! + this._a[1]! * direction[1]! + this._a[2]! * direction[2]!;
        const turn = ForearmShare * WrapAngle(2 * Math.atan2(along, this._a[3]!));
        for (let i = 0; i < 3; i++) {
            this._b[i] = direction[i]! * turn;
        }
        FromRotationVectorPacked(this._b, 0, this._c, 0);
        MultiplyPacked(this._world, elbow * 4, this._c, 0, this._world, elbow * 4);
    }

    private _finger(points: BodyPoints, { joints, tip, direction, isThumb }: IFinger): void {
        for (let k = 0; k < 3; k++) {
            const joint = joints[k]!;
            const next = k < 2 ? joints[k + 1]! : tip;
            if (this._frames.line(points, joint, next, ShortestPhalanx, this._a)) {
                if (!isThumb) {
                    this._constrain(joint, k === 0 ? MostSpread : 0);
                }
                this._aim(joint, direction, this._a);
            } else if (k === 2 && points.known[joint] === 1) {
                const before = joints[1];
                const parent = SmplxJointParents[before]! * 4;
                InverseMultiplyPacked(this._world, parent, this._world, before * 4, this._a, 0);
                IdentityPacked(this._b, 0);
                SlerpPacked(this._b, 0, this._a, 0, LastPhalanxShare, this._c, 0);
                MultiplyPacked(this._world, before * 4, this._c, 0, this._world, joint * 4);
            } else {
                this._hold(joint);
            }
        }
    }

    /** Keeps the direction `_a` of a phalanx in the plane that its knuckle bends in, but for some spread. */
    private _constrain(joint: number, mostSpread: number): void {
        const parent = SmplxJointParents[joint]! * 4;
        RotatePacked(this._world, parent, Forward, 0, this._b, 0);
        const a = this._a;
        const b = this._b;
        const length = Length(a[0]!, a[1]!, a[2]!);
        const across = a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
        const most = length * Math.sin(mostSpread);
        const excess = across - Math.min(most, Math.max(-most, across));
        for (let i = 0; i < 3; i++) {
            a[i]! -= excess * b[i]!;
        }
    }

    private _foot(points: BodyPoints, ankle: number, { heel, toe, joint, rest }: IFootPoints): void {
        if (this._frames.line(points, heel, toe, ShortestBone, this._a)) {
            this._aim(ankle, Forward, this._a);
        } else if (this._frames.line(points, ankle, joint, ShortestBone, this._a)) {
            this._aim(ankle, rest, this._a);
        } else {
            this._hold(ankle);
        }
        this._hold(joint);
    }

    private _head(points: BodyPoints): void {
        const head = Head * 4;
        if (!this._frames.face(points, this._world, head)) {
            if (this._frames.eyes(points, this._a, 0)) {
                this._sinceRest(this._a, this._eyesRest, this._world, head);
            } else if (this._frames.line(points, Neck, Head, ShortestBone, this._a)) {
                this._aim(Neck, this._headLine, this._a);
                this._hold(Head);
                this._followFace();
                return;
            } else {
                this._hold(Neck);
                this._hold(Head);
                this._followFace();
                return;
            }
        }
        SlerpPacked(this._world, Spine[2] * 4, this._world, head, NeckShare, this._world, Neck * 4);
        this._followFace();
    }

    private _followFace(): void {
        for (let joint = FirstFaceJoint; joint < FirstFaceJoint + 3; joint++) {
            this._follow(joint);
        }
    }

    /** G = S·K, local rotations, and the pelvis below the hips. */
    private _write(points: BodyPoints, result: BodyPose): void {
        const world = this._world;
        for (let joint = BodyJointCount - 1; joint >= 0; joint--) {
            const parent = SmplxJointParents[joint]!;
            MultiplyPacked(world, joint * 4, this._corrections, joint * 4, this._a, 0);
            if (parent < 0) {
                result.rotations.set(this._a, 0);
                continue;
            }
            InverseMultiplyPacked(world, parent * 4, world, joint * 4, this._held, joint * 4);
            MultiplyPacked(world, parent * 4, this._corrections, parent * 4, this._b, 0);
            InverseMultiplyPacked(this._b, 0, this._a, 0, result.rotations, joint * 4);
        }
        RotatePacked(result.rotations, 0, this._hipsToPelvis, 0, this._b, 0);
        const left = this._sides[0]!.leg.upper * 3;
        const right = this._sides[1]!.leg.upper * 3;
        for (let i = 0; i < 3; i++) {
            const hips = (points.positions[left + i]! + points.positions[right + i]!) / 2;
            result.pelvis[i] = this.scale * hips + this._b[i]!;
        }
    }
}

/** Math.hypot allocates. */
function Length(x: number, y: number, z: number): number {
    return Math.sqrt(x * x + y * y + z * z);
}
