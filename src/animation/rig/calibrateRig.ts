import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxes,
    QuaternionFromAxisAngle,
    RotateVector3,
    ShortestRotation,
    SlerpQuaternion,
    InvertQuaternion,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import {
    AddVector3,
    AngleBetweenVector3,
    CrossVector3,
    DotVector3,
    LerpVector3,
    NormalizeVector3,
    ScaleVector3,
    SubtractVector3,
    type Vector3Tuple,
} from "../../math/vector3.js";
import { type IRigMapping } from "./mapRig.js";
import { type RestRig } from "./restRig.js";
import { IsSmplFamily } from "./smplFamily.js";

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
     * Whether the rig holds SMPL pose parameters: SMPL names, rest rotations all identity, resting near a T-pose. Its
     * rotations are then relative to the body's own rest pose and carry over as they are, without corrections.
     */
    readonly isSmpl: boolean;
}

const Degrees = Math.PI / 180;
/** A limb that bends less than this at rest is taken as straight: small bends are modelling, not pose. */
const StraightLimb = 12 * Degrees;
/** Left and right closer than this are averaged, so that modelling asymmetry does not become posture. */
const SymmetricWithin = 10 * Degrees;
/** Palm roll below this is noise of the knuckle plane. */
const PalmTolerance = 20 * Degrees;
/** Thumbs vary that much between artists; only the excess is corrected. */
const ThumbTolerance = 25 * Degrees;
/** A finger curled further than this at rest cannot be straightened reliably. */
const MaxCurl = 60 * Degrees;
/** Trunk lean that counts as pose and not as body shape. */
const MaxLean = 12 * Degrees;
/** Share of the middle phalanx' correction that the last one gets when its direction is unknown. */
const LastPhalanxShare = 0.6;
/** Feet turned out further than this are not a rest pose. */
const MaxFootYaw = 60 * Degrees;

/** Measures a rig at rest. Every required joint must be mapped (see `RequireJoints`). */
export function CalibrateRig(rig: RestRig, mapping: IRigMapping): IRigCalibration {
    const heading = HeadingOf(rig, mapping);
    return {
        heading,
        corrections: new CalibrationSolver(rig, mapping, heading).solve(),
        isSmpl: IsSmplFamily(rig, mapping),
    };
}

/** x from the line of hips and shoulders, y from feet to head snapped to the nearest axis, z = x × y. */
function HeadingOf(rig: RestRig, mapping: IRigMapping): QuaternionTuple {
    const at = (joint: SmplxJointName): Vector3Tuple => rig[mapping.nodes[joint]!]!.position;
    const feet = LerpVector3(at("left_ankle"), at("right_ankle"), 0.5);
    const up = SnapToAxis(NormalizeVector3(SubtractVector3(at("head"), feet), [0, 1, 0]));
    const across = AddVector3(
        SubtractVector3(at("left_hip"), at("right_hip")),
        SubtractVector3(at("left_shoulder"), at("right_shoulder")),
    );
    const x = NormalizeVector3(SubtractVector3(across, ScaleVector3(up, DotVector3(across, up))), [1, 0, 0]);
    return InvertQuaternion(QuaternionFromAxes(x, up, CrossVector3(x, up)));
}

function SnapToAxis(direction: Vector3Tuple): Vector3Tuple {
    const largest = direction.map(Math.abs).indexOf(Math.max(...direction.map(Math.abs)));
    // cos 30°: beyond that the body does not stand along any axis.
    if (Math.abs(direction[largest]!) < 0.866) {
        return direction;
    }
    const axis: [number, number, number] = [0, 0, 0];
    axis[largest] = Math.sign(direction[largest]!);
    return axis;
}

type Side = "left" | "right";

/** Walks every limb from its root outwards and carries the parent's correction along. */
class CalibrationSolver {
    private readonly _corrections = new Map<SmplxJointName, QuaternionTuple>();

