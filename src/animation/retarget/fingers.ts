import { type SmplxJointName } from "../../format/bodyModel.js";
import {
    IdentityQuaternion,
    MultiplyQuaternion,
    QuaternionFromAxisAngle,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { type IRigMapping } from "../rig/mapRig.js";

type Nodes = IRigMapping["nodes"];

const Degrees = Math.PI / 180;
/** From the thumb's side; a finger that a rig lacks does as its neighbour does. */
const Fingers = ["index", "middle", "ring", "pinky"] as const;
/** Bend of the three joints of a finger: hand hanging at rest, and a fist. Typical values of the adult hand. */
const FingerBend = { relaxed: [18, 28, 14], fist: [75, 95, 60] } as const;
/** The thumb goes down to the palm by these angles. */
const ThumbBend = { relaxed: [12, 8, 12], fist: [30, 30, 45] } as const;
/** The thumb goes sideways to the fingers by these angles, in its first joint only. */
const ThumbAcross = { relaxed: 8, fist: 25 } as const;

interface IFingerJoint {
    readonly side: "left" | "right";
    readonly finger: string;
    readonly joint: 1 | 2 | 3;
}

function ParseFinger(name: SmplxJointName): IFingerJoint | null {
    const match = /^(left|right)_(index|middle|ring|pinky|thumb)([123])$/.exec(name);
    return match
        ? { side: match[1] as "left" | "right", finger: match[2]!, joint: Number(match[3]) as 1 | 2 | 3 }
        : null;
}

function HasFinger(nodes: Nodes, side: string, finger: string): boolean {
    return [1, 2, 3].some((k) => nodes[`${side}_${finger}${k}` as SmplxJointName] !== undefined);
}

/**
 * The joint whose node moves a joint: itself, or the nearest finger's of a hand that has fewer than four (the fingers of a
 * mitten move together).
 */
export function FingerSubstitute(name: SmplxJointName, nodes: Nodes): SmplxJointName {
    const parsed = ParseFinger(name);
    const own = Fingers.indexOf(parsed?.finger as (typeof Fingers)[number]);
    if (!parsed || own < 0 || HasFinger(nodes, parsed.side, parsed.finger)) {
        return name;
    }
    const near = [...Fingers]
        .filter((finger) => HasFinger(nodes, parsed.side, finger))
        .sort((a, b) => Math.abs(Fingers.indexOf(a) - own) - Math.abs(Fingers.indexOf(b) - own))[0];
    return near ? (`${parsed.side}_${near}${parsed.joint}` as SmplxJointName) : name;
}

/**
 * How a finger joint that the source does not move is bent, in canonical axes; identity for all other joints and for the
 * last joints of fingers that the source moves.
 *
 * @param grip 0 relaxed .. 1 fist
 */
export function FingerCurl(name: SmplxJointName, nodes: Nodes, grip: number): QuaternionTuple {
    const parsed = ParseFinger(name);
    if (!parsed || HasFinger(nodes, parsed.side, parsed.finger)) {
        return IdentityQuaternion;
    }
    const mix = (bend: { readonly relaxed: number; readonly fist: number }): number =>
        (bend.relaxed + (bend.fist - bend.relaxed) * Math.min(1, Math.max(0, grip))) * Degrees;
    const sign = parsed.side === "left" ? 1 : -1;
    const k = parsed.joint - 1;
    if (parsed.finger !== "thumb") {
        // Fingers point along ±x with the palm down: they bend about z.
        return QuaternionFromAxisAngle(
            [0, 0, -sign],
            mix({ relaxed: FingerBend.relaxed[k]!, fist: FingerBend.fist[k]! }),
        );
    }
    const down = QuaternionFromAxisAngle(
        [1, 0, -sign],
        mix({ relaxed: ThumbBend.relaxed[k]!, fist: ThumbBend.fist[k]! }),
    );
    return k === 0 ? MultiplyQuaternion(down, QuaternionFromAxisAngle([0, sign, 0], mix(ThumbAcross))) : down;
}
