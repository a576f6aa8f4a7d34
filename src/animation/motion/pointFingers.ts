import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { PointIndex } from "./pointFrames.js";

/** A finger as a chain of points. */
export interface IFinger {
    /** Its three joints, from the palm. */
    readonly joints: readonly [number, number, number];
    /** Its tip. */
    readonly tip: number;
    /** Direction in the canonical T-pose. */
    readonly direction: Float64Array;
    /** Whether it bends any way it likes. */
    readonly isThumb: boolean;
}

const Fingers = ["index", "middle", "pinky", "ring", "thumb"] as const;

/** The fingers of a hand. */
export function FingersOf(side: "left" | "right"): readonly IFinger[] {
    const out = side === "left" ? 1 : -1;
    return Fingers.map((finger) => {
        const joint = (k: number): number => SmplxJointNames.indexOf(`${side}_${finger}${k}` as SmplxJointName);
        const isThumb = finger === "thumb";
        return {
            joints: [joint(1), joint(2), joint(3)],
            tip: PointIndex(`${side}_${finger}_tip`),
            direction: isThumb ? Float64Array.of(out * Math.SQRT1_2, 0, Math.SQRT1_2) : Float64Array.of(out, 0, 0),
            isThumb,
        };
    });
}
