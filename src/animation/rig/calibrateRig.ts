import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import {
    AngleBetweenQuaternions,
    IdentityQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    RotateVector3,
    ShortestRotation,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import {
    AddVector3,
    AngleBetweenVector3,
    LerpVector3,
    NormalizeVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { FindBodyFrame } from "./bodyFrame.js";
import { CalibrateHand, PalmRoll } from "./calibrateHand.js";
import { type IRigMapping } from "./mapRig.js";
import { Aim, Joint, Outwards, RestSegments, Rise, type Side } from "./restSegments.js";
import { type RestRig } from "./restRig.js";
import { HasSmplJoints, HoldsSmplParameters } from "./smplFamily.js";

/** How a rig's rest pose differs from the canonical T-pose (facing +z, y up, arms along ±x, palms down). */
export interface IRigCalibration {
    /** Rotation from rest space to canonical axes. */
    readonly heading: QuaternionTuple;
    /**
     * Per SMPL-X joint: rotation, in canonical axes, that brings the rest segment into the canonical pose.
     * Joints without a node have their parent's.
     */
    readonly corrections: readonly QuaternionTuple[];
    /**
     * Whether the rig holds SMPL pose parameters: the SMPL skeleton, rest rotations all identity, resting near a T-pose.
     * Its rotations are then relative to the body's own rest pose and carry over as they are, without corrections.
     */
    readonly isSmpl: boolean;
    /** Per SMPL-X joint: how far the segment was from the T-pose, radians, 0..π. */
    readonly restAngles: readonly number[];
    /** Remarks for people, for example limbs that have no length. */
    readonly warnings: readonly string[];
}

const Degrees = Math.PI / 180;
/** Palm roll below this is noise of the knuckle plane. */
const PalmTolerance = 20 * Degrees;
/** Limbs of SMPL bodies rest in lines that bend by up to 23°: less than the first is no bend, more than the second is one. */
const CrookedLimb = [24 * Degrees, 36 * Degrees] as const;
/** Knees that bend to the side of forwards by more than the first are turned, by all of it from the second on. */
const KneeTurn = [25 * Degrees, 40 * Degrees] as const;
/** … when they bend by more than the first, fully from the second on: the side of a small bend is noise of modelling. */
const KneeBend = [12 * Degrees, 24 * Degrees] as const;
/** Trunk lean that counts as pose and not as body shape. */
const MaxLean = 12 * Degrees;
/** Tilt of hips and shoulders that counts as pose: scanned bodies have 2°. */
const MaxTilt = 3 * Degrees;
/** The line of the eyes against the shoulders: 2 mm over the distance of the eyes are modelling. */
const MaxEyeTilt = 5 * Degrees;
/** Heads do not rest further turned than this: what looks like eyes is something else. */
const MaxHeadTurn = 45 * Degrees;
/** Feet turned out further than this are not a rest pose. */
const MaxFootYaw = 60 * Degrees;
/** Legs that are further apart than this, each from the vertical, do not stand on flat soles. */
const MaxFlatStraddle = 15 * Degrees;
/** A foot that points down more steeply than this (as the horizontal share of its length) has no heading. */
const LeastToe = 0.3;

/**
 * Measures a rig at rest: every segment is brought into the T-pose from the root of its limb outwards, so that no segment
 * rolls more than its rest pose asks for.
 *
 * @param rig nodes in the rest pose
 * @param mapping every required joint must be mapped (see `RequireJoints`)
 */
export function CalibrateRig(rig: RestRig, mapping: IRigMapping): IRigCalibration {
    const frame = FindBodyFrame(rig, mapping);
    const { heading } = frame;
    const hasSmplJoints = HasSmplJoints(rig, mapping, MultiplyQuaternion(frame.turn, heading));
    const isSmpl = hasSmplJoints && HoldsSmplParameters(rig, mapping, heading);
    // SMPL parameters are of bodies that stand along the axes by definition, however their joints lie.
    const turn = isSmpl ? IdentityQuaternion : frame.turn;
    const rest = new RestSegments(rig, mapping, MultiplyQuaternion(turn, heading));
    const solver = new CalibrationSolver(rest, isSmpl, hasSmplJoints);
    const corrections = solver.solve().map((correction) => MultiplyQuaternion(correction, turn));
    return {
        heading,
        corrections,
        isSmpl,
        restAngles: corrections.map((correction) => AngleBetweenQuaternions(IdentityQuaternion, correction)),
        warnings: solver.warnings,
    };
}

/** Walks every limb from its root outwards and carries the parent's correction along. */
class CalibrationSolver {
    /** Remarks for people. */
    public readonly warnings: string[] = [];

    private readonly _corrections = new Map<SmplxJointName, QuaternionTuple>();
    private readonly _rest: RestSegments;
    private readonly _isSmpl: boolean;
    private readonly _isCrooked: boolean;

    /**
     * @param isSmpl whether the body is upright by definition
     * @param isCrooked whether lines between joints are crooked where limbs are straight
     */
    public constructor(rest: RestSegments, isSmpl: boolean, isCrooked: boolean) {
        this._rest = rest;
        this._isSmpl = isSmpl;
        this._isCrooked = isCrooked;
    }

    /** Corrections of all joints, SMPL-X order. */
    public solve(): QuaternionTuple[] {
        const torso = this._torso();
        this._corrections.set("pelvis", torso);
        this._corrections.set("head", this._head(torso));
        for (const side of ["left", "right"] as const) {
            this._arm(side, torso);
            this._leg(side, torso);
        }
        const solved: QuaternionTuple[] = [];
        SmplxJointNames.forEach((joint, i) => {
            solved.push(this._corrections.get(joint) ?? solved[SmplxJointParents[i]!] ?? torso);
        });
        return solved;
    }

    /** Roll from the lines of hips and shoulders, pitch only when the trunk leans; no bone of the trunk for itself. */
    private _torso(): QuaternionTuple {
        if (this._isSmpl) {
            return IdentityQuaternion;
        }
        const at = (joint: SmplxJointName): Vector3Tuple => this._rest.at(joint)!;
        const across = AddVector3(
            SubtractVector3(at("left_hip"), at("right_hip")),
            SubtractVector3(at("left_shoulder"), at("right_shoulder")),
        );
        const tilt = Math.atan2(across[1], across[0]);
        const roll = Math.abs(tilt) > MaxTilt ? QuaternionFromAxisAngle([0, 0, 1], -tilt) : IdentityQuaternion;
        const hips = LerpVector3(at("left_hip"), at("right_hip"), 0.5);
        const shoulders = LerpVector3(at("left_shoulder"), at("right_shoulder"), 0.5);
        const trunk = RotateVector3(roll, SubtractVector3(shoulders, hips));
        const lean = Math.atan2(trunk[2], trunk[1]);
        return Math.abs(lean) > MaxLean ? MultiplyQuaternion(QuaternionFromAxisAngle([1, 0, 0], -lean), roll) : roll;
    }

    private _head(torso: QuaternionTuple): QuaternionTuple {
        const [left, right] = [this._rest.at("left_eye"), this._rest.at("right_eye")];
        if (!left || !right || this._isSmpl) {
            return torso;
        }
        const eyes = RotateVector3(torso, NormalizeVector3(SubtractVector3(left, right), [1, 0, 0]));
        const off = AngleBetweenVector3(eyes, [1, 0, 0]);
        return off > MaxEyeTilt && off < MaxHeadTurn
            ? MultiplyQuaternion(ShortestRotation(eyes, [1, 0, 0]), torso)
            : torso;
    }

    /** Directions of both parts of a limb; that of the whole for both where a bend of the line is no bend of the limb. */
    private _segments(side: Side, joints: readonly [string, string, string]): readonly [Vector3Tuple, Vector3Tuple] {
        const whole = this._rest.direction(joints[0], joints[2], side);
        const upper = this._rest.direction(joints[0], joints[1], side) ?? whole;
        const lower = this._rest.direction(joints[1], joints[2], side) ?? whole;
        if (!upper || !lower || !whole) {
            this.warnings.push(
                `The ${side} ${joints[0]} has no length at rest; it is left as it is. Name other nodes for that limb.`,
            );
            const goal = joints[0] === "hip" ? ([0, -1, 0] as const) : Outwards(side);
            return [upper ?? goal, lower ?? goal];
        }
        const own = this._isCrooked ? Rise(AngleBetweenVector3(upper, lower), CrookedLimb) : 1;
        return [
            NormalizeVector3(LerpVector3(whole, upper, own), upper),
            NormalizeVector3(LerpVector3(whole, lower, own), lower),
        ];
    }

    private _arm(side: Side, torso: QuaternionTuple): void {
        const out = Outwards(side);
        const [upper, lower] = this._segments(side, ["shoulder", "elbow", "wrist"]);
        const shoulder = Aim(torso, upper, out);
        const elbow = Aim(shoulder, lower, out);
        this._corrections.set(Joint(side, "shoulder"), shoulder);
        this._corrections.set(Joint(side, "elbow"), elbow);
        const middle = ["middle1", "index1", "ring1"].find((finger) => this._rest.at(Joint(side, finger)));
        const along = middle === undefined ? null : this._rest.direction("wrist", middle, side);
        let hand = along ? Aim(elbow, along, out) : elbow;
        const roll = PalmRoll(this._rest, side, hand);
        if (Math.abs(roll) > PalmTolerance) {
            // Half of the turn goes to the forearm: skin at the wrist candy-wraps beyond about 60°.
            this._corrections.set(
                Joint(side, "elbow"),
                MultiplyQuaternion(QuaternionFromAxisAngle([1, 0, 0], -roll / 2), elbow),
            );
            hand = MultiplyQuaternion(QuaternionFromAxisAngle([1, 0, 0], -roll), hand);
        }
        this._corrections.set(Joint(side, "wrist"), hand);
        CalibrateHand(this._rest, side, hand, this._corrections);
    }

    private _leg(side: Side, torso: QuaternionTuple): void {
        const down: Vector3Tuple = [0, -1, 0];
        const [upper, lower] = this._segments(side, ["hip", "knee", "ankle"]);
        let hip = Aim(torso, upper, down);
        // A bent knee points forwards, so that the shin leads backwards.
        const shin = RotateVector3(hip, lower);
        const roll = Math.atan2(-shin[0], -shin[2]);
        const share = Rise(AngleBetweenVector3(shin, down), KneeBend) * Rise(Math.abs(roll), KneeTurn);
        hip = MultiplyQuaternion(QuaternionFromAxisAngle([0, 1, 0], -roll * share), hip);
        this._corrections.set(Joint(side, "hip"), hip);
        this._corrections.set(Joint(side, "knee"), Aim(hip, lower, down));
        // Soles are flat at rest: feet only turn about the vertical, they do not inherit the leg's correction.
        // Unless nobody could stand so: in the zero poses of recordings feet are square to legs that are wide apart.
        const isSquare =
            AngleBetweenVector3(this._rest.direction("hip", "ankle", side) ?? down, down) > MaxFlatStraddle;
        const carried = isSquare ? this._corrections.get(Joint(side, "knee"))! : IdentityQuaternion;
        const ahead = this._rest.direction("ankle", "foot", side) ?? this._rest.tipDirection("ankle", side);
        const toes = ahead ? RotateVector3(carried, ahead) : null;
        const yaw = toes ? -Math.atan2(toes[0], toes[2]) : 0;
        const isRest = toes !== null && Math.abs(yaw) < MaxFootYaw && Math.hypot(toes[0], toes[2]) > LeastToe;
        const turn = isRest ? QuaternionFromAxisAngle([0, 1, 0], yaw) : IdentityQuaternion;
        const foot = MultiplyQuaternion(turn, carried);
        this._corrections.set(Joint(side, "ankle"), foot);
        this._corrections.set(Joint(side, "foot"), foot);
    }
}
