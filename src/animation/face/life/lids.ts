import { ArkitIndices } from "../vocabulary/arkit.js";
import { LookDown, LookUp } from "./gazeShapes.js";

/** What lids do while their eye looks down and up as far as its shapes say. */
const DownFollow = 0.35;
const UpFollow = 0.2;

const Blinks = [ArkitIndices.eyeBlinkLeft, ArkitIndices.eyeBlinkRight] as const;
const Squints = [ArkitIndices.eyeSquintLeft, ArkitIndices.eyeSquintRight] as const;
const Wides = [ArkitIndices.eyeWideLeft, ArkitIndices.eyeWideRight] as const;

/**
 * Lets an upper lid follow its eye, so that it neither cuts the pupil nor bares the white of the eye. Lids that are shut
 * stay shut; blink, squint and what follows are 1 together at most, so that lids meet and do not enter the eyeball.
 *
 * @param weights [52] changed; blink and wide of an eye exclude each other before and after
 * @param side 0 the left eye, 1 the right
 * @param pitch radians that the eye looks up, below 0 down
 */
export function FollowWithLid(weights: Float32Array, side: 0 | 1, pitch: number): void {
    const lid = Lid(weights, side);
    const shut = Math.max(0, lid);
    if (pitch < 0) {
        const room = Math.max(0, 1 - shut - weights[Squints[side]]!);
        SetLid(weights, side, lid + Math.min(room, DownFollow * Math.min(1, -pitch / LookDown)));
    } else if (pitch > 0) {
        SetLid(weights, side, lid - UpFollow * Math.min(1, pitch / LookUp) * (1 - shut));
    }
}

/**
 * Closes an eye as far as a blink says, unless it is closed further: blinks do not add up. Squinting gives way as far as
 * lids would enter the eyeball.
 *
 * @param weights [52] changed; blink and wide of an eye exclude each other before and after
 * @param side 0 the left eye, 1 the right
 * @param amount of the blink, 0..1
 */
export function BlinkWithLid(weights: Float32Array, side: 0 | 1, amount: number): void {
    const lid = Lid(weights, side);
    // A wide eye closes all the way, not by the difference.
    const closed = lid < 0 ? lid + (1 - lid) * amount : Math.max(lid, amount);
    if (closed > lid) {
        const squint = weights[Squints[side]]!;
        const room = Math.max(1 - closed, 0);
        SetLid(weights, side, closed);
        weights[Squints[side]] = Math.min(squint, Math.max(room, squint - (closed - Math.max(0, lid))));
    }
}

/** Where a lid is: 1 shut, 0 at rest, -1 wide open. */
function Lid(weights: Float32Array, side: 0 | 1): number {
    return weights[Blinks[side]]! - weights[Wides[side]]!;
}

function SetLid(weights: Float32Array, side: 0 | 1, lid: number): void {
    weights[Blinks[side]] = Math.min(1, Math.max(0, lid));
    weights[Wides[side]] = Math.min(1, Math.max(0, -lid));
}
