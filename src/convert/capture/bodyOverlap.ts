import { SmplxJointNames, SmplxJointParents, type SmplxJointName } from "../../format/bodyModel.js";
import { SkinMatrices } from "./skinMatrices.js";

/** A part of the body as a ball that is drawn out along a line. */
interface ICapsule {
    /** Joint at its beginning. */
    readonly from: SmplxJointName;
    /** Joint at its end. */
    readonly to: SmplxJointName;
    /** How much of the way it covers. */
    readonly span: readonly [number, number];
    /** Radius of an adult's, metres: slimmer than the limb, since flesh gives. */
    readonly radius: number;
}

const Sides = ["left", "right"] as const;

/** Limbs that may hit something: their ends, which are free to move. */
const Limbs = Object.fromEntries(
    Sides.map((side) => [
        side,
        {
            upperArm: { from: `${side}_shoulder`, to: `${side}_elbow`, span: [0.7, 1], radius: 0.035 },
            forearm: { from: `${side}_elbow`, to: `${side}_wrist`, span: [0, 1], radius: 0.032 },
            hand: { from: `${side}_wrist`, to: `${side}_middle2`, span: [0, 1.2], radius: 0.03 },
            thigh: { from: `${side}_hip`, to: `${side}_knee`, span: [0.3, 1], radius: 0.06 },
            shin: { from: `${side}_knee`, to: `${side}_ankle`, span: [0, 1.1], radius: 0.045 },
        } as const satisfies Record<string, ICapsule>,
    ]),
) as Readonly<
    Record<(typeof Sides)[number], Readonly<Record<"upperArm" | "forearm" | "hand" | "thigh" | "shin", ICapsule>>>
>;

/** What does not get out of the way. */
const Trunk: readonly ICapsule[] = [
    { from: "pelvis", to: "neck", span: [0, 0.95], radius: 0.095 },
    ...Sides.flatMap((side): ICapsule[] => [
        { from: `${side}_hip`, to: `${side}_collar`, span: [0, 0.85], radius: 0.08 },
        { from: `${side}_hip`, to: `${side}_shoulder`, span: [0, 0.5], radius: 0.065 },
    ]),
    { from: "neck", to: "head", span: [0, 1.9], radius: 0.085 },
];

/** Height of the head joint of the adult whom radii are meant for, metres. */
const AdultHeadHeight = 1.55;

/** All pairs that must stay apart. */
function Pairs(): (readonly [ICapsule, ICapsule])[] {
    const { left, right } = Limbs;
    const pairs: (readonly [ICapsule, ICapsule])[] = [
        [left.shin, right.shin],
        [left.thigh, right.shin],
        [left.shin, right.thigh],
    ];
    for (const [own, other] of [
        [left, right],
        [right, left],
    ] as const) {
        for (const part of [own.upperArm, own.forearm, own.hand]) {
            pairs.push(...Trunk.map((trunk) => [part, trunk] as const));
        }
        for (const part of [own.forearm, own.hand]) {
            pairs.push(...[own.thigh, other.thigh, own.shin, other.shin].map((leg) => [part, leg] as const));
            pairs.push([part, other.upperArm]);
        }
        pairs.push([own.hand, other.forearm]);
    }
    return [...pairs, [left.hand, right.hand], [left.forearm, right.forearm]];
}

/** Tells poses in which limbs go through each other or the trunk: bodies of capsules, a rough test that lets touches pass. */
export class BodyOverlap {
    private readonly _joints: SkinMatrices;
    private readonly _scale: number;
    private readonly _pairs = Pairs();

    /** @param restJoints [55,3] joints at rest, metres, in SMPL-X order */
    public constructor(restJoints: Float32Array) {
        this._joints = new SkinMatrices({
            joints: SmplxJointNames.map((name, j) => ({ name, parent: SmplxJointParents[j]! })),
            restJoints,
        });
        this._scale = restJoints[SmplxJointNames.indexOf("head") * 3 + 1]! / AdultHeadHeight;
    }

    /**
     * How deep parts of the body are in each other.
     *
     * @param rotations [55,4] local rotations xyzw
     * @returns metres; 0 or less when nothing overlaps
     */
    public depth(rotations: ArrayLike<number>): number {
        this._joints.update(rotations, [0, 0, 0]);
        return Math.max(
            ...this._pairs.map(
                ([a, b]) => (a.radius + b.radius) * this._scale - SegmentDistance(this._ends(a), this._ends(b)),
            ),
        );
    }

    private _ends({ from, to, span }: ICapsule): readonly [readonly number[], readonly number[]] {
        const at = (share: number): number[] =>
            [0, 1, 2].map((i) => {
                const start = this._joints.positions[SmplxJointNames.indexOf(from) * 3 + i]!;
                return start + share * (this._joints.positions[SmplxJointNames.indexOf(to) * 3 + i]! - start);
            });
        return [at(span[0]), at(span[1])];
    }
}

type Segment = readonly [readonly number[], readonly number[]];

/** Smallest distance of two segments (Ericson, *Real-Time Collision Detection*, 5.1.9). */
export function SegmentDistance([p1, q1]: Segment, [p2, q2]: Segment): number {
    const d1 = Minus(q1, p1);
    const d2 = Minus(q2, p2);
    const r = Minus(p1, p2);
    const [a, e, f] = [Dot(d1, d1), Dot(d2, d2), Dot(d2, r)];
    const c = Dot(d1, r);
    const b = Dot(d1, d2);
    const denominator = a * e - b * b;
    let s = denominator > 1e-12 ? Clamp((b * f - c * e) / denominator) : 0;
    let t = e > 1e-12 ? (b * s + f) / e : 0;
    if (t < 0 || t > 1) {
        t = Clamp(t);
        s = a > 1e-12 ? Clamp((b * t - c) / a) : 0;
    }
    return Math.hypot(...[0, 1, 2].map((i) => p1[i]! + d1[i]! * s - p2[i]! - d2[i]! * t));
}

function Minus(a: readonly number[], b: readonly number[]): number[] {
    return a.map((value, i) => value - b[i]!);
}

function Dot(a: readonly number[], b: readonly number[]): number {
    return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}

function Clamp(value: number): number {
    return Math.min(1, Math.max(0, value));
}
