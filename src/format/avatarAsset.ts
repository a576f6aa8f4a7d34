import { type BodyModel, type SmplxJointName } from "./bodyModel.js";
import { type IHeadModel } from "./headModel.js";
import { type IMapModel } from "./mapModel.js";
import { type IFaceJointTurns, type IMorphTarget } from "./morphTarget.js";

/**
 * The canonical Gaussians of an avatar: the person in the canonical T-pose, in SMPL space (right-handed, y up, facing
 * +z, metres). All arrays are flat with `count` rows.
 */
export interface IGaussianCloud {
    /** Number of Gaussians, N. */
    readonly count: number;
    /** [N,3] means, metres. */
    readonly positions: Float32Array;
    /** [N,4] unit quaternions xyzw: axes of the Gaussian in canonical space. */
    readonly rotations: Float32Array;
    /** [N,3] standard deviations along those axes, metres, linear (not logarithms), > 0. */
    readonly scales: Float32Array;
    /** [N] opacity, 0..1, linear (not logits). */
    readonly opacities: Float32Array;
    /** [N,3] colour as the camera saw it: sRGB display values, nominally 0..1, not clamped. */
    readonly colors: Float32Array;
    /** [N,4] joints that move the Gaussian: indices into {@link IAvatarAsset.joints}. */
    readonly jointIndices: Uint16Array;
    /** [N,4] skinning weights of those joints, each ≥ 0, each row sums to 1. */
    readonly jointWeights: Float32Array;
}

/** One joint of the avatar's skeleton in its rest pose. Parents precede children. */
export interface IAvatarJoint {
    /** Name of the glTF node; the SMPL-X name where the joint is one of the 55. */
    readonly name: string;
    /** Which SMPL-X joint this is, or null for an additional joint (a hat, a tail). */
    readonly smplx: SmplxJointName | null;
    /** Index of the parent joint, or -1 for a root. */
    readonly parent: number;
    /** Rest translation relative to the parent, metres. */
    readonly translation: readonly [number, number, number];
    /** Rest rotation relative to the parent, xyzw; identity for every SMPL-X joint, so that a local rotation is the SMPL pose. */
    readonly rotation: readonly [number, number, number, number];
}

/**
 * A keyed track of one joint or of the expression channels. Linear interpolation (spherical for rotations). Tracks may
 * share arrays, so copy before writing into one.
 */
export interface IAnimationTrack {
    /** Index of the animated joint; -1 for the expression channels (`path` is `"weights"`). */
    readonly joint: number;
    /** What is animated. */
    readonly path: "rotation" | "translation" | "weights";
    /** [T] key times, seconds, strictly ascending, ≥ 0. */
    readonly times: Float32Array;
    /** [T,4] quaternions xyzw, [T,3] metres, or [T,M] weights of the M expression channels. */
    readonly values: Float32Array;
}

/** A named clip on the avatar's own joints. */
export interface IAnimationClip {
    /** Name of the clip, for example `walk`. */
    readonly name: string;
    /** The tracks; joints without one stay at rest. */
    readonly tracks: readonly IAnimationTrack[];
}

/** Where an avatar comes from and what may be done with it. */
export interface IAvatarCredits {
    /** SPDX identifier or name of the licence, for example `CC0-1.0`. */
    readonly license: string;
    /** Notices that the licence asks to be kept, one a line; empty when there are none. */
    readonly notices: readonly string[];
    /** People and projects to name, one an entry. */
    readonly credits?: readonly string[];
}

/** An avatar as plain data: what a file holds, free of Babylon and of the GPU. */
export interface IAvatarAsset {
    /** Display name. */
    readonly name: string;
    /** Which published body model the joints follow. */
    readonly bodyModel: BodyModel;
    /** The skeleton in its rest pose; at most `MaxJoints` joints. */
    readonly joints: readonly IAvatarJoint[];
    /** [J,16] inverse bind matrices, column-major as in glTF: canonical space → joint space at rest. */
    readonly inverseBindMatrices: Float32Array;
    /** The canonical Gaussians. */
    readonly gaussians: IGaussianCloud;
    /**
     * Whether the Gaussians, those of networks as well, were made for a rasteriser that keeps the energy of splats smaller than
     * a pixel (2D Mip filter, Yu et al. 2024); absent or false: for the published one, which only widens them.
     */
    readonly antialiased?: boolean;
    /** The expression channels, in the order of their weights. */
    readonly morphTargets: readonly IMorphTarget[];
    /**
     * Joints that move with the face; absent: jaw and eyes where Gaussians hang on them and no channel does the same, an empty
     * list: none.
     */
    readonly faceJoints?: readonly IFaceJointTurns[];
    /** Models whose Gaussians networks make, cheapest first; empty when there is nothing but the Gaussians above. */
    readonly mapModels: readonly IMapModel[];
    /** A head whose Gaussians networks make; absent or null: it has none. */
    readonly headModel?: IHeadModel | null;
    /** Clips that came with the avatar. */
    readonly animations: readonly IAnimationClip[];
    /** Origin and licence. */
    readonly credits: IAvatarCredits;
}
