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
 * Straightens fingers, however far they are curled at rest, and brings the thumb to where T-poses have it.
 *
 * @param hand correction of the hand
 * @param corrections receives those of the fingers
 */
export function CalibrateHand(
    rest: RestSegments,
    side: Side,
    hand: QuaternionTuple,
    corrections: Map<SmplxJointName, QuaternionTuple>,
): void {
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
    for (const finger of ["index", "middle", "ring", "pinky"]) {
        StraightenFinger(rest, side, finger, hand, corrections);
    }
}

/** Phalanx by phalanx from the palm outwards, so that no step is large and none turns the wrong way round. */
function StraightenFinger(
    rest: RestSegments,
    side: Side,
    finger: string,
    hand: QuaternionTuple,
    corrections: Map<SmplxJointName, QuaternionTuple>,
): void {
    const directions = [1, 2, 3].map(
        (k) =>
            (k < 3 ? rest.direction(`${finger}${k}`, `${finger}${k + 1}`, side) : null) ??
            rest.tipDirection(`${finger}${k}`, side),
    );
    let previous = hand;
    let correction: QuaternionTuple = IdentityQuaternion;
    directions.forEach((direction, k) => {
        correction = direction
            ? ShortestRotation(RotateVector3(previous, direction), Outwards(side))
            : SlerpQuaternion(IdentityQuaternion, correction, LastPhalanxShare);
        previous = MultiplyQuaternion(correction, previous);
        corrections.set(Joint(side, `${finger}${k + 1}`), previous);
    });
}
