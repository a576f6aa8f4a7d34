import { SmplxJointNames } from "../../format/bodyModel.js";
import { IdentityPacked } from "../../math/packedQuaternion.js";

/** Number of joints of a body pose, in the order of `SmplxJointNames`. */
export const BodyJointCount = SmplxJointNames.length;

/**
 * The pose of a body: what the avatar's joints are set to. Local rotations are SMPL pose rotations, because the rest
 * rotation of every joint is identity. Made once and filled every frame; joints that an avatar lacks are there all the same.
 */
export class BodyPose {
    /** [55,4] local rotations xyzw in SMPL-X order; joint 0 is the rotation of the whole body in avatar space. */
    public readonly rotations = new Float64Array(BodyJointCount * 4);
    /** Position of the pelvis joint in avatar space, metres: rest position of the pelvis + SMPL `trans`. */
    public readonly pelvis = new Float64Array(3);

    /** Starts with all rotations identity and the pelvis at the origin. */
    public constructor() {
        this.reset();
    }

    /** Sets all rotations to identity; leaves the pelvis where it is. */
    public reset(): void {
        for (let joint = 0; joint < BodyJointCount; joint++) {
            IdentityPacked(this.rotations, joint * 4);
        }
    }

    /** Takes over another pose. */
    public copyFrom(other: BodyPose): void {
        this.rotations.set(other.rotations);
        this.pelvis.set(other.pelvis);
    }
}
