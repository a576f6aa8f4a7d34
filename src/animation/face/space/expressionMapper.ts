import { FromRotationVectorPacked } from "../../../math/packedRotation.js";
import { FaceError } from "../faceError.js";
import { ArkitCount } from "../vocabulary/arkit.js";
import { CompoundSolver } from "./compoundSolver.js";
import { type IExpressionSpace } from "./expressionSpace.js";

/**
 * Turns the 52 shapes into the weights of an avatar's channels, e = e₀ + W f, and the turns of its face joints; channels that
 * are several shapes at once are found together. Shapes at rest
 * cost nothing. Makes no objects while mapping.
 *
 * @example
 * ```ts
 * const mapper = new ExpressionMapper(DescribeExpressionSpace(avatar.asset));
 * mapper.map(frame.weights, code, turns);
 * ```
 */
export class ExpressionMapper {
    /** What is mapped to. */
    public readonly space: IExpressionSpace;

    private readonly _compounds: CompoundSolver;
    private readonly _vector = new Float64Array(3);

    /**
     * @param space the avatar's channels
     * @throws FaceError `expression-space-invalid` when sizes do not fit each other or a number is none
     */
    public constructor(space: IExpressionSpace) {
        CheckSpace(space);
        this.space = space;
        this._compounds = new CompoundSolver(space);
    }

    /**
     * Maps a face.
     *
     * @param weights [52] weights of the shapes; what is no number counts as 0
     * @param code [D] receives the weights of the channels, within their bounds
     * @param turns [K,4] receives the turns of the joints of the space, quaternions xyzw
     */
    public map(weights: ArrayLike<number>, code: Float32Array, turns: Float64Array): void {
        const { rest, least, greatest, fromArkit, joints } = this.space;
        const count = rest.length;
        code.set(rest);
        for (let shape = 0; shape < ArkitCount; shape++) {
            const weight = weights[shape]!;
            if (weight !== 0 && Number.isFinite(weight)) {
                const row = shape * count;
                for (let d = 0; d < count; d++) {
                    code[d]! += weight * fromArkit[row + d]!;
                }
            }
        }
        this._compounds.solve(weights, code);
        for (let d = 0; d < count; d++) {
            code[d] = Math.min(greatest[d]!, Math.max(least[d]!, code[d]!));
        }
        for (let joint = 0; joint < joints.length; joint++) {
            this._turn(weights, joints[joint]!.turns, turns, joint * 4);
        }
    }

    private _turn(weights: ArrayLike<number>, rows: Float32Array, turns: Float64Array, at: number): void {
        const vector = this._vector.fill(0);
        for (let shape = 0; shape < ArkitCount; shape++) {
            const weight = weights[shape]!;
            if (weight !== 0 && Number.isFinite(weight)) {
                for (let i = 0; i < 3; i++) {
                    vector[i]! += weight * rows[shape * 3 + i]!;
                }
            }
        }
        FromRotationVectorPacked(vector, 0, turns, at);
    }
}

function CheckSpace({ channels, rest, least, greatest, fromArkit, joints }: IExpressionSpace): void {
    const count = channels.length;
    const arrays: readonly (readonly [name: string, values: Float32Array, length: number])[] = [
        ["rest", rest, count],
        ["least", least, count],
        ["greatest", greatest, count],
        ["fromArkit", fromArkit, ArkitCount * count],
        ...joints.map(({ joint, turns }) => [`turns of ${joint}`, turns, ArkitCount * 3] as const),
    ];
    for (const [name, values, length] of arrays) {
        if (values.length !== length) {
            throw new FaceError(
                "expression-space-invalid",
                `The expression space has ${values.length} numbers in "${name}", for ${count} channels there must be ${length}.`,
            );
        }
        const broken = values.findIndex((value) => !Number.isFinite(value));
        if (broken >= 0) {
            throw new FaceError(
                "expression-space-invalid",
                `Number ${broken} of "${name}" of the expression space is ${values[broken]!}: it must be finite.`,
            );
        }
    }
    const crossed = least.findIndex((value, d) => value > greatest[d]!);
    if (crossed >= 0) {
        throw new FaceError(
            "expression-space-invalid",
            `Channel "${channels[crossed]!}" of the expression space goes from ${least[crossed]!} to ${greatest[crossed]!}: ` +
                "the first must be the smaller.",
        );
    }
}
