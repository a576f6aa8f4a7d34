import { HeadPoseSize, type IHeadBranch, type IHeadModel, type IPerceptron } from "../../format/headModel.js";
import { EvaluateHeadAsync } from "./evaluateHead.js";
import { BranchOf, FindHeadShape, type HeadTensors, type IHeadShape } from "./headTensors.js";

/** What of the method's configuration changes how a trained head looks; none of it is in the checkpoint. */
export interface IHeadConfig {
    /** Squared distance to the landmarks below which points are the expression's alone (default: 0.1). */
    readonly near?: number;
    /** Squared distance beyond which they are the pose's alone (default: 0.25). */
    readonly far?: number;
    /** Farthest way of a point, in the unit of the networks (default: 0.3). */
    readonly positionGain?: number;
    /** Factor of changes of attributes (default: 0.2). */
    readonly attributeGain?: number;
    /** Whether the head was trained by the code from before July 12, 2024 (default: false). */
    readonly hasLegacyRotations?: boolean;
}

/** The published configuration where nothing is stated. */
export const DefaultHeadConfig: Required<IHeadConfig> = {
    near: 0.1,
    far: 0.25,
    positionGain: 0.3,
    attributeGain: 0.2,
    hasLegacyRotations: false,
};

/** Where a head stands, and what moves it. */
export interface IHeadPlace extends Pick<IHeadModel, "tier" | "unit" | "origin" | "poseRange"> {
    /** Joint that moves all of it. */
    readonly joint: number;
    /** An ordinary face of the training (default: the neutral one). */
    readonly face?: { readonly code: ArrayLike<number>; readonly pose: ArrayLike<number> };
}

/** Points that stand for all where only their mean counts. */
const SampleSize = 4096;

/** Rotation components, w x y z in checkpoints, in the order x y z w. */
const RotationOrder = [1, 2, 3, 0] as const;

/** First row of rotations in what attribute networks give. */
const RotationRow = 3;

/**
 * Makes a head of the tensors of its checkpoint.
 *
 * @param tensors by their official names
 * @param fileName for messages
 * @param config what the checkpoint does not say
 * @param place where it stands
 * @throws CheckpointError when a tensor is missing or has another shape
 */
export async function BuildHeadModelAsync(
    tensors: HeadTensors,
    fileName: string,
    config: Required<IHeadConfig>,
    place: IHeadPlace,
): Promise<IHeadModel> {
    const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
    const shape = FindHeadShape(shapes, fileName);
    const shares = Shares(tensors, shape, config);
    // Stable: within a class points stay in their order.
    const order = Uint32Array.from(shares.keys()).sort((a, b) => shares[b]! - shares[a]! || a - b);
    const rows = (name: string, width: number): Float32Array => Gather(tensors.get(name)!.data, order, width);
    const { joint, face, ...standing } = place;
    const isMixed = shares.some((share) => share < 1);
    const model: IHeadModel = {
        ...standing,
        codeSize: shape.codeSize,
        channels: shape.channels,
        octaves: shape.octaves,
        positions: rows("xyz", 3),
        features: rows("feature", shape.features).map(Math.tanh),
        shares: Gather(shares, order, 1),
        scales: rows("scales", 3),
        rotations: Reorder(rows("rotation", 4)),
        opacities: rows("opacity", 1),
        gains: { position: config.positionGain, attributes: config.attributeGain },
        expression: WithReorderedTurns(BranchOf(tensors, "exp")),
        pose: isMixed ? WithReorderedTurns(BranchOf(tensors, "pose")) : null,
        influences: {
            count: 1,
            joints: new Uint16Array(shape.points).fill(joint),
            weights: new Float32Array(shape.points).fill(1),
        },
    };
    return config.hasLegacyRotations ? await WithLegacyRotationsAsync(model, face) : model;
}

