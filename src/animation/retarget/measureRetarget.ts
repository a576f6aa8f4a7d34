import { type IAnimationClip } from "../../format/avatarAsset.js";
import { IdentityQuaternion, type QuaternionTuple } from "../../math/quaternion.js";
import { InverseMultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";
import { SmplxJointNames } from "../../format/bodyModel.js";
import { type IMotion } from "../motion/motion.js";
import { RigPose } from "../motion/rigPose.js";
import { type IAvatarBody } from "../pose/avatarBody.js";
import { BodyKinematics } from "../pose/bodyKinematics.js";
import { BodyPose } from "../pose/bodyPose.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { BorrowedProportions } from "./borrowedProportions.js";
import { ClipSampler } from "./clipSampler.js";
import { ComparedBody, SourceReader, TargetReader } from "./comparedBody.js";
import { ComparedBones, ComparedLimbs, ComparedPositions, ComparedRotations } from "./comparedBones.js";
import { ComparedFeet } from "./comparedFeet.js";
import { ErrorStatistics } from "./errorStatistics.js";
import { MotionSmoothness } from "./motionSmoothness.js";
import { type BodyGroup, BodyGroups, type IRetargetReport } from "./retargetReport.js";

/** Height of a body with legs of 0.85 m, metres: the generic skeleton's proportion. */
const ComparedHeight = 1.7 * (0.85 / 0.801);

/** How a clip is compared with the motion it was made of. */
export interface IMeasureRetargetOptions {
    /** Where in the motion the clip begins, seconds (default: 0). */
    readonly from?: number;
    /** Frames a second that are compared (default: the motion's). */
    readonly frameRate?: number;
    /**
     * [55] Rotations that bring the rig's rest pose into the T-pose, in canonical axes, from a T-pose that a person made.
     * Bones are then compared by their rotations, not by the lines between joints.
     */
    readonly reference?: readonly QuaternionTuple[];
}

/**
 * Compares a retargeted clip with its source, frame by frame. Limbs and fingers are compared by the line between their
 * joints in the source, which no calibration can hide behind; trunk, feet, thumbs and head, which have no straight line, by
 * their rotation since the T-pose. Sources of the SMPL family are compared by rotations throughout: their lines are crooked.
 *
 * Rotations since the T-pose take the rig's own calibration for the T-pose. They show what was lost on the way (spines of other
 * lengths, planted feet, left-out keys), and would not show a calibration that is wrong; for that, pass a `reference`.
 *
 * @param motion the source
 * @param profile which of its nodes is which joint, and how it rests
 * @param body the body the clip is for; it must have legs
 * @param clip the clip
 */
export function MeasureRetarget(
    motion: IMotion,
    profile: IRigProfile,
    body: IAvatarBody,
    clip: IAnimationClip,
    options: IMeasureRetargetOptions = {},
): IRetargetReport {
    const { from = 0, frameRate = motion.frameRate } = options;
    const comparison = new Comparison(motion, profile, body, options.reference);
    const sampler = new ClipSampler(clip, body);
    const [rigPose, bodyPose] = [new RigPose(motion.rig.length), new BodyPose()];
    const kinematics = new BodyKinematics(body.restPositions);
    const frameCount = Math.floor(sampler.duration * frameRate + 0.01) + 1;
    for (let frame = 0; frame < frameCount; frame++) {
        const seconds = frame / frameRate;
        motion.sample(from + seconds, rigPose);
        sampler.sample(seconds, bodyPose);
        kinematics.update(bodyPose);
        comparison.add(rigPose, kinematics, seconds);
    }
    return comparison.read(frameCount);
}

/** The comparison of two bodies, summed over frames. */
class Comparison {
    private readonly _source = new ComparedBody();
    private readonly _target = new ComparedBody();
    private readonly _sourceReader: SourceReader;
    private readonly _targetReader: TargetReader;
    private readonly _usesLines: boolean;
    private readonly _directions = StatisticsByGroup();
    private readonly _orientations = StatisticsByGroup();
    private readonly _positions = new ErrorStatistics(2000);
    private readonly _posed = new ErrorStatistics(2000);
    private readonly _borrowed = new BorrowedProportions();
    private readonly _ends = new ErrorStatistics(2);
    private readonly _smoothness: MotionSmoothness;
    private readonly _feet: ComparedFeet;
    private _squares = 0;
    private _squareCount = 0;
    private readonly _a = new Float64Array(4);
    private readonly _b = new Float64Array(4);

    public constructor(
        motion: IMotion,
        profile: IRigProfile,
        body: IAvatarBody,
        reference: readonly QuaternionTuple[] | undefined,
    ) {
        const { isSmpl, corrections } = profile.calibration;
        const own = isSmpl ? SmplxJointNames.map(() => IdentityQuaternion) : corrections;
        this._usesLines = !isSmpl && !reference;
        this._sourceReader = new SourceReader(motion.rig, profile, reference ?? own);
        this._targetReader = new TargetReader(body, isSmpl && !reference);
        this._smoothness = new MotionSmoothness(this._sourceReader.nodes);
        this._feet = new ComparedFeet(motion, profile, body);
    }

    public add(rigPose: RigPose, kinematics: BodyKinematics, seconds: number): void {
        this._sourceReader.read(rigPose, this._source);
        this._targetReader.read(kinematics, this._target);
        this._addBones();
        for (const [group, joint] of ComparedRotations) {
            if (this._has(joint)) {
                InverseMultiplyPacked(this._source.rotations, joint * 4, this._target.rotations, joint * 4, this._a, 0);
                const sine = Math.hypot(this._a[0]!, this._a[1]!, this._a[2]!);
                this._orientations[group].add((2 * Math.atan2(sine, Math.abs(this._a[3]!)) * 180) / Math.PI);
            }
        }
        this._addPositions();
        this._smoothness.add(this._source, this._target);
        this._feet.add(rigPose, kinematics, seconds);
    }

    public read(frameCount: number): IRetargetReport {
        return {
            frameCount,
            directionDegrees: ReadGroups(this._directions),
            orientationDegrees: ReadGroups(this._orientations),
            jointMillimetres: this._positions.read(),
            poseMillimetres: this._posed.read(),
            meanSquaredError: this._squareCount > 0 ? this._squares / this._squareCount : 0,
            endEffectorShare: this._ends.read(),
            ...this._smoothness.read(),
            ...this._feet.read(),
        };
    }

    private _has(joint: number): boolean {
        return this._sourceReader.nodes[joint]! >= 0;
    }

    private _addBones(): void {
        const { _source: source, _target: target, _a: a, _b: b } = this;
        for (const { group, joint, end, direction, isLine } of ComparedBones) {
            if (!this._has(joint) || (end >= 0 && !this._has(end))) {
                continue;
            }
            const along = Float64Array.from(direction);
            RotatePacked(target.rotations, joint * 4, along, 0, b, 0);
            if (isLine && this._usesLines) {
                Subtract(source.positions, end, joint, a);
            } else {
                RotatePacked(source.rotations, joint * 4, along, 0, a, 0);
            }
            this._directions[group].add(AngleDegrees(a, b));
        }
    }

    private _addPositions(): void {
        const { _source: source, _target: target, _a: a, _b: b } = this;
        this._borrowed.update(source, target);
        for (const joint of ComparedPositions) {
            if (this._has(joint)) {
                this._posed.add(Distance(this._borrowed.positions, target.positions, joint) * 1000);
                const distance = Distance(source.positions, target.positions, joint);
                this._positions.add(distance * 1000);
                this._squares += (distance / ComparedHeight) ** 2;
                this._squareCount++;
            }
        }
        for (const [root, middle, end] of ComparedLimbs) {
            if (!this._has(root) || !this._has(middle) || !this._has(end)) {
                continue;
            }
            const lengths = [source, target].map(
                ({ positions }) => Between(positions, root, middle) + Between(positions, middle, end),
            );
            Subtract(source.positions, end, root, a);
            Subtract(target.positions, end, root, b);
            let squared = 0;
            for (let i = 0; i < 3; i++) {
                squared += (a[i]! / lengths[0]! - b[i]! / lengths[1]!) ** 2;
            }
            this._ends.add(Math.sqrt(squared));
        }
    }
}

function StatisticsByGroup(): Record<BodyGroup, ErrorStatistics> {
    return Object.fromEntries(BodyGroups.map((group) => [group, new ErrorStatistics(180)])) as Record<
        BodyGroup,
        ErrorStatistics
    >;
}

function ReadGroups(groups: Readonly<Record<BodyGroup, ErrorStatistics>>): IRetargetReport["directionDegrees"] {
    return Object.fromEntries(
        BodyGroups.map((group) => [group, groups[group].read()]),
    ) as unknown as IRetargetReport["directionDegrees"];
}

function Subtract(positions: Float64Array, a: number, b: number, result: Float64Array): void {
    for (let i = 0; i < 3; i++) {
        result[i] = positions[a * 3 + i]! - positions[b * 3 + i]!;
    }
}

function Distance(a: Float64Array, b: Float64Array, joint: number): number {
    const at = joint * 3;
    return Math.hypot(a[at]! - b[at]!, a[at + 1]! - b[at + 1]!, a[at + 2]! - b[at + 2]!);
}

function Between(positions: Float64Array, a: number, b: number): number {
    const [i, j] = [a * 3, b * 3];
    return Math.hypot(
        positions[i]! - positions[j]!,
        positions[i + 1]! - positions[j + 1]!,
        positions[i + 2]! - positions[j + 2]!,
    );
}

/** Angle between two vectors; NaN, which is not counted, when one has no direction. */
function AngleDegrees(a: Float64Array, b: Float64Array): number {
    const x = a[1]! * b[2]! - a[2]! * b[1]!;
    const y = a[2]! * b[0]! - a[0]! * b[2]!;
    const z = a[0]! * b[1]! - a[1]! * b[0]!;
    const dot = a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
    const cross = Math.hypot(x, y, z);
    return cross === 0 && dot === 0 ? NaN : (Math.atan2(cross, dot) * 180) / Math.PI;
}
