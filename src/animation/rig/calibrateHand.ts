import {
    IdentityQuaternion,
    MultiplyQuaternion,
    RotateVector3,
    ShortestRotation,
    SlerpQuaternion,
    type QuaternionTuple,
} from "../../math/quaternion.js";
import { AngleBetweenVector3, CrossVector3, type Vector3Tuple } from "../../math/vector3.js";
import { type SmplxJointName } from "../../format/bodyModel.js";
import { Joint, Outwards, type RestSegments, type Side } from "./restSegments.js";

const Degrees = Math.PI / 180;
/** Thumbs vary that much between artists; only the excess is corrected. */
const ThumbTolerance = 25 * Degrees;
/** A finger curled further than this at rest cannot be straightened reliably. */
const MaxCurl = 60 * Degrees;
/** Share of the middle phalanx' correction that the last one gets when its direction is unknown. */
const LastPhalanxShare = 0.6;

/** Angle about +x by which the back of the hand is turned away from +y; 0 when the knuckles are unknown. */
export function PalmRoll(rest: RestSegments, side: Side, hand: QuaternionTuple): number {
    const across = rest.direction("pinky1", "index1", side) ?? rest.direction("ring1", "index1", side);
    if (!across) {
        return 0;
    }
    const back = CrossVector3(RotateVector3(hand, across), [1, 0, 0]);
    return Math.atan2(back[2], back[1]);
}

/**
 * Straightens fingers and brings the thumb to where T-poses have it.
 *
 * @param hand correction of the hand
 * @param corrections receives those of the fingers
 * @returns fingers that are curled too far to be straightened
 */
export function CalibrateHand(
    rest: RestSegments,
    side: Side,
    hand: QuaternionTuple,
    corrections: Map<SmplxJointName, QuaternionTuple>,
): string[] {
    const thumb =
        rest.direction("thumb1", "thumb3", side) ??
        rest.direction("thumb1", "thumb2", side) ??
        rest.tipDirection("thumb1", side);
    if (thumb) {
        const goal: Vector3Tuple = [Outwards(side)[0] * Math.SQRT1_2, 0, Math.SQRT1_2];
        const now = RotateVector3(hand, thumb);
        const off = AngleBetweenVector3(now, goal);
        const amount = off > ThumbTolerance ? (off - ThumbTolerance) / off : 0;
        const turn = SlerpQuaternion(IdentityQuaternion, ShortestRotation(now, goal), amount);
        corrections.set(Joint(side, "thumb1"), MultiplyQuaternion(turn, hand));
    }
    return ["index", "middle", "ring", "pinky"].filter(
        (finger) => !StraightenFinger(rest, side, finger, hand, corrections),
    );
}

/** Phalanx by phalanx from the palm outwards; false when the finger is left as it is. */
function StraightenFinger(
    rest: RestSegments,
    side: Side,
    finger: string,
    hand: QuaternionTuple,
    corrections: Map<SmplxJointName, QuaternionTuple>,
): boolean {
    const directions = [1, 2, 3].map(
        (k) =>
            (k < 3 ? rest.direction(`${finger}${k}`, `${finger}${k + 1}`, side) : null) ??
            rest.tipDirection(`${finger}${k}`, side),
    );
    const known = directions.filter((direction) => direction !== null);
    const curl = known.slice(1).reduce((sum, d, i) => sum + AngleBetweenVector3(known[i]!, d), 0);
    if (curl > MaxCurl) {
        return false;
    }
    let previous = hand;
    let correction: QuaternionTuple = IdentityQuaternion;
    directions.forEach((direction, k) => {
        correction = direction
            ? ShortestRotation(RotateVector3(previous, direction), Outwards(side))
            : SlerpQuaternion(IdentityQuaternion, correction, LastPhalanxShare);
        previous = MultiplyQuaternion(correction, previous);
        corrections.set(Joint(side, `${finger}${k + 1}`), previous);
    });
    return true;
}
