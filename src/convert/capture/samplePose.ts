import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    MultiplyQuaternion,
    type QuaternionTuple,
    QuaternionFromAxisAngle,
} from "../../math/quaternion.js";
import { JointLimits, type AngleRange, type LimitedJoint } from "./jointLimits.js";

/** Ways in which poses are sampled, and how often. */
const Families = [
    ["walk", 0.25],
    ["arms down", 0.2],
    ["arms up", 0.2],
    ["free", 0.35],
] as const;

/** A way in which poses are sampled. */
export type PoseFamily = (typeof Families)[number][0];

/** A joint's share of its limits: 1 uses them all, 0 nothing; see `Angle`. */
type Reach = number;

/** Degrees that a body leans to either side. */
const Lean = 6;

/** How far the trunk and the head go in poses that are about something else. */
const CalmTrunk: Reach = 0.45;

const Degree = Math.PI / 180;

/**
 * Samples a pose within the limits of joints. Most are near the middle of their range, few at its ends.
 *
 * @param family its kind, see {@link ChooseFamily}
 * @param random source of numbers in [0, 1)
 * @returns [55,4] local rotations xyzw; the root only leans a little
 */
export function SamplePose(family: PoseFamily, random: () => number): Float32Array {
    const pose = new PoseBuilder(random);
    pose.turn("pelvis", [0, 0, 0], Lean);
    pose.trunk(family === "free" ? 1 : CalmTrunk);
    if (family === "walk") {
        pose.walk();
    } else {
        for (const side of ["left", "right"] as const) {
            const isDown = family === "arms down" || (family === "free" && random() < 0.3);
            pose.arm(side, isDown ? "hangingShoulder" : "shoulder", family === "arms up" ? [0.55, 1] : [0, 1]);
            pose.leg(side, family === "free" ? 1 : 0.35);
        }
    }
    pose.hands();
    return pose.rotations;
}

/**
 * The kind of a pose.
 *
 * @param chance 0..1, equally often every number
 */
export function ChooseFamily(chance: number): PoseFamily {
    let rest = chance;
    for (const [family, share] of Families) {
        rest -= share;
        if (rest < 0) {
            return family;
        }
    }
    return "free";
}

class PoseBuilder {
    public readonly rotations = Float32Array.from(SmplxJointNames.flatMap(() => IdentityQuaternion));
    private readonly _random: () => number;

    public constructor(random: () => number) {
        this._random = random;
    }

    public trunk(reach: Reach): void {
        const [forward, side, twist] = [this._normal(), this._normal(), this._normal()];
        for (const joint of ["spine1", "spine2", "spine3"] as const) {
            this._set(joint, "spine", [forward * reach, twist * reach, side * reach]);
        }
        const [nod, tilt, look] = [this._normal(), this._normal(), this._normal()];
        for (const joint of ["neck", "head"] as const) {
            this._set(joint, "neck", [nod, look, tilt]);
        }
    }

    /** A phase of a walk or run: arms and legs swing against each other. */
    public walk(): void {
        const phase = 2 * Math.PI * this._random();
        const pace = 0.4 + 0.8 * this._random();
        const swing = Math.sin(phase) * pace;
        const bend = 15 + 60 * this._random() * pace;
        for (const [side, sign] of [
            ["left", 1],
            ["right", -1],
        ] as const) {
            const lift = Math.max(0, sign * Math.cos(phase)) * pace;
            this._degrees(side, "hip", [-28 * sign * swing - 18 * lift, 4 * this._normal(), 2 + 3 * this._random()]);
            this._degrees(side, "knee", [6 + 55 * lift + 12 * Math.max(0, -sign * swing), 0, 0]);
            this._degrees(side, "ankle", [-6 * sign * swing + 12 * lift, 0, 0]);
            const down = -66 - 8 * this._random();
            this._degrees(side, "shoulder", [30 * sign * swing, 0, down], true);
            this._degrees(side, "elbow", [20 * this._normal(), -bend, 0]);
            this._set(`${side}_collar`, "collar", [0, this._normal() * 0.4, this._normal() * 0.3]);
            this._set(`${side}_wrist`, "wrist", [this._normal(), this._normal(), this._normal() * 0.5]);
        }
    }

    public arm(
        side: "left" | "right",
        shoulder: "shoulder" | "hangingShoulder",
        heights: readonly [number, number],
    ): void {
        const share = heights[0] + (heights[1] - heights[0]) * this._random();
        const limits = JointLimits[shoulder];
        const angles = [
            Angle(limits.x, this._normal()),
            Angle(limits.y, this._uniform()),
            limits.z[0] + share * (limits.z[1] - limits.z[0]),
        ] as const;
        this._degrees(side, "shoulder", angles, shoulder === "hangingShoulder");
        // The clavicle follows the arm: a third of its way up, once it is above the horizon.
        const raised = Math.max(0, angles[2] / JointLimits.shoulder.z[1]);
        this._set(`${side}_collar`, "collar", [0, this._normal() * 0.5, raised * 0.8 + this._normal() * 0.25]);
        const bend = this._random() ** 1.5 * JointLimits.elbow.y[0];
        this._degrees(side, "elbow", [Angle(JointLimits.elbow.x, this._normal()), bend, 0]);
        this._set(`${side}_wrist`, "wrist", [this._normal(), this._normal(), this._normal()]);
    }

