import {
    HeadAttributeWidth,
    HeadPoseSize,
    type IHeadBranch,
    type IPerceptron,
    LayerInputs,
    MaxPerceptronLayers,
    MaxPerceptronWidth,
} from "../../format/headModel.js";
import { EncodedSize } from "../../math/positionalEncoding.js";
import { CheckpointError } from "../checkpoint/checkpointError.js";

/** A tensor with its numbers. */
export interface INumberTensor {
    /** Dimensions, outermost first. */
    readonly shape: readonly number[];
    /** Row-major. */
    readonly data: Float32Array;
}

/** What a head's checkpoint holds, as tensors by their official names. */
export type HeadTensors = ReadonlyMap<string, INumberTensor>;

/** Sizes that a head's checkpoint implies. */
export interface IHeadShape {
    /** Points, N. */
    readonly points: number;
    /** Features of a point, F. */
    readonly features: number;
    /** Numbers of the expression code, K. */
    readonly codeSize: number;
    /** Frequencies of the positional encoding. */
    readonly octaves: number;
    /** Channels of a Gaussian, C. */
    readonly channels: number;
}

/** Columns of the arrays of points. */
const PointArrays = { xyz: 3, scales: 3, rotation: 4, opacity: 1 } as const;

const Networks = ["color", "attributes", "deform"] as const;

/** What each network of a branch takes of a point, what it gives. */
const MinChannels = 3;

/**
 * Finds out what a checkpoint's head is like, and whether all of it is there.
 *
 * @param shapes dimensions of its tensors by name
 * @param fileName for messages
 * @throws CheckpointError `missing-tensor` or `wrong-project`, naming the tensor
 */
export function FindHeadShape(shapes: ReadonlyMap<string, readonly number[]>, fileName: string): IHeadShape {
    const shapeOf = (name: string, rank: number): readonly number[] => {
        const shape = shapes.get(name);
        if (shape?.length !== rank) {
            throw new CheckpointError(
                "missing-tensor",
                `${fileName} has no tensor "${name}" of ${rank} dimensions: it is not the checkpoint of a Gaussian head. ` +
                    "Give the file gaussianhead_latest of the training's second stage.",
            );
        }
        return shape;
    };
    const [points = 0, features = 0] = shapeOf("feature", 2);
    for (const [name, width] of Object.entries(PointArrays)) {
        const [rows, columns] = shapeOf(name, 2);
        if (rows !== points || columns !== width) {
            throw Wrong(fileName, name, `is [${rows},${columns}]`, `[${points},${width}]`);
        }
    }
    const [landmarks, axes] = shapeOf("landmarks_3d_neutral", 2);
    if (landmarks! < 1 || axes !== 3) {
        throw Wrong(fileName, "landmarks_3d_neutral", `is [${landmarks},${axes}]`, "at least one row of 3");
    }
    const widthsOf = (name: string): readonly number[] => PerceptronWidths(name, shapeOf, shapes, fileName);
    const pose = widthsOf("pose_color_mlp")[0]! - features;
    const octaves = (pose / HeadPoseSize - 1) / 2;
    if (!Number.isInteger(octaves) || octaves < 0 || octaves > 16) {
        throw Wrong(
            fileName,
            "pose_color_mlp.conv0.weight",
            `takes ${pose} numbers of a pose`,
            `${HeadPoseSize}·(1 + 2n)`,
        );
    }
    const codeSize = widthsOf("exp_color_mlp")[0]! - features;
    const channels = widthsOf("exp_color_mlp").at(-1)!;
    if (codeSize < 1 || channels < MinChannels) {
        throw Wrong(
            fileName,
            "exp_color_mlp",
            `takes ${codeSize} numbers of an expression and gives ${channels} channels`,
            `at least 1 and ${MinChannels}`,
        );
    }
    const place = EncodedSize(3, octaves);
    const expected = { color: channels, attributes: HeadAttributeWidth, deform: 3 };
    for (const [branch, code] of [
        ["exp", codeSize],
        ["pose", pose],
    ] as const) {
        for (const network of Networks) {
            const name = `${branch}_${network}_mlp`;
            const widths = widthsOf(name);
            const input = (network === "deform" ? place : features) + code;
            if (widths[0] !== input || widths.at(-1) !== expected[network]) {
                throw Wrong(
                    fileName,
                    name,
                    `goes from ${widths[0]} to ${widths.at(-1)} numbers`,
                    `from ${input} to ${expected[network]}`,
                );
            }
        }
    }
    return { points, features, codeSize, octaves, channels };
}

/** Numbers in and out of the layers of a network, from the dimensions of its weights. */
function PerceptronWidths(
    name: string,
    shapeOf: (name: string, rank: number) => readonly number[],
    shapes: ReadonlyMap<string, readonly number[]>,
    fileName: string,
): readonly number[] {
    const widths = [shapeOf(`${name}.conv0.weight`, 3)[1]!];
    while (shapes.has(`${name}.conv${widths.length - 1}.weight`)) {
        widths.push(shapes.get(`${name}.conv${widths.length - 1}.weight`)![0]!);
    }
    const count = widths.length - 1;
    if (count < 2 || count > MaxPerceptronLayers || Math.max(...widths.slice(1)) > MaxPerceptronWidth) {
        throw Wrong(
            fileName,
            name,
            `has ${count} layers of up to ${Math.max(...widths)} numbers`,
            `2 to ${MaxPerceptronLayers} layers of up to ${MaxPerceptronWidth}`,
        );
    }
    for (let layer = 0; layer < count; layer++) {
        const [outputs, inputs] = shapeOf(`${name}.conv${layer}.weight`, 3);
        const [biases] = shapeOf(`${name}.conv${layer}.bias`, 1);
        if (inputs !== LayerInputs(widths, layer) || biases !== outputs) {
            throw Wrong(fileName, `${name}.conv${layer}`, `takes ${inputs} numbers`, `${LayerInputs(widths, layer)}`);
        }
    }
    return widths;
}

/**
 * The networks of a branch.
 *
 * @param tensors of the checkpoint, checked by {@link FindHeadShape}
 * @param branch which
 */
export function BranchOf(tensors: HeadTensors, branch: "exp" | "pose"): IHeadBranch {
    const read = (network: (typeof Networks)[number]): IPerceptron => {
        const name = `${branch}_${network}_mlp`;
        const widths = [tensors.get(`${name}.conv0.weight`)!.shape[1]!];
        const parts: Float32Array[] = [];
        for (let layer = 0; tensors.has(`${name}.conv${layer}.weight`); layer++) {
            const { shape, data } = tensors.get(`${name}.conv${layer}.weight`)!;
            widths.push(shape[0]!);
            parts.push(data, tensors.get(`${name}.conv${layer}.bias`)!.data);
        }
        const parameters = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
        let at = 0;
        for (const part of parts) {
            parameters.set(part, at);
            at += part.length;
        }
        return { widths, parameters };
    };
    return { color: read("color"), attributes: read("attributes"), deformation: read("deform") };
}

function Wrong(fileName: string, name: string, found: string, wanted: string): CheckpointError {
    return new CheckpointError("wrong-project", `${fileName}: "${name}" ${found}; ${wanted} is expected.`);
}
