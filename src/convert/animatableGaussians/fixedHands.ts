import { SmplxJointNames } from "../../format/bodyModel.js";
import { JointCount } from "./jointMatrices.js";
import { CanonicalCenterHeight, type ITemplate } from "./template.js";

/** Slope and reach of the blend, as published: half way at twice the half size of the hand, towards the body. */
const Slope = 2.5;
const Reach = 2;

/** Least and largest corner of a hand, [2,3] metres. */
export type HandBox = readonly [readonly [number, number, number], readonly [number, number, number]];

/**
 * The bounds of a hand in the canonical body: of the points that mostly its wrist and fingers move. The published code takes the
 * vertices that the body model shares with a hand model, which lie in no file of the subject; the borders at the wrist may differ,
 * and the share of a Gaussian with them, by up to 0.11 a centimetre.
 *
 * @param template the body
 * @param weights [N,55] skinning weights
 * @param side which hand
 * @returns its box, or null where the body has no such points
 */
export function HandBounds({ positions }: ITemplate, weights: Float32Array, side: "left" | "right"): HandBox | null {
    const joints = SmplxJointNames.flatMap((name, joint) =>
        name === `${side}_wrist` || (joint >= SmplxJointNames.indexOf("left_index1") && name.startsWith(side))
            ? [joint]
            : [],
    );
    const low: [number, number, number] = [Infinity, Infinity, Infinity];
    const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
    for (let point = 0; point * 3 < positions.length; point++) {
        const share = joints.reduce((sum, joint) => sum + weights[point * JointCount + joint]!, 0);
        if (share > 0.5) {
            for (const axis of [0, 1, 2] as const) {
                low[axis] = Math.min(low[axis], positions[point * 3 + axis]!);
                high[axis] = Math.max(high[axis], positions[point * 3 + axis]!);
            }
        }
    }
    return low[0] < high[0] ? [low, high] : null;
}

/**
 * How much of each Gaussian is that of the fixed hands.
 *
 * @param template the body
 * @param left box of the left hand
 * @param right box of the right hand
 * @param centerHeight points below are no hands, metres (default: the middle of the body)
 * @returns [N] shares, 0..1
 */
export function HandShares(
    template: ITemplate,
    left: HandBox,
    right: HandBox,
    centerHeight: number = CanonicalCenterHeight(template),
): Float32Array {
    const { positions } = template;
    const place = ([low, high]: HandBox, x: number): number => (2 * x - low[0] - high[0]) / (high[0] - low[0]);
    return Float32Array.from({ length: positions.length / 3 }, (_, row) => {
        const x = positions[row * 3]!;
        if (positions[row * 3 + 1]! < centerHeight) {
            return 0;
        }
        const ofLeft = 1 / (1 + Math.exp(-Slope * (place(left, x) + Reach)));
        const ofRight = 1 / (1 + Math.exp(Slope * (place(right, x) - Reach)));
        return (ofLeft + ofRight) / Math.max(ofLeft + ofRight, 1);
    });
}
