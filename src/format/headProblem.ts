import { type AvatarFormatErrorCode } from "./avatarFormatError.js";
import {
    HeadAttributeWidth,
    HeadPoseSize,
    type IHeadBranch,
    type IHeadModel,
    MaxPerceptronLayers,
    MaxPerceptronWidth,
    ParameterCount,
} from "./headModel.js";
import { EncodedSize } from "../math/positionalEncoding.js";
import { FindRefinerProblem } from "./refinerProblem.js";

/** What is wrong with a head. */
export interface IHeadProblem {
    /** Kind of problem. */
    readonly code: AvatarFormatErrorCode;
    /** Field of the head, as the end of a JSON pointer. */
    readonly path: string;
    /** What was found and the remedy. */
    readonly message: string;
}

/** Fewest channels: r g b. */
const MinChannels = 3;

/**
 * Looks whether the parts of a head fit each other, and the avatar.
 *
 * @param head the head
 * @param avatar numbers of joints and of expression channels of the avatar
 * @returns the first problem; null when there is none
 */
export function FindHeadProblem(
    head: IHeadModel,
    avatar: { readonly joints: number; readonly channels: number },
): IHeadProblem | null {
    return (
        FindSizeProblem(head, avatar.channels) ??
        FindRowProblem(head, avatar.joints) ??
        FindBranchProblem(head) ??
        RefinerProblem(head)
    );
}

function Problem(path: string, message: string, code: AvatarFormatErrorCode = "invalid-head"): IHeadProblem {
    return { code, path, message };
}

function RefinerProblem({ refiner, channels }: IHeadModel): IHeadProblem | null {
    const problem = refiner ? FindRefinerProblem(refiner, channels) : null;
    return problem && Problem(`refiner/${problem.path}`, problem.message);
}

function FindSizeProblem({ codeSize, channels, shares, features }: IHeadModel, named: number): IHeadProblem | null {
    if (codeSize > named) {
        return Problem(
            "codeSize",
            `is ${codeSize}, the avatar has ${named} expression channels: name one for each number`,
        );
    }
    if (channels < MinChannels) {
        return Problem("channels", `is ${channels}: a Gaussian has at least r g b`);
    }
    const width = features.length / shares.length;
    if (!Number.isInteger(width) || width < 1 || width > MaxPerceptronWidth) {
        return Problem(
            "features",
            `${features.length} numbers for ${shares.length} points: each must have as many, 1 to ${MaxPerceptronWidth}`,
        );
    }
    return null;
}

function FindRowProblem(head: IHeadModel, joints: number): IHeadProblem | null {
    const { shares, influences, poseRange } = head;
    const count = shares.length;
    const lengths = {
        positions: [head.positions, 3],
        scales: [head.scales, 3],
        rotations: [head.rotations, 4],
        opacities: [head.opacities, 1],
        "influences/joints": [influences.joints, influences.count],
        "influences/weights": [influences.weights, influences.count],
    } as const;
    for (const [path, [values, width]] of Object.entries(lengths)) {
        if (values.length !== count * width) {
            return Problem(path, `${values.length} numbers, ${count} points need ${count * width}`);
        }
    }
    for (const path of ["positions", "scales", "rotations", "opacities", "features"] as const) {
        const wrong = head[path].findIndex((value) => !Number.isFinite(value));
        if (wrong >= 0) {
            return Problem(path, `number ${wrong} is ${head[path][wrong]}: train again`, "non-finite");
        }
    }
    const unordered = shares.findIndex((share, i) => !(share >= 0 && share <= 1 && share <= (shares[i - 1] ?? 1)));
    if (unordered >= 0) {
        return Problem("shares", `row ${unordered} is ${shares[unordered]}: shares lie between 0 and 1 and descend`);
    }
    const flat = Array.from({ length: count }, (_, row) => row).find((row) =>
        head.rotations.subarray(row * 4, row * 4 + 4).every((value) => value === 0),
    );
    if (flat !== undefined) {
        return Problem("rotations", `row ${flat} is 0: a rotation has a length`);
    }
    const foreign = influences.joints.findIndex((joint) => joint >= joints);
    if (foreign >= 0) {
        return Problem(
            "influences/joints",
            `number ${foreign} is joint ${influences.joints[foreign]}: the avatar has ${joints}`,
            "invalid-joint-index",
        );
    }
    const { rest, least, greatest } = poseRange;
    const isRange = rest.every((value, i) => least[i]! <= value && value <= greatest[i]!);
    return [rest, least, greatest].every(({ length }) => length === HeadPoseSize) && isRange
        ? null
        : Problem("poseRange", `needs ${HeadPoseSize} numbers each, with rest between least and greatest`);
}

function FindBranchProblem(head: IHeadModel): IHeadProblem | null {
    const { expression, pose, codeSize, octaves, shares } = head;
    if (pose === null && shares.at(-1)! < 1) {
        return Problem("pose", "is absent, but not all shares are 1: give its networks");
    }
    return (
        FindPerceptronProblem(head, expression, "expression", codeSize) ??
        (pose && FindPerceptronProblem(head, pose, "pose", EncodedSize(HeadPoseSize, octaves)))
    );
}

function FindPerceptronProblem(
    { features, shares, octaves, channels }: IHeadModel,
    branch: IHeadBranch,
    name: "expression" | "pose",
    codeSize: number,
): IHeadProblem | null {
    const featureSize = features.length / shares.length;
    for (const [network, inputs, outputs] of [
        ["color", featureSize + codeSize, channels],
        ["attributes", featureSize + codeSize, HeadAttributeWidth],
        ["deformation", EncodedSize(3, octaves) + codeSize, 3],
    ] as const) {
        const { widths, parameters } = branch[network];
        const path = `${name}/${network}`;
        const layers = widths.length - 1;
        if (layers < 2 || layers > MaxPerceptronLayers || widths.slice(1).some((width) => width > MaxPerceptronWidth)) {
            return Problem(
                `${path}/widths`,
                `[${widths.join(",")}]: 2 to ${MaxPerceptronLayers} layers of at most ${MaxPerceptronWidth} numbers are run`,
            );
        }
        if (widths[0] !== inputs || widths.at(-1) !== outputs) {
            return Problem(`${path}/widths`, `[${widths.join(",")}]: ${inputs} numbers go in and ${outputs} come out`);
        }
        const count = ParameterCount(widths);
        if (parameters.length !== count) {
            return Problem(`${path}/parameters`, `${parameters.length} numbers, these widths need ${count}`);
        }
        const wrong = parameters.findIndex((value) => !Number.isFinite(value));
        if (wrong >= 0) {
            return Problem(`${path}/parameters`, `number ${wrong} is ${parameters[wrong]}: train again`, "non-finite");
        }
    }
    return null;
}