    public leg(side: "left" | "right", reach: Reach): void {
        const flexion = Math.max(0, this._normal() + 0.25) * reach;
        const { hip, knee } = JointLimits;
        const lift = flexion > 0 ? flexion * hip.x[0] : this._random() * hip.x[1] * reach;
        const out = Math.max(-0.6, this._normal()) * reach;
        this._degrees(side, "hip", [lift, Angle(hip.y, this._normal() * reach), Angle(hip.z, out)]);
        const bend = Math.min(1, Math.max(0, flexion * 0.9 + 0.35 * this._normal() * reach));
        this._degrees(side, "knee", [bend * knee.x[1], 0, 0]);
        this._set(`${side}_ankle`, "ankle", [this._normal() * reach, this._normal() * reach, this._normal() * reach]);
        this._set(`${side}_foot`, "toes", [this._normal() * reach, 0, 0]);
    }

    public hands(): void {
        for (const side of ["left", "right"] as const) {
            const grip = this._random() ** 2;
            for (const finger of ["index", "middle", "ring", "pinky"] as const) {
                const curl = Math.min(1, Math.max(0, grip + 0.15 * this._normal()));
                const spread = this._normal() * (1 - curl);
                for (const part of [1, 2, 3] as const) {
                    this._set(`${side}_${finger}${part}`, "finger", [0, part === 1 ? spread : 0, -curl]);
                }
            }
            for (const part of [1, 2, 3] as const) {
                this._set(`${side}_thumb${part}`, "thumb", [grip * 0.6, grip * 0.5 + 0.2 * this._normal(), 0]);
            }
        }
    }

    /** Turns a joint by random angles about given ones, degrees. */
    public turn(joint: SmplxJointName, middle: readonly [number, number, number], spread: number): void {
        const angles = middle.map((angle) => angle + spread * this._normal()) as [number, number, number];
        this._write(joint, [angles[0], 0, angles[2]]);
    }

    /** Turns a joint by shares of its limits, −1..1. */
    private _set(joint: SmplxJointName, limit: LimitedJoint, shares: readonly [number, number, number]): void {
        const { x, y, z } = JointLimits[limit];
        const angles = [Angle(x, shares[0]), Angle(y, shares[1]), Angle(z, shares[2])] as const;
        this._write(joint, Mirror(joint, angles));
    }

    private _degrees(
        side: "left" | "right",
        part: "shoulder" | "elbow" | "hip" | "knee" | "ankle",
        angles: readonly [number, number, number],
        hangs = false,
    ): void {
        const joint = `${side}_${part}` as const;
        this._write(joint, Mirror(joint, angles), hangs);
    }

    /**
     * Writes a rotation. A bone along x is twisted first, then lifted, then swung about the vertical; one that hangs is
     * lowered first and then swings; one along y is twisted last.
     */
    private _write(joint: SmplxJointName, [x, y, z]: readonly [number, number, number], hangs = false): void {
        const about = (axis: readonly [number, number, number], degrees: number): QuaternionTuple =>
            QuaternionFromAxisAngle(axis, degrees * Degree);
        const [rx, ry, rz] = [about([1, 0, 0], x), about([0, 1, 0], y), about([0, 0, 1], z)];
        const order = hangs || /hip|spine|neck|head|pelvis/.test(joint) ? [rx, rz, ry] : [ry, rz, rx];
        const rotation = MultiplyQuaternion(order[0]!, MultiplyQuaternion(order[1]!, order[2]!));
        this.rotations.set(rotation, SmplxJointNames.indexOf(joint) * 4);
    }

    /** −1..1, mostly near 0. */
    private _normal(): number {
        return (this._random() + this._random() + this._random()) * (2 / 3) - 1;
    }

    private _uniform(): number {
        return 2 * this._random() - 1;
    }
}

/** An angle at a share of a range on its side of 0. */
function Angle([min, max]: AngleRange, share: number): number {
    return share < 0 ? -share * min : share * max;
}

/** What the left side does about y and z, the right side does the other way. */
function Mirror(
    joint: SmplxJointName,
    [x, y, z]: readonly [number, number, number],
): readonly [number, number, number] {
    return joint.startsWith("right_") ? [x, -y, -z] : [x, y, z];
}
