import { IdentityPacked } from "../../math/packedQuaternion.js";

/**
 * A rig in one pose: where every node is and how it is turned, in the same right-handed space as the rig's rest pose.
 * Made once and filled every frame.
 */
export class RigPose {
    /** [N,4] world rotations xyzw, free of scale. */
    public readonly rotations: Float64Array;
    /** [N,3] world positions, in the rig's unit. */
    public readonly positions: Float64Array;

    /** @param count number of nodes of the rig */
    public constructor(count: number) {
        this.rotations = new Float64Array(count * 4);
        this.positions = new Float64Array(count * 3);
        for (let node = 0; node < count; node++) {
            IdentityPacked(this.rotations, node * 4);
        }
    }
}
