import { type FaceJointName } from "../../../format/morphTarget.js";

/** How the 52 shapes turn a joint. */
export interface IFaceJoint {
    /** Which. */
    readonly joint: FaceJointName;
    /** [52,3] rotation vector at weight 1, radians, avatar space: right-handed, y up, facing +z. Turns of several add up. */
    readonly turns: Float32Array;
}

/**
 * What an avatar's expression channels are, and how the 52 shapes become their weights: e = e₀ + W f. A code of learned or
 * statistical components is as good as morph targets with names.
 */
export interface IExpressionSpace {
    /** [D] names of the avatar's channels, in their order. */
    readonly channels: readonly string[];
    /** [D] weights of the neutral face; need not be 0. */
    readonly rest: Float32Array;
    /** [D] least and greatest weights that make a face. */
    readonly least: Float32Array;
    /** [D] see {@link least}. */
    readonly greatest: Float32Array;
    /** [52,D] W transposed: what each shape adds, a row a shape, so that shapes at rest cost nothing. */
    readonly fromArkit: Float32Array;
    /** Joints that move with the face; empty where channels move everything. */
    readonly joints: readonly IFaceJoint[];
}
