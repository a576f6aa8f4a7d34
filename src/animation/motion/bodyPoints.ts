import { SmplxJointNames } from "../../format/bodyModel.js";

/** Points of the body that trackers see and SMPL-X has no joints for. */
const ExtraPointNames = [
    "nose",
    "left_ear",
    "right_ear",
    "left_heel",
    "right_heel",
    "left_toe",
    "right_toe",
    "left_index_tip",
    "left_middle_tip",
    "left_pinky_tip",
    "left_ring_tip",
    "left_thumb_tip",
    "right_index_tip",
    "right_middle_tip",
    "right_pinky_tip",
    "right_ring_tip",
    "right_thumb_tip",
] as const;

/** Points of a tracked body: the 55 SMPL-X joints first, at the same numbers. */
export const BodyPointNames = [...SmplxJointNames, ...ExtraPointNames] as const;

/** Name of one point of a tracked body. */
export type BodyPointName = (typeof BodyPointNames)[number];

/** Number of points. */
export const BodyPointCount = BodyPointNames.length;

/** Where the points of a body are at a moment. Made once and filled every frame. */
export class BodyPoints {
    /** [N,3] metres, right-handed, y up; any heading. */
    public readonly positions = new Float64Array(BodyPointCount * 3);
    /** [N] 1 where the point is known. */
    public readonly known = new Uint8Array(BodyPointCount);

    /** Forgets all points. */
    public clear(): void {
        this.known.fill(0);
    }

    /**
     * States a point; one that is not all numbers stays unknown.
     *
     * @param point index into {@link BodyPointNames}; below 0 is ignored
     */
    public set(point: number, x: number, y: number, z: number): void {
        if (point >= 0 && Number.isFinite(x + y + z)) {
            this.positions[point * 3] = x;
            this.positions[point * 3 + 1] = y;
            this.positions[point * 3 + 2] = z;
            this.known[point] = 1;
        }
    }
}
