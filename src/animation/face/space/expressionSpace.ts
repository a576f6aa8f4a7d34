import { type FaceJointName } from "../../../format/morphTarget.js";

/** How the 52 shapes turn a joint. */
export interface IFaceJoint {
    /** Which. */
    readonly joint: FaceJointName;
    /** [52,3] rotation vector at weight 1, radians, avatar space: right-handed, y up, facing +z. Turns of several add up. */
    readonly turns: Float32Array;
}

/** A channel that is several shapes at once, a viseme or a smile with its cheeks, or that is a part of such. */
export interface ICompoundChannel {
    /** Which. */
    readonly channel: number;
    /** [52] the shapes that weight 1 of it is. */
    readonly shapes: Float32Array;
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
    /**
     * Channels that are several shapes at once: they overlap, so no shape moves them by itself (their columns of W are 0); all
     * together come as close to a face as they can. Absent: there are none.
     */
    readonly compounds?: readonly ICompoundChannel[];
    /** Joints that move with the face; empty where channels move everything. */
    readonly joints: readonly IFaceJoint[];
}