/** [N] how much of a point is the expression's: by its squared distance to the nearest landmark. */
function Shares(tensors: HeadTensors, { points }: IHeadShape, { near, far }: Required<IHeadConfig>): Float32Array {
    const xyz = tensors.get("xyz")!.data;
    const landmarks = tensors.get("landmarks_3d_neutral")!.data;
    const shares = new Float32Array(points);
    for (let point = 0; point < points; point++) {
        let least = Infinity;
        for (let at = 0; at < landmarks.length; at += 3) {
            let squares = 0;
            for (let axis = 0; axis < 3; axis++) {
                squares += (xyz[point * 3 + axis]! - landmarks[at + axis]!) ** 2;
            }
            least = Math.min(least, squares);
        }
        shares[point] = Math.min(1, Math.max(0, (far - least) / (far - near)));
    }
    return shares;
}

function Gather(values: Float32Array, order: Uint32Array, width: number): Float32Array {
    const result = new Float32Array(order.length * width);
    order.forEach((from, to) => {
        result.set(values.subarray(from * width, (from + 1) * width), to * width);
    });
    return result;
}

function Reorder(rotations: Float32Array): Float32Array {
    return rotations.map((_, i) => rotations[i - (i % 4) + RotationOrder[i % 4]!]!);
}

function WithReorderedTurns(branch: IHeadBranch): IHeadBranch {
    return { ...branch, attributes: MapTurnRows(branch.attributes, (row, values) => values(RotationOrder[row]!)) };
}

/** Replaces the rows of the last layer that make rotations, weights and bias alike. */
function MapTurnRows(
    { widths, parameters }: IPerceptron,
    rowOf: (row: number, values: (row: number) => readonly number[]) => readonly number[],
): IPerceptron {
    const outputs = widths.at(-1)!;
    const inputs = widths.at(-2)! + (widths.length - 2 === Math.floor(widths.length / 2) ? widths[0]! : 0);
    const biases = parameters.length - outputs;
    const weights = biases - outputs * inputs;
    const values = (row: number): readonly number[] => {
        const output = RotationRow + row;
        const at = weights + output * inputs;
        return [...parameters.subarray(at, at + inputs), parameters[biases + output]!];
    };
    const result = parameters.slice();
    for (let row = 0; row < 4; row++) {
        const output = RotationRow + row;
        const made = rowOf(row, values);
        result.set(made.slice(0, inputs), weights + output * inputs);
        result[biases + output] = made[inputs]!;
    }
    return { widths, parameters: result };
}

/**
 * The code from before July 2024 divided each component of the rotations by its length over all points, not by the length of the
 * quaternion. These lengths change little with the expression: those of one face are taken for all, and go into bases and weights.
 */
async function WithLegacyRotationsAsync(model: IHeadModel, face: IHeadPlace["face"]): Promise<IHeadModel> {
    const { code, pose } = face ?? { code: new Float64Array(model.codeSize), pose: new Float64Array(HeadPoseSize) };
    const { rawRotations } = await EvaluateHeadAsync(SampleOf(model), code, pose);
    const squares = [0, 0, 0, 0];
    rawRotations.forEach((value, i) => (squares[i % 4]! += value * value));
    const mean = Math.sqrt(squares.reduce((sum, square) => sum + square) / 4);
    const factors = squares.map((square) => (square > 0 ? mean / Math.sqrt(square) : 1));
    const turned = (branch: IHeadBranch): IHeadBranch => ({
        ...branch,
        attributes: MapTurnRows(branch.attributes, (row, values) => values(row).map((value) => value * factors[row]!)),
    });
    return {
        ...model,
        rotations: model.rotations.map((value, i) => value * factors[i % 4]!),
        expression: turned(model.expression),
        pose: model.pose && turned(model.pose),
    };
}

/** Some of the points of a head, evenly. */
function SampleOf(model: IHeadModel): IHeadModel {
    const count = model.shares.length;
    const step = Math.max(1, Math.floor(count / SampleSize));
    const order = Uint32Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
    const rows = (values: Float32Array): Float32Array => Gather(values, order, values.length / count);
    const { positions, features, shares, scales, rotations, opacities } = model;
    return {
        ...model,
        positions: rows(positions),
        features: rows(features),
        shares: rows(shares),
        scales: rows(scales),
        rotations: rows(rotations),
        opacities: rows(opacities),
    };
}