    private readonly _at: (joint: SmplxJointName) => Vector3Tuple | null;
    private readonly _atNode: (node: number) => Vector3Tuple;
    private readonly _tips: IRigMapping["tips"];

    public constructor(rig: RestRig, mapping: IRigMapping, heading: QuaternionTuple) {
        this._atNode = (node) => RotateVector3(heading, rig[node]!.position);
        this._at = (joint) => {
            const node = mapping.nodes[joint];
            return node === undefined ? null : this._atNode(node);
        };
        this._tips = mapping.tips;
    }

    public solve(): QuaternionTuple[] {
        const torso = this._torso();
        this._corrections.set("pelvis", torso);
        for (const side of ["left", "right"] as const) {
            this._arm(side, torso);
            this._hand(side);
            this._leg(side, torso);
        }
        const solved: QuaternionTuple[] = [];
        SmplxJointNames.forEach((joint, i) => {
            solved.push(this._corrections.get(joint) ?? solved[SmplxJointParents[i]!] ?? torso);
        });
        return solved;
    }

    private _torso(): QuaternionTuple {
        const hips = LerpVector3(this._at("left_hip")!, this._at("right_hip")!, 0.5);
        const shoulders = LerpVector3(this._at("left_shoulder")!, this._at("right_shoulder")!, 0.5);
        const trunk = SubtractVector3(shoulders, hips);
        const lean = Math.atan2(trunk[2], trunk[1]);
        return Math.abs(lean) > MaxLean ? QuaternionFromAxisAngle([1, 0, 0], -lean) : IdentityQuaternion;
    }

    /** Unit direction between two joints of a side, averaged with the mirrored other side when they nearly agree. */
    private _direction(from: string, to: string, side: Side): Vector3Tuple | null {
        const measure = (s: Side): Vector3Tuple | null => {
            const a = this._at(`${s}_${from}` as SmplxJointName);
            const b = this._at(`${s}_${to}` as SmplxJointName);
            return a && b ? NormalizeVector3(SubtractVector3(b, a)) : null;
        };
        const own = measure(side);
        const other = measure(side === "left" ? "right" : "left");
        if (!own || !other) {
            return own;
        }
        const mirrored: Vector3Tuple = [-other[0], other[1], other[2]];
        return AngleBetweenVector3(own, mirrored) < SymmetricWithin ? NormalizeVector3(AddVector3(own, mirrored)) : own;
    }

    private _limb(
        side: Side,
        joints: readonly [string, string, string],
        goal: Vector3Tuple,
        start: QuaternionTuple,
    ): void {
        let upper = this._direction(joints[0], joints[1], side)!;
        let lower = this._direction(joints[1], joints[2], side)!;
        if (AngleBetweenVector3(upper, lower) < StraightLimb) {
            upper = lower = this._direction(joints[0], joints[2], side)!;
        }
        const first = Aim(start, upper, goal);
        this._corrections.set(`${side}_${joints[0]}` as SmplxJointName, first);
        this._corrections.set(`${side}_${joints[1]}` as SmplxJointName, Aim(first, lower, goal));
    }

    private _arm(side: Side, torso: QuaternionTuple): void {
        this._limb(side, ["shoulder", "elbow", "wrist"], Outwards(side), torso);
        const elbow = this._corrections.get(`${side}_elbow`)!;
        const middle = ["middle1", "index1", "ring1"].find((f) => this._at(`${side}_${f}` as SmplxJointName));
        const along = middle ? this._direction("wrist", middle, side) : null;
        let hand = along ? Aim(elbow, along, Outwards(side)) : elbow;
        const roll = this._palmRoll(side, hand);
        if (Math.abs(roll) > PalmTolerance) {
            // Half of the turn goes to the forearm: skin at the wrist candy-wraps beyond about 60°.
            this._corrections.set(
                `${side}_elbow`,
                MultiplyQuaternion(QuaternionFromAxisAngle([1, 0, 0], -roll / 2), elbow),
            );
            hand = MultiplyQuaternion(QuaternionFromAxisAngle([1, 0, 0], -roll), hand);
        }
        this._corrections.set(`${side}_wrist`, hand);
    }

