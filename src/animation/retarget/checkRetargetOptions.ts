import { RetargetError } from "./retargetError.js";
import { type IRetargetOptions } from "./retargetOptions.js";

const Choices = { rootMotion: ["full", "inPlace"], spine: ["interpolate", "oneToOne"] } as const;

/** Least and greatest value of each number; scales must be above the least. */
const Ranges = {
    horizontalScale: [0, Infinity],
    verticalScale: [0, Infinity],
    grip: [0, 1],
    forearmTwist: [0, 1],
} as const;

/**
 * Throws on options that no body could be posed with.
 *
 * @param options options of a caller
 * @throws RetargetError `invalid-option` when a number is none or out of range, or a mode unknown
 */
export function CheckRetargetOptions(options: IRetargetOptions): void {
    for (const name of Object.keys(Choices) as (keyof typeof Choices)[]) {
        const value = options[name];
        const allowed: readonly string[] = Choices[name];
        if (value !== undefined && !allowed.includes(value)) {
            throw Invalid(name, value, allowed.map((one) => `"${one}"`).join(" or "));
        }
    }
    for (const name of Object.keys(Ranges) as (keyof typeof Ranges)[]) {
        const value = options[name];
        const [least, greatest] = Ranges[name];
        const isScale = greatest === Infinity;
        if (
            value !== undefined &&
            !(Number.isFinite(value) && value >= least && value <= greatest && !(isScale && value === 0))
        ) {
            throw Invalid(name, value, isScale ? "a finite number above 0" : `a number from ${least} to ${greatest}`);
        }
    }
}

function Invalid(name: string, value: unknown, allowed: string): RetargetError {
    return new RetargetError("invalid-option", `"${name}" is ${String(value)}. It must be ${allowed}.`);
}
