/** Number of points that contacts are judged by: left ankle, left toe joint, right ankle, right toe joint. */
export const FootPointCount = 4;

/**
 * Where a character's feet are, in whatever unit its rig has: what contacts are detected from. Right-handed, y up. Made
 * once a character and filled every frame. A rig without toes repeats its ankles.
 */
export class FootPoints {
    /** [4,3] left ankle, left toe joint, right ankle, right toe joint. */
    public readonly positions = new Float64Array(FootPointCount * 3);
    /** [4] height of those points while the character stands on the ground. */
    public readonly restHeights = new Float64Array(FootPointCount);
    /** Hip joints above ankle joints at rest, in the same unit. */
    public readonly legLength: number;

    /**
     * @param legLength hip joints above ankle joints at rest
     * @param restHeights [4] height of the points while the character stands on the ground
     */
    public constructor(legLength: number, restHeights: ArrayLike<number>) {
        this.legLength = legLength;
        this.restHeights.set(restHeights);
    }
}