    /** Angle about +x by which the back of the hand is turned away from +y; 0 when the knuckles are unknown. */
    private _palmRoll(side: Side, hand: QuaternionTuple): number {
        const across = this._direction("pinky1", "index1", side) ?? this._direction("ring1", "index1", side);
        if (!across) {
            return 0;
        }
        const back = CrossVector3(RotateVector3(hand, across), [1, 0, 0]);
        return Math.atan2(back[2], back[1]);
    }

    private _hand(side: Side): void {
        const hand = this._corrections.get(`${side}_wrist`)!;
        for (const finger of ["index", "middle", "ring", "pinky"]) {
            this._finger(side, finger, hand);
        }
        const goal: Vector3Tuple = [Outwards(side)[0] * Math.SQRT1_2, 0, Math.SQRT1_2];
        const thumb = this._direction("thumb1", "thumb3", side) ?? this._direction("thumb1", "thumb2", side);
        if (thumb) {
            const now = RotateVector3(hand, thumb);
            const off = AngleBetweenVector3(now, goal);
            const amount = off > ThumbTolerance ? (off - ThumbTolerance) / off : 0;
            const turn = SlerpQuaternion(IdentityQuaternion, ShortestRotation(now, goal), amount);
            this._corrections.set(`${side}_thumb1` as SmplxJointName, MultiplyQuaternion(turn, hand));
        }
    }

    private _finger(side: Side, finger: string, hand: QuaternionTuple): void {
        const directions = [1, 2, 3].map((k) => {
            const joint = `${side}_${finger}${k}` as SmplxJointName;
            return k < 3 && this._at(`${side}_${finger}${k + 1}` as SmplxJointName)
                ? this._direction(`${finger}${k}`, `${finger}${k + 1}`, side)
                : this._tipDirection(joint);
        });
        const known = directions.filter((d) => d !== null);
        const curl = known.slice(1).reduce((sum, d, i) => sum + AngleBetweenVector3(known[i]!, d), 0);
        if (curl > MaxCurl) {
            return;
        }
        let previous = hand;
        let correction: QuaternionTuple = IdentityQuaternion;
        directions.forEach((direction, k) => {
            correction = direction
                ? ShortestRotation(RotateVector3(previous, direction), Outwards(side))
                : SlerpQuaternion(IdentityQuaternion, correction, LastPhalanxShare);
            previous = MultiplyQuaternion(correction, previous);
            this._corrections.set(`${side}_${finger}${k + 1}` as SmplxJointName, previous);
        });
    }

    private _tipDirection(joint: SmplxJointName): Vector3Tuple | null {
        const tip = this._tips[joint];
        const from = this._at(joint);
        const direction = tip === undefined || !from ? null : SubtractVector3(this._atNode(tip), from);
        return direction && DotVector3(direction, direction) > 0 ? NormalizeVector3(direction) : null;
    }

    private _leg(side: Side, torso: QuaternionTuple): void {
        this._limb(side, ["hip", "knee", "ankle"], [0, -1, 0], torso);
        // Soles are flat at rest: feet only turn about the vertical, they do not inherit the leg's correction.
        const toes = this._direction("ankle", "foot", side);
        const yaw = toes ? -Math.atan2(toes[0], toes[2]) : 0;
        const foot = Math.abs(yaw) < MaxFootYaw ? QuaternionFromAxisAngle([0, 1, 0], yaw) : IdentityQuaternion;
        this._corrections.set(`${side}_ankle`, foot);
        this._corrections.set(`${side}_foot`, foot);
    }
}

function Outwards(side: Side): Vector3Tuple {
    return [side === "left" ? 1 : -1, 0, 0];
}

function Aim(start: QuaternionTuple, direction: Vector3Tuple, goal: Vector3Tuple): QuaternionTuple {
    return MultiplyQuaternion(ShortestRotation(RotateVector3(start, direction), goal), start);
}
