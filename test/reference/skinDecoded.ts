import { type IMapModel } from "../../src/format/mapModel.js";
import { CovarianceOf } from "./covariance.js";
import { type IDecodedGaussian } from "./decodeGaussian.js";
import { type Matrix, Apply, At, Block, Identity, Multiply, Transpose } from "./matrix.js";
import { type IGaussian, type IPose } from "./skinGaussian.js";

/**
 * Skins Gaussians that networks made.
 *
 * @param model their model
 * @param decoded the Gaussians
 * @param pose [J,12] skin matrices and more
 * @param world rows of the 3×4 matrix avatar → world that is in all skin matrices
 * @param stretches what the expression does to short vectors around each Gaussian; without, it only moves the mean
 */
export function SkinDecoded(
    model: IMapModel,
    decoded: readonly IDecodedGaussian[],
    pose: IPose,
    world: ArrayLike<number> = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    stretches: readonly Matrix[] = [],
): IGaussian[] {
    const { count, joints, weights } = model.influences;
    const offsets = MorphOffsets(model, pose.morphWeights);
    return decoded.map((gaussian, index) => {
        const blended = [0, 1, 2].map((row) =>
            [0, 1, 2, 3].map((column) => {
                let sum = 0;
                for (let k = index * count; k < (index + 1) * count; k++) {
                    sum += weights[k]! * pose.skinMatrices[joints[k]! * 12 + row * 4 + column]!;
                }
                return sum;
            }),
        );
        const position = gaussian.position.map((value, axis) => value + offsets[index * 3 + axis]!);
        return {
            position: Apply(blended, [...position, 1]),
            covariance: SkinCovariance(
                Block(blended, 3),
                stretches[index] ?? Identity,
                gaussian,
                model.covariance,
                world,
            ),
            opacity: gaussian.opacity * pose.opacity,
            color: gaussian.color,
        };
    });
}

function SkinCovariance(
    linear: Matrix,
    stretch: Matrix,
    { rotation, scale }: IDecodedGaussian,
    rule: IMapModel["covariance"],
    world: ArrayLike<number>,
): Matrix {
    const length = Math.hypot(...rotation);
    const unit = rotation.map((value) => value / length);
    if (rule === "linear") {
        const whole = Multiply(linear, stretch);
        return Multiply(Multiply(whole, CovarianceOf(unit, scale)), Transpose(whole));
    }
    const outer = [0, 1, 2].map((row) => [0, 1, 2].map((column) => world[row * 4 + column]!));
    // The axes of the Gaussian, a unit standard deviation each.
    const axes = [0, 1, 2].map((axis) => CovarianceRoot(unit).map((row) => row[axis]!));
    const turned = Multiply(Multiply(Inverse(outer), linear), Transpose(axes));
    const covariance = CovarianceOf(QuaternionOfBlend(turned), scale);
    return Multiply(Multiply(outer, covariance), Transpose(outer));
}

function CovarianceRoot([x = 0, y = 0, z = 0, w = 0]: readonly number[]): number[][] {
    return [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ];
}

function Inverse(m: Matrix): Matrix {
    const cofactor = (row: number, column: number): number => {
        const [a, b] = [(row + 1) % 3, (row + 2) % 3];
        const [c, d] = [(column + 1) % 3, (column + 2) % 3];
        return At(m, a, c) * At(m, b, d) - At(m, a, d) * At(m, b, c);
    };
    const determinant = [0, 1, 2].reduce((sum, column) => sum + At(m, 0, column) * cofactor(0, column), 0);
    const factor = Math.abs(determinant) < 1e-30 ? 0 : 1 / determinant; // a world that is scaled to nothing has none
    return [0, 1, 2].map((row) => [0, 1, 2].map((column) => cofactor(column, row) * factor));
}

/** The quaternion x y z w of a matrix, not normalised: of four candidates that with the largest denominator. */
export function QuaternionOfBlend(m: Matrix): number[] {
    const [xx, yy, zz] = [At(m, 0, 0), At(m, 1, 1), At(m, 2, 2)];
    const roots = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz].map((value) =>
        Math.sqrt(Math.max(0, value)),
    );
    const [w, x, y, z] = roots as [number, number, number, number];
    const minus = [At(m, 2, 1) - At(m, 1, 2), At(m, 0, 2) - At(m, 2, 0), At(m, 1, 0) - At(m, 0, 1)] as const;
    const plus = [At(m, 1, 0) + At(m, 0, 1), At(m, 0, 2) + At(m, 2, 0), At(m, 1, 2) + At(m, 2, 1)] as const;
    const candidates = [
        [minus[0], minus[1], minus[2], w * w],
        [x * x, plus[0], plus[1], minus[0]],
        [plus[0], y * y, plus[2], minus[1]],
        [plus[1], plus[2], z * z, minus[2]],
    ];
    const largest = roots.indexOf(Math.max(...roots));
    return candidates[largest]!.map((value) => value / (2 * Math.max(roots[largest]!, 0.1)));
}

function MorphOffsets(model: IMapModel, weights: ArrayLike<number>): Float64Array {
    const offsets = new Float64Array(model.texels.length * 3);
    model.morphTargets.forEach(({ indices, deltas }, channel) => {
        deltas.forEach((delta, element) => {
            const target = indices[Math.floor(element / 3)]! * 3 + (element % 3);
            offsets[target]! += (weights[channel] ?? 0) * delta;
        });
    });
    return offsets;
}
