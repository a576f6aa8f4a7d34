import { MultiplyPacked, RotatePacked } from "../../math/packedQuaternion.js";

/** Toes bend up at most this far to stay out of the ground, radians. */
const MostBend = Math.PI / 3;

const Direction = new Float64Array(3);
const Turn = new Float64Array(4);

/**
 * Bends toes up so far that their tip is not under the ground, as far as toes bend.
 *
 * @param rotation world rotation of the toes, xyzw; is changed
 * @param tips tip of the toes relative to the toe joint at rest …
 * @param at … starts here
 * @param joint where the toe joint is
 * @param ground height of the ground under the toes
 * @returns how deep the tip still is under the ground, metres
 */
export function LiftTip(
    rotation: Float64Array,
    tips: Float64Array,
    at: number,
    joint: Float64Array,
    ground: number,
): number {
    RotatePacked(rotation, 0, tips, at, Direction, 0);
    const x = Direction[0]!;
    const y = Direction[1]!;
    const z = Direction[2]!;
    const length = Math.sqrt(x * x + y * y + z * z);
    const across = Math.sqrt(x * x + z * z);
    const wanted = ground - joint[1]!;
    if (y >= wanted || across < 1e-6) {
        return 0;
    }
    const bend = Math.asin(Math.min(1, Math.max(-1, wanted / length))) - Math.asin(y / length);
    const half = Math.min(MostBend, bend) / 2;
    // About direction × up, which is level.
    Turn[0] = (-z / across) * Math.sin(half);
    Turn[1] = 0;
    Turn[2] = (x / across) * Math.sin(half);
    Turn[3] = Math.cos(half);
    MultiplyPacked(Turn, 0, rotation, 0, rotation, 0);
    return bend > MostBend ? wanted - length * Math.sin(Math.asin(y / length) + MostBend) : 0;
}
