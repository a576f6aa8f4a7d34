/** The ground under one point. */
export interface IGroundPoint {
    /** Height of the ground, metres, avatar space. */
    height: number;
    /** Normal of the ground, x. */
    normalX: number;
    /** Normal of the ground, y: above 0. */
    normalY: number;
    /** Normal of the ground, z. */
    normalZ: number;
}

/**
 * Tells the height and slope of the ground below (x, z) in avatar space by writing into `result`, which arrives as flat
 * ground at height 0. Called several times a frame, so it must not allocate.
 *
 * @example
 * const Stairs: GroundAt = (x, z, result) => {
 *     result.height = 0.17 * Math.max(0, Math.floor(z / 0.3));
 * };
 */
export type GroundAt = (x: number, z: number, result: IGroundPoint) => void;

/** Ground that is level and at height 0 everywhere. */
export const FlatGround: GroundAt = () => {};

/** Asks for the ground below a point; what is not a number, or no ground to stand on, counts as level ground at 0. */
export function SampleGround(groundAt: GroundAt, x: number, z: number, result: IGroundPoint): void {
    MakeLevel(result);
    groundAt(x, z, result);
    const { height, normalX, normalY, normalZ } = result;
    const length = Math.sqrt(normalX * normalX + normalY * normalY + normalZ * normalZ);
    // Steeper than 75° is a wall, which no foot is laid upon.
    if (!Number.isFinite(height) || !(normalY > 0.26 * length)) {
        const kept = Number.isFinite(height) ? height : 0;
        MakeLevel(result);
        result.height = kept;
        return;
    }
    result.normalX = normalX / length;
    result.normalY = normalY / length;
    result.normalZ = normalZ / length;
}

function MakeLevel(point: IGroundPoint): void {
    point.height = 0;
    point.normalX = 0;
    point.normalY = 1;
    point.normalZ = 0;
}
