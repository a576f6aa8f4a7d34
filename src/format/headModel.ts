import { type IHeadRefiner } from "./headRefiner.js";
import { type IInfluences } from "./mapModel.js";

/**
 * A fully connected network that is run for every point: y = W x + b, leaky ReLU (slope 0.01) between layers. At layer
 * ⌊`widths.length` / 2⌋ the input joins once more, behind what has come so far.
 */
export interface IPerceptron {
    /** Numbers that go in, those of every layer, numbers that come out. */
    readonly widths: readonly number[];
    /** Layer by layer: weights [out, in], then biases [out]. */
    readonly parameters: Float32Array;
}

/** The networks of one cause of movement: the expression, or the pose of the head. What they take is its code. */
export interface IHeadBranch {
    /** Features of a point and code → colour and further channels, C. */
    readonly color: IPerceptron;
    /** Features of a point and code → changes of scale x y z, rotation x y z w and opacity. */
    readonly attributes: IPerceptron;
    /** Encoded place of a point and code → its way; the hyperbolic tangent is taken of what comes out. */
    readonly deformation: IPerceptron;
}

/** Which poses of the head its networks know: rotation vector, radians, and translation, metres, in the frame of the training. */
export interface IHeadPoseRange {
    /** [6] the pose of a head that is not turned. */
    readonly rest: readonly number[];
    /** [6] least values of the training. */
    readonly least: readonly number[];
    /** [6] greatest values of the training. */
    readonly greatest: readonly number[];
}

/**
 * A head whose Gaussians small networks make, expression by expression (Gaussian Head Avatar). With w the share of the expression
 * and everything else blended by it and 1 − w: position p + g·tanh(deformation), scale exp(s + a·δ), rotation (q + a·δ) normalised,
 * opacity σ(o + a·δ), colour as it comes out.
 */
export interface IHeadModel {
    /** The tier that runs it. */
    readonly tier: "lite" | "full";
    /** Numbers of the expression code, K: the first K expression channels of the avatar are it. */
    readonly codeSize: number;
    /** Channels of a Gaussian, C; the first three are its colour r g b. */
    readonly channels: number;
    /** Frequencies of the positional encoding of places and poses. */
    readonly octaves: number;
    /** [N,3] undeformed points, in the unit of the networks. */
    readonly positions: Float32Array;
    /** [N,F] features of the points, within ±1. */
    readonly features: Float32Array;
    /** [N] share w of the expression, 0..1, descending: points that only expressions move, points of both, points that only poses move. */
    readonly shares: Float32Array;
    /** [N,3] base scales, natural logarithms of the unit. */
    readonly scales: Float32Array;
    /** [N,4] base rotations, xyzw, of any length above 0. */
    readonly rotations: Float32Array;
    /** [N] base opacities, logits. */
    readonly opacities: Float32Array;
    /** g and a. */
    readonly gains: { readonly position: number; readonly attributes: number };
    /** Metres that the unit of the networks is. */
    readonly unit: number;
    /** Where the origin of the networks lies in the avatar's canonical space, metres. */
    readonly origin: readonly [x: number, y: number, z: number];
    /** Moves points by the expression code. */
    readonly expression: IHeadBranch;
    /** Moves points by the pose; null when all shares are 1. */
    readonly pose: IHeadBranch | null;
    /** What the pose networks may be given. */
    readonly poseRange: IHeadPoseRange;
    /** Joints that move each Gaussian as a whole. */
    readonly influences: IInfluences;
    /** Makes its picture sharp; absent or null: the first three channels are its colours, and all there is. */
    readonly refiner?: IHeadRefiner | null;
}

/** Changes of a Gaussian that attribute networks make: scale 3, rotation 4, opacity 1. */
export const HeadAttributeWidth = 8;

/** Numbers of a pose: rotation vector and translation. */
export const HeadPoseSize = 6;

/** Widest layer that runs on every WebGPU device: a thread a neuron, sixteen points a workgroup in 16 KiB. */
export const MaxPerceptronWidth = 256;

/** Most layers of a perceptron; the published ones have six. */
export const MaxPerceptronLayers = 8;

/**
 * Layer at which the input of a perceptron joins once more.
 *
 * @param widths see {@link IPerceptron}
 */
export function SkipLayer(widths: readonly number[]): number {
    return Math.floor(widths.length / 2);
}

/**
 * Numbers that go into a layer.
 *
 * @param widths see {@link IPerceptron}
 * @param layer counted from 0
 */
export function LayerInputs(widths: readonly number[], layer: number): number {
    return widths[layer]! + (layer === SkipLayer(widths) ? widths[0]! : 0);
}

/**
 * Multiply-accumulates of all points of a head.
 *
 * @param model the head
 */
export function CountHeadMacs({ shares, expression, pose }: IHeadModel): number {
    const ofPoint = ({ color, attributes, deformation }: IHeadBranch): number =>
        [color, attributes, deformation]
            .flatMap(({ widths }) => widths.slice(1).map((outputs, layer) => outputs * LayerInputs(widths, layer)))
            .reduce((sum, macs) => sum + macs, 0);
    const [byExpression, byPose] = [ofPoint(expression), pose ? ofPoint(pose) : 0];
    return shares.reduce((sum, share) => sum + (share > 0 ? byExpression : 0) + (share < 1 ? byPose : 0), 0);
}

/**
 * Numbers of a perceptron.
 *
 * @param widths see {@link IPerceptron}
 */
export function ParameterCount(widths: readonly number[]): number {
    return widths.slice(1).reduce((sum, outputs, layer) => sum + outputs * (LayerInputs(widths, layer) + 1), 0);
}
