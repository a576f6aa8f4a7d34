import { type JointMask, JointsOfMask } from "./jointMasks.js";
import { AnimatorError } from "./rigNodes.js";

/** How a clip is played. */
export interface IPlayOptions {
    /** Which layer it plays on; higher ones cover lower ones, one clip a layer (default: 0). */
    readonly layer?: number;
    /**
     * Seconds in which it replaces what plays on the layer, or fades in; at most half of a clip that is played once
     * (default: 0.25).
     */
    readonly fade?: number;
    /** Whether it starts over at its end; else it fades out there, or, on layer 0, stays in its last pose (default: true). */
    readonly loop?: boolean;
    /** Factor on its speed; below 0 it runs from its end to its beginning (default: 1). */
    readonly speed?: number;
    /** How much it covers, or adds, 0..1 (default: 1). */
    readonly weight?: number;
    /** Joints that it moves (default: all it has tracks for). */
    readonly mask?: JointMask;
    /** Whether it is added to what plays below, as its difference from its first frame, instead of covering it (default: false). */
    readonly additive?: boolean;
    /** First frame (default: the group's). */
    readonly from?: number;
    /** Last frame (default: the group's). */
    readonly to?: number;
    /** Whether it begins anew where it plays on the layer already; gestures that are repeated do (default: false). */
    readonly restart?: boolean;
}

/** Seconds of a cross-fade when none are given. */
export const DefaultFade = 0.25;

const Numbers = ["layer", "fade", "speed", "weight", "from", "to"] as const;

/**
 * Throws on options that no clip can be played with. Allocates nothing.
 *
 * @param options options of a caller
 * @throws AnimatorError `invalid-option` when a number is not finite, `fade` is below 0 or `weight` outside of 0..1,
 * `unknown-mask` when the mask names no joint
 */
export function CheckPlayOptions(options: IPlayOptions): void {
    for (let i = 0; i < Numbers.length; i++) {
        const name = Numbers[i]!;
        const isWeight = name === "weight";
        CheckNumber(name, options[name], isWeight || name === "fade" ? 0 : -Infinity, isWeight ? 1 : Infinity);
    }
    if (options.mask !== undefined) {
        JointsOfMask(options.mask);
    }
}

/**
 * Throws on a number that is none, or out of range. Allocates nothing.
 *
 * @param name name of the option, for the message
 * @param value what was given; undefined passes
 * @param minimum least value
 * @param maximum greatest value
 * @throws AnimatorError `invalid-option`
 */
export function CheckNumber(name: string, value: number | undefined, minimum = -Infinity, maximum = Infinity): void {
    if (value !== undefined && !(Number.isFinite(value) && value >= minimum && value <= maximum)) {
        const range = minimum === -Infinity ? "a finite number" : `a number from ${minimum} to ${maximum}`;
        throw new AnimatorError("invalid-option", `"${name}" is ${String(value)}. It must be ${range}.`);
    }
}
