import { ArkitCount, ArkitIndices, ArkitOpposites } from "../vocabulary/arkit.js";
import { SolveBounded } from "./boundedLeastSquares.js";
import { type IExpressionSpace } from "./expressionSpace.js";

/** Pull of each shape towards rest, as a share of what the mean shape does to a code. */
const Damping = 2e-3;

const Opposites = ArkitOpposites.map(([one, other]) => [ArkitIndices[one], ArkitIndices[other]] as const);

/**
 * Finds the 52 shapes that a code of an expression space shows, the inverse of {@link ExpressionMapper}: to read recorded codes
 * of learned or statistical faces on any other face. Turns of joints are left out.
 *
 * @example
 * ```ts
 * const solver = new ShapeSolver(space);
 * solver.solve(flameCode, shapes); // shapes[ArkitIndices.jawOpen] …
 * ```
 */
export class ShapeSolver {
    private readonly _space: IExpressionSpace;
    /** [52,52] W Wᵀ with some damping. */
    private readonly _matrix = new Float64Array(ArkitCount * ArkitCount);
    private readonly _right = new Float64Array(ArkitCount);
    private readonly _least = new Float64Array(ArkitCount);
    private readonly _most = new Float64Array(ArkitCount);
    private readonly _shapes = new Float64Array(ArkitCount);

    /** @param space what the codes are of */
    public constructor(space: IExpressionSpace) {
        this._space = space;
        const count = space.channels.length;
        const row = (shape: number): Float32Array => space.fromArkit.subarray(shape * count, (shape + 1) * count);
        let trace = 0;
        for (let a = 0; a < ArkitCount; a++) {
            for (let b = 0; b < ArkitCount; b++) {
                this._matrix[a * ArkitCount + b] = row(a).reduce((sum, value, d) => sum + value * row(b)[d]!, 0);
            }
            trace += this._matrix[a * ArkitCount + a]!;
        }
        for (let a = 0; a < ArkitCount; a++) {
            this._matrix[a * ArkitCount + a]! += (Damping * trace) / ArkitCount;
        }
    }

    /**
     * Finds the shapes of a code.
     *
     * @param code [D] weights of the channels
     * @param shapes [52] receives the weights, 0..1; of two opposite shapes one is 0
     */
    public solve(code: ArrayLike<number>, shapes: Float32Array): void {
        const { rest, fromArkit, compounds = [] } = this._space;
        const count = rest.length;
        for (let shape = 0; shape < ArkitCount; shape++) {
            let sum = 0;
            for (let d = 0; d < count; d++) {
                sum += fromArkit[shape * count + d]! * (code[d]! - rest[d]!);
            }
            this._right[shape] = sum;
        }
        this._most.fill(1);
        this._shapes.fill(0);
        SolveBounded(this._matrix, this._right, this._least, this._most, this._shapes);
        for (let i = 0; i < Opposites.length; i++) {
            const [one, other] = Opposites[i]!;
            this._most[this._shapes[one]! < this._shapes[other]! ? one : other] = 0;
        }
        SolveBounded(this._matrix, this._right, this._least, this._most, this._shapes);
        for (const { channel, shapes: own } of compounds) {
            for (let shape = 0; shape < ArkitCount; shape++) {
                this._shapes[shape] = Math.min(1, this._shapes[shape]! + code[channel]! * own[shape]!);
            }
        }
        shapes.set(this._shapes);
    }
}
