import { type IMorphTarget } from "./morphTarget.js";

/** What is known of a Gaussian, attribute by attribute; see `GaussianAttributeWidths` for the order of components. */
export type GaussianAttribute = keyof typeof GaussianAttributeWidths;

/**
 * Numbers of each attribute, in the order in which they stand in a row of raw values: position x y z, opacity, scale x y z,
 * rotation x y z w, colour r g b.
 */
export const GaussianAttributeWidths = { position: 3, opacity: 1, scale: 3, rotation: 4, color: 3 } as const;

/** What goes into or comes out of a network. */
export interface ITensorContract {
    /** Name of the input or output of the graph. */
    readonly name: string;
    /** Element type: networks may compute in others, and cast what goes in and comes out. */
    readonly type: "float32";
    /** Fixed dimensions, outermost first. */
    readonly shape: readonly number[];
}

/**
 * One ONNX graph. A large network is stored as several, cut where a frame may end: their tensors are joined by name.
 * Its bytes are either here or in a side file that is loaded when the tier is first used.
 */
export interface IAvatarNetwork {
    /** Unique name. */
    readonly name: string;
    /** The ONNX file; null while it is a side file. */
    readonly bytes: Uint8Array | null;
    /** Checked URI of the side file, relative to the avatar's; null when the bytes are here. */
    readonly uri: string | null;
    /** Size of the ONNX file. */
    readonly byteLength: number;
    /** What goes in: a `ConditioningTensors` name or the name of an output of an earlier network of the model. */
    readonly inputs: readonly ITensorContract[];
    /** What comes out. */
    readonly outputs: readonly ITensorContract[];
}

/**
 * Names of the tensors that the run time makes of pose and camera.
 *
 * - `pose`: [1,C,S,S], channels of the front side, then (with `side: "both"`) of the back side;
 * - `viewFront`, `viewBack`: [1,1,V,V], cosine between posed normal and direction to the camera, 0 outside the texels. A
 *   network that depends on one of these depends on the camera.
 */
export const ConditioningTensors = { pose: "pose_map", viewFront: "view_front", viewBack: "view_back" } as const;

/** What a pixel of the pose map holds, three numbers each, in metres or of unit length, in the model's canonical space, posed. */
export type ConditioningChannel = "position" | "offset" | "normal";

/** How a pose becomes the input of the networks. */
export interface IConditioning {
    /** Side of the pose map, pixels, S; divides the side of the Gaussian maps. */
    readonly size: number;
    /** Which maps go in: the front one alone, or front and back. */
    readonly side: "front" | "both";
    /** `position`: posed points; `offset`: posed minus canonical points; `normal`: posed normals, not renormalised. */
    readonly channels: readonly ConditioningChannel[];
    /** Which texels of a block of (mapSize/S)² make a pixel: the top left one alone (0 where it is empty), or the mean of all. */
    readonly reduction: "first" | "mean";
    /**
     * Joints held at rest, as indices into the asset's. The root's translation is always left out: for the networks it stays where
     * it is in the model's canonical space.
     */
    readonly restJoints: Uint16Array;
    /** Keeps poses near those of the training; null when there is none. */
    readonly projection: IPoseProjection | null;
    /** Side of the view maps, pixels, V; 0 when no network depends on the camera. Texels are reduced by `"first"`. */
    readonly viewSize: number;
}

/**
 * Linear model of the pose maps of the training: x' = Bᵀ clamp(B (x − μ), ±limit) + μ over the vectors of a mask. Those outside
 * keep their value.
 */
export interface IPoseProjection {
    /**
     * [M] where the x of each vector of the mask stands in the pose map [C,S,S], strictly ascending: for the first channel of the
     * front side, the pixel v·S + u.
     */
    readonly pixels: Uint32Array;
    /** [M,3] μ, metres. */
    readonly mean: Float32Array;
    /** [P,M,3] B, orthonormal rows. */
    readonly components: Float32Array;
    /** [P] largest absolute value of each coefficient: a multiple of its standard deviation in the training. */
    readonly limits: Float32Array;
}

