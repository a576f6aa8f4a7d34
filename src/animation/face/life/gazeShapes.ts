import { ArkitIndices } from "../vocabulary/arkit.js";

const Degrees = Math.PI / 180;

/** Angle of an eye that looks to a side as far as its shape says, radians. */
const LookYaw = 30 * Degrees;
/** Angle of an eye that looks up as far as its shape says, radians. */
export const LookUp = 22 * Degrees;
/** Angle of an eye that looks down as far as its shape says, radians. */
export const LookDown = 28 * Degrees;

/** Shapes of an eye: towards the person's left, right, up and down. */
const Looks = [
    [ArkitIndices.eyeLookOutLeft, ArkitIndices.eyeLookInLeft, ArkitIndices.eyeLookUpLeft, ArkitIndices.eyeLookDownLeft],
    [
        ArkitIndices.eyeLookInRight,
        ArkitIndices.eyeLookOutRight,
        ArkitIndices.eyeLookUpRight,
        ArkitIndices.eyeLookDownRight,
    ],
] as const;

/**
 * Turns an eye further.
 *
 * @param weights [52] changed; the shapes that look are within 0..1 after, of two opposite ones one is 0
 * @param side 0 the left eye, 1 the right
 * @param yaw radians, to the person's left
 * @param pitch radians, up
 */
export function AddGaze(weights: Float32Array, side: 0 | 1, yaw: number, pitch: number): void {
    const [left, right, up, down] = Looks[side];
    SetAngle(weights, left, right, weights[left]! - weights[right]! + yaw / LookYaw);
    const now = PitchOfGaze(weights, side) + pitch;
    SetAngle(weights, up, down, now > 0 ? now / LookUp : now / LookDown);
}

/**
 * How far the shapes turn an eye up.
 *
 * @param weights [52] weights
 * @param side 0 the left eye, 1 the right
 * @returns radians, below 0 down
 */
export function PitchOfGaze(weights: Float32Array, side: 0 | 1): number {
    const [, , up, down] = Looks[side];
    return weights[up]! * LookUp - weights[down]! * LookDown;
}

function SetAngle(weights: Float32Array, plus: number, minus: number, value: number): void {
    weights[plus] = Math.min(1, Math.max(0, value));
    weights[minus] = Math.min(1, Math.max(0, -value));
}
