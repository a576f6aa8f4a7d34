import { type ArkitName } from "../../format/arkitNames.js";
import { SymmetricEigenvectors } from "../animatableGaussians/symmetricMatrix.js";
import { ConvertError } from "../convertError.js";
import { type ExpressionMatrix } from "./expressionMatrix.js";
import { type IExpressionPairs } from "./expressionPairs.js";

/** What {@link FitExpressionPairs} found. */
export interface IExpressionPairsFit {
    /** What each of ARKit's shapes is in the code. */
    readonly matrix: ExpressionMatrix;
    /** [K] share of the variance of each number of the code that frames show which were not looked at; below 0: worse than its mean. */
    readonly explained: Float64Array;
    /** For people: what cannot be told from the frames, a sentence each. */
    readonly notes: readonly string[];
}

/** Shapes that move less are taken for such as do not move. */
const LeastRange = 0.02;
/** Numbers of the code of which less is explained stay at 0. */
const LeastExplained = 0.05;
/** Shapes whose weights are as alike as that cannot be told from each other. */
const MostAlike = 0.995;
/** A neutral face that is as many deviations from 0 is told of. */
const FarNeutral = 0.5;
/** Frames for each shape that moves. */
const FramesPerShape = 3;
/** Parts of the recording that are held out in turn: neighbouring frames are alike, so parts are whole stretches. */
const Folds = 5;
/** Shrinkage, as shares of the mean variance along an axis. */
const Shrinkages = [1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1];

/**
 * Finds what ARKit's shapes are in an expression code, from frames of which both are known: least squares that are shrunk as far
 * as helps in stretches of the frames that are held out, for each number of the code on its own. What remains at weights of
 * 0 is left out of the result: a face at rest is the code 0, as it is without any face.
 *
 * @param pairs the frames
 * @throws ConvertError `wrong-shape` when the frames cannot tell anything
 */
export function FitExpressionPairs(pairs: IExpressionPairs): IExpressionPairsFit {
    const { name, frameCount } = pairs;
    const codeSize = pairs.codes.length / frameCount;
    const moving = pairs.shapes.flatMap((_, column) =>
        frameCount > 0 && Range(pairs.weights, column, pairs.shapes.length, frameCount) >= LeastRange ? [column] : [],
    );
    if (moving.length === 0) {
        throw Degenerate(name, `none of the shapes in "arkit" moves by ${LeastRange} or more in ${frameCount} frames`);
    }
    if (frameCount < FramesPerShape * moving.length + Folds) {
        throw Degenerate(
            name,
            `${frameCount} frames are too few for ${moving.length} shapes that move: ${FramesPerShape * moving.length + Folds} are needed`,
        );
    }
    const all = Array.from({ length: frameCount }, (_, frame) => frame);
    const shrinkages = new Float64Array(codeSize);
    const explained = HoldOut(pairs, moving, shrinkages);
    const told = Array.from(explained, (share) => share >= LeastExplained);
    if (!told.includes(true)) {
        throw Degenerate(name, `no number of "code" follows the weights in "arkit" where frames were held out`);
    }
    const { solve, means, codeMeans } = Solver(pairs, moving, all);
    const slopes = solve(shrinkages);
    const rows = moving.map((column, i): [ArkitName, number[]] => [
        pairs.shapes[column]!,
        told.map((isTold, k) => (isTold ? slopes[i * codeSize + k]! : 0)),
    ]);
    const neutral = codeMeans.map(
        (mean, k) => mean - means.reduce((sum, x, i) => sum + x * slopes[i * codeSize + k]!, 0),
    );
    return { matrix: Object.fromEntries(rows), explained, notes: Notes(pairs, moving, told, explained, neutral) };
}

/** Share that is explained of frames which were held out, at the shrinkage that serves each number of the code best. */
function HoldOut(pairs: IExpressionPairs, moving: readonly number[], shrinkages: Float64Array): Float64Array {
    const { frameCount, weights, codes } = pairs;
    const [width, codeSize] = [pairs.shapes.length, shrinkages.length];
    const missed = Shrinkages.map(() => new Float64Array(codeSize));
    const whole = new Float64Array(codeSize);
    for (let fold = 0; fold < Folds; fold++) {
        const isHeld = (frame: number): boolean => Math.floor((frame * Folds) / frameCount) === fold;
        const frames = Array.from({ length: frameCount }, (_, frame) => frame);
        const { solve, means, codeMeans } = Solver(
            pairs,
            moving,
            frames.filter((frame) => !isHeld(frame)),
        );
        const slopes = Shrinkages.map((shrinkage) => solve(new Float64Array(codeSize).fill(shrinkage)));
        for (const frame of frames.filter(isHeld)) {
            const offsets = moving.map((column, i) => weights[frame * width + column]! - means[i]!);
            for (let k = 0; k < codeSize; k++) {
                const wanted = codes[frame * codeSize + k]! - codeMeans[k]!;
                whole[k]! += wanted * wanted;
                slopes.forEach((matrix, at) => {
                    const found = offsets.reduce((sum, x, i) => sum + x * matrix[i * codeSize + k]!, 0);
                    missed[at]![k]! += (wanted - found) ** 2;
                });
            }
        }
    }
    return whole.map((variance, k) => {
        const best = missed.reduce((least, errors, at) => (errors[k]! < missed[least]![k]! ? at : least), 0);
        shrinkages[k] = Shrinkages[best]!;
        return variance > 1e-12 * frameCount ? 1 - missed[best]![k]! / variance : 0;
    });
}