/** Where an attribute stands in the networks' outputs. */
export interface IAttributeOutput {
    /** Which attribute. */
    readonly attribute: GaussianAttribute;
    /** Name of an output [1,C,R,R], float32; R divides the side of the maps and is enlarged bilinearly (half-pixel centres). */
    readonly tensor: string;
    /** Channel of each component for texels of the front map. */
    readonly front: readonly number[];
    /** Channel of each component for texels of the back map. */
    readonly back: readonly number[];
}

/**
 * How outputs become Gaussians: with raw = base + gain · output,
 * position = raw, opacity = σ(raw), scale = exp(raw), rotation = raw / ‖raw‖, colour = raw or σ(raw).
 */
export interface IMapDecoding {
    /** One entry for every attribute that the networks change; the others keep their base values. */
    readonly outputs: readonly IAttributeOutput[];
    /** Gains by attribute; position in metres. */
    readonly gains: Readonly<Record<GaussianAttribute, number>>;
    /** [N] base opacities, logits. */
    readonly opacities: Float32Array;
    /** [N,3] base scales, natural logarithms of metres. */
    readonly scales: Float32Array;
    /** [N,4] base rotations, xyzw. */
    readonly rotations: Float32Array;
    /** [N,3] base colours r g b: display values, or logits of them with `"sigmoid"`. */
    readonly colors: Float32Array;
    /** What makes a raw colour a display value. */
    readonly colorActivation: "none" | "sigmoid";
    /** Hands that stay as they are in one pose; null when the networks make them. */
    readonly fixedHands: IFixedHands | null;
}

/** Canonical Gaussians that are blended over the decoded ones, linearly and after the activations; colours are not. */
export interface IFixedHands {
    /** [N] share of the fixed Gaussians, 0..1. */
    readonly shares: Float32Array;
    /** [N,3] metres. */
    readonly positions: Float32Array;
    /** [N] 0..1. */
    readonly opacities: Float32Array;
    /** [N,3] metres. */
    readonly scales: Float32Array;
    /** [N,4] xyzw. */
    readonly rotations: Float32Array;
}

/** Joints that move each Gaussian, K a Gaussian; weights are used as they are, also where a row misses 1. */
export interface IInfluences {
    /** K. */
    readonly count: number;
    /** [N,K] indices into the asset's joints. */
    readonly joints: Uint16Array;
    /** [N,K] weights ≥ 0. */
    readonly weights: Float32Array;
}

/**
 * A person whose Gaussians are made by networks, pose by pose: front and back maps of canonical space, a Gaussian a texel.
 * Its canonical space may be another pose than the T-pose of the asset, and have another origin, hence its own inverse bind
 * matrices.
 */
export interface IMapModel {
    /** The tier that runs it. */
    readonly tier: "lite" | "full";
    /** Side of one map, texels, W. Front and back map lie side by side, as one image of W × 2W. */
    readonly mapSize: number;
    /** [N] texels that hold a Gaussian, v·2W + u, strictly ascending. This is the order of the Gaussians. */
    readonly texels: Uint32Array;
    /** [N,3] template points, the model's canonical space, metres. */
    readonly positions: Float32Array;
    /** [N,3] normals of the template. */
    readonly normals: Float32Array;
    /** Joints that move each Gaussian. */
    readonly influences: IInfluences;
    /** [J,16] the model's canonical space → joint space at rest, column-major, one for each joint of the asset. */
    readonly inverseBindMatrices: Float32Array;
    /**
     * How covariances are skinned. `"linear"`: M Σ Mᵀ. `"quaternion"`: as the published body method does it, by a quaternion taken
     * from M·R and not normalised.
     */
    readonly covariance: "linear" | "quaternion";
    /** From the pose to the networks. */
    readonly conditioning: IConditioning;
    /** The networks in the order in which they run. */
    readonly networks: readonly IAvatarNetwork[];
    /** From the networks to Gaussians. */
    readonly decoding: IMapDecoding;
    /** Expression channels, names and order as the asset's; or none. */
    readonly morphTargets: readonly IMorphTarget[];
}
