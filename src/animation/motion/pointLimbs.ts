import { SmplxJointNames, type SmplxJointName } from "../../format/bodyModel.js";
import { GenericSkeleton } from "../rig/genericSkeleton.js";
import { type BodyPoints } from "./bodyPoints.js";
import { FingersOf, type IFinger } from "./pointFingers.js";
import { type IHandPoints, type PointFrames, PointIndex } from "./pointFrames.js";

const Degrees = Math.PI / 180;
/** A knee that seems to bend sideways or backwards by more is noise of a straight leg. */
const MostKneeRoll = 100 * Degrees;

/** Points that tell where a foot points. */
export interface IFootPoints {
    /** The heel. */
    readonly heel: number;
    /** Tip of the toes. */
    readonly toe: number;
    /** The toe joint. */
    readonly joint: number;
    /** From the ankle to the toe joint in the T-pose. */
    readonly rest: Float64Array;
}

/** A limb: joints, directions and the hinge of its middle joint in the canonical T-pose. */
export interface ILimbPoints {
    /** Joint at the trunk. */
    readonly upper: number;
    /** Elbow or knee. */
    readonly middle: number;
    /** Wrist or ankle. */
    readonly end: number;
    /** Direction of both bones. */
    readonly direction: Float64Array;
    /** Axis that the middle joint bends about. */
    readonly hinge: Float64Array;
    /** A roll beyond this is noise, radians. */
    readonly mostRoll: number;
}

/** One side of the body. */
export interface ISidePoints {
    /** The arm. */
    readonly arm: ILimbPoints;
    /** The leg. */
    readonly leg: ILimbPoints;
    /** What the hand's frame is made of. */
    readonly hand: IHandPoints;
    /** That frame in the T-pose. */
    readonly handRest: Float64Array;
    /** The fingers. */
    readonly fingers: readonly IFinger[];
    /** The foot. */
    readonly foot: IFootPoints;
}

/**
 * The points of one side.
 *
 * @param side which
 * @param canonical the generic skeleton in the T-pose
 * @param frames makes frames of its points
 */
export function PointsOfSide(side: "left" | "right", canonical: BodyPoints, frames: PointFrames): ISidePoints {
    const joint = (name: string): number => SmplxJointNames.indexOf(`${side}_${name}` as SmplxJointName);
    const out = side === "left" ? 1 : -1;
    const hand = {
        wrist: joint("wrist"),
        middle: joint("middle1"),
        index: joint("index1"),
        pinky: joint("pinky1"),
    };
    const handRest = new Float64Array(4);
    frames.hand(canonical, hand, handRest, 0);
    const footRest = new Float64Array(3);
    frames.line(canonical, joint("ankle"), joint("foot"), 0, footRest);
    return {
        arm: {
            upper: joint("shoulder"),
            middle: joint("elbow"),
            end: joint("wrist"),
            direction: Float64Array.of(out, 0, 0),
            // Elbows bend forwards: ±x to +z.
            hinge: Float64Array.of(0, -out, 0),
            mostRoll: Math.PI,
        },
        leg: {
            upper: joint("hip"),
            middle: joint("knee"),
            end: joint("ankle"),
            direction: Float64Array.of(0, -1, 0),
            // Knees bend backwards: -y to -z.
            hinge: Float64Array.of(1, 0, 0),
            mostRoll: MostKneeRoll,
        },
        hand,
        handRest,
        fingers: FingersOf(side),
        foot: {
            heel: PointIndex(`${side}_heel`),
            toe: PointIndex(`${side}_toe`),
            joint: joint("foot"),
            rest: footRest,
        },
    };
}

/**
 * Where the spine's joints lie between pelvis (0) and chest (1).
 *
 * @param spine the joints of the spine, bottom up
 * @param pelvis the joint below
 */
export function SpineShares(spine: readonly number[], pelvis: number): Float64Array {
    let length = 0;
    let before = pelvis;
    const lengths = spine.map((joint) => {
        const [a, b] = [GenericSkeleton[before]!, GenericSkeleton[joint]!];
        before = joint;
        length += Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
        return length;
    });
    return Float64Array.from(lengths, (value) => value / length);
}
