import { type BodyPointName, type BodyPoints } from "./bodyPoints.js";
import { PointIndex } from "./pointFrames.js";

const Trunk: Readonly<Record<string, BodyPointName>> = {
    "spine-lower": "spine1",
    "spine-middle": "spine2",
    "spine-upper": "spine3",
    neck: "neck",
    head: "head",
};

const Limbs: Readonly<Record<string, string>> = {
    "arm-upper": "shoulder",
    "arm-lower": "elbow",
    "hand-wrist": "wrist",
    "upper-leg": "hip",
    "lower-leg": "knee",
    "foot-ankle": "ankle",
    "foot-ball": "foot",
};

const Phalanges: Readonly<Record<string, string>> = {
    "phalanx-proximal": "1",
    "phalanx-intermediate": "2",
    "phalanx-distal": "3",
    tip: "_tip",
};

/** The thumb has no intermediate phalanx; its metacarpal moves. */
const ThumbPhalanges: Readonly<Record<string, string>> = {
    metacarpal: "1",
    "phalanx-proximal": "2",
    "phalanx-distal": "3",
    tip: "_tip",
};

/**
 * The point of the body that a WebXR joint is.
 *
 * @param joint name as WebXR has it: of the 83 body joints (`left-arm-upper`), or of the 25 hand joints (`index-finger-tip`)
 * @param side the hand, for hand joints
 * @returns null for joints that tell nothing more
 */
export function BodyPointOfXrJoint(joint: string, side?: "left" | "right"): BodyPointName | null {
    const [, own, rest = joint] = /^(left|right)-(.*)$/.exec(joint) ?? [];
    const hand = (own ?? side) as "left" | "right" | undefined;
    if (hand === undefined) {
        return Trunk[joint] ?? null;
    }
    const limb = rest === "wrist" ? "wrist" : Limbs[rest];
    if (limb !== undefined) {
        return `${hand}_${limb}` as BodyPointName;
    }
    const [, finger, part = ""] =
        /^(?:hand-)?(thumb|index|middle|ring|little|pinky)(?:-finger)?-(.*)$/.exec(rest) ?? [];
    const suffix = (finger === "thumb" ? ThumbPhalanges : Phalanges)[part];
    const name = finger === "little" ? "pinky" : finger;
    return name === undefined || suffix === undefined ? null : (`${hand}_${name}${suffix}` as BodyPointName);
}

/** Reads the joints of a WebXR body or hand, which come as one matrix after another. */
export class XrPoints {
    private readonly _points: Int16Array;

    /**
     * @param joints names in the order of the matrices
     * @param side the hand, for hand joints
     */
    public constructor(joints: Iterable<string>, side?: "left" | "right") {
        this._points = Int16Array.from([...joints], (joint) => {
            const name = BodyPointOfXrJoint(joint, side);
            return name === null ? -1 : PointIndex(name);
        });
    }

    /**
     * Takes over where the joints are. Allocates nothing.
     *
     * @param matrices [N,16] column-major, as `XRFrame.fillPoses` writes them; joints that are not numbers become unknown
     * @param result receives the points
     */
    public read(matrices: Float32Array, result: BodyPoints): void {
        for (let i = 0; i < this._points.length; i++) {
            const point = this._points[i]!;
            if (point >= 0) {
                result.known[point] = 0;
                result.set(point, matrices[i * 16 + 12]!, matrices[i * 16 + 13]!, matrices[i * 16 + 14]!);
            }
        }
    }
}