/** The normal equations of some frames, about their means, along the axes on which they are diagonal. */
function Solver(
    { weights, codes, shapes, frameCount }: IExpressionPairs,
    moving: readonly number[],
    frames: readonly number[],
): {
    /** [S,K] slopes, each column with a shrinkage of its own. */
    readonly solve: (shrinkages: Float64Array) => Float64Array;
    readonly means: Float64Array;
    readonly codeMeans: Float64Array;
} {
    const [count, codeSize] = [moving.length, codes.length / frameCount];
    const mean = (length: number, valueOf: (frame: number, i: number) => number): Float64Array =>
        Float64Array.from(
            { length },
            (_, i) => frames.reduce((sum, frame) => sum + valueOf(frame, i), 0) / frames.length,
        );
    const weightOf = (frame: number, i: number): number => weights[frame * shapes.length + moving[i]!]!;
    const means = mean(count, weightOf);
    const codeMeans = mean(codeSize, (frame, k) => codes[frame * codeSize + k]!);
    const gram = new Float64Array(count * count);
    const products = new Float64Array(count * codeSize);
    const offsets = new Float64Array(count);
    for (const frame of frames) {
        offsets.forEach((_, i) => (offsets[i] = weightOf(frame, i) - means[i]!));
        for (let i = 0; i < count; i++) {
            for (let j = 0; j < count; j++) {
                gram[i * count + j]! += offsets[i]! * offsets[j]!;
            }
            for (let k = 0; k < codeSize; k++) {
                products[i * codeSize + k]! += offsets[i]! * (codes[frame * codeSize + k]! - codeMeans[k]!);
            }
        }
    }
    const { values, vectors } = SymmetricEigenvectors(gram, count);
    const usual = values.reduce((sum, value) => sum + value, 0) / count;
    const turned = new Float64Array(products.length);
    ForEachCell(count, codeSize, (axis, k, at) => {
        for (let i = 0; i < count; i++) {
            turned[at]! += vectors[axis * count + i]! * products[i * codeSize + k]!;
        }
    });
    const solve = (shrinkages: Float64Array): Float64Array => {
        const slopes = new Float64Array(products.length);
        ForEachCell(count, codeSize, (axis, k, at) => {
            const along = turned[at]! / (Math.max(0, values[axis]!) + shrinkages[k]! * usual);
            for (let i = 0; i < count; i++) {
                slopes[i * codeSize + k]! += vectors[axis * count + i]! * along;
            }
        });
        return slopes;
    };
    return { solve, means, codeMeans };
}

function ForEachCell(rows: number, columns: number, visit: (row: number, column: number, at: number) => void): void {
    for (let at = 0; at < rows * columns; at++) {
        visit(Math.floor(at / columns), at % columns, at);
    }
}

function Range(values: ArrayLike<number>, column: number, width: number, rows: number): number {
    let [least, greatest] = [Infinity, -Infinity];
    for (let row = 0; row < rows; row++) {
        least = Math.min(least, values[row * width + column]!);
        greatest = Math.max(greatest, values[row * width + column]!);
    }
    return greatest - least;
}

function Notes(
    pairs: IExpressionPairs,
    moving: readonly number[],
    told: readonly boolean[],
    explained: Float64Array,
    neutral: Float64Array,
): string[] {
    const { name, shapes, weights, codes, frameCount } = pairs;
    const codeSize = told.length;
    const column = (values: ArrayLike<number>, at: number, width: number): Float64Array =>
        Float64Array.from({ length: frameCount }, (_, frame) => values[frame * width + at]!);
    const shares = Array.from(explained, (share, k) => (told[k] ? `code${k} ${share.toFixed(2)}` : [])).flat();
    const lost = told.flatMap((isTold, k) => (isTold ? [] : [`code${k}`]));
    const still = shapes.filter((_, at) => !moving.includes(at));
    const moved = moving.map((at) => Standardised(column(weights, at, shapes.length)));
    const alike = moved.flatMap((one, i) =>
        moved
            .slice(0, i)
            .flatMap((other, j) =>
                Math.abs(one.reduce((sum, x, frame) => sum + x * other[frame]!, 0)) > MostAlike
                    ? [`${shapes[moving[j]!]} and ${shapes[moving[i]!]}`]
                    : [],
            ),
    );
    const off = Array.from(neutral).flatMap((value, k) => {
        const deviation = Deviation(column(codes, k, codeSize));
        return told[k] && Math.abs(value) > FarNeutral * deviation ? [`code${k} ${value.toFixed(2)}`] : [];
    });
    const lines: [readonly string[], (list: string) => string][] = [
        [shares, (list) => `${name} explains, of frames that were held out: ${list}.`],
        [lost, (list) => `${name} does not tell what moves ${list}: ARKit's shapes leave them at 0.`],
        [still, (list) => `${name} has frames in which ${list} never move: they move nothing.`],
        [alike, (list) => `${name} does not tell ${list} from each other: they share what they do. Record them apart.`],
        [off, (list) => `At weights of 0 ${name} has a code that is not 0 (${list}): that is left out.`],
    ];
    return lines.flatMap(([list, say]) => (list.length > 0 ? [say(list.join(", "))] : []));
}

function Deviation(values: Float64Array): number {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Less its mean, of length 1. */
function Standardised(values: Float64Array): Float64Array {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const length = Deviation(values) * Math.sqrt(values.length);
    return values.map((value) => (value - mean) / length);
}

function Degenerate(name: string, reason: string): ConvertError {
    return new ConvertError(
        "wrong-shape",
        `${name} does not tell what ARKit's shapes are in the expression code: ${reason}. Record faces that go through all shapes.`,
    );
}
