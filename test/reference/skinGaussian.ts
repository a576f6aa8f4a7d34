import { type IGaussianCloud } from "../../src/format/avatarAsset.js";
import { type IMorphTarget } from "../../src/format/morphTarget.js";
import { CovarianceOf } from "./covariance.js";
import { type Matrix, Apply, At, Block, Identity, Multiply, Transpose } from "./matrix.js";

/** A Gaussian anywhere: mean, covariance, and what it looks like. */
export interface IGaussian {
    /** Mean, metres. */
    readonly position: readonly number[];
    /** 3×3, square metres. */
    readonly covariance: Matrix;
    /** 0..1. */
    readonly opacity: number;
    /** r g b. */
    readonly color: readonly number[];
}

/**
 * Linear blend skinning of a Gaussian: M = Σ wⱼ Aⱼ, μ' = M·μ, Σ' = M₃·Σ·M₃ᵀ.
 *
 * @param gaussian in canonical space
 * @param matrices a 3×4 or 4×4 matrix for every joint, canonical → world
 * @param weights weight of every joint
 */
export function SkinGaussian(gaussian: IGaussian, matrices: readonly Matrix[], weights: readonly number[]): IGaussian {
    const blended = [0, 1, 2].map((row) =>
        [0, 1, 2, 3].map((column) =>
            matrices.reduce((sum, matrix, joint) => {
                const weight = weights[joint] ?? 0;
                return weight === 0 ? sum : sum + weight * At(matrix, row, column);
            }, 0),
        ),
    );
    const linear = Block(blended, 3);
    return {
        ...gaussian,
        position: Apply(blended, [...gaussian.position, 1]),
        covariance: Multiply(Multiply(linear, gaussian.covariance), Transpose(linear)),
    };
}

/** The pose of an instance as the pipeline is given it. */
export interface IPose {
    /** [J,12] rows of 3×4 matrices. */
    readonly skinMatrices: ArrayLike<number>;
    /** [M] weights of the expression channels. */
    readonly morphWeights: ArrayLike<number>;
    /** 0..1. */
    readonly opacity: number;
}

/**
 * Morphs, then skins, all Gaussians of a cloud.
 *
 * @param stretches what the expression does to short vectors around each Gaussian; without, it only moves the mean
 */
export function SkinCloud(
    cloud: IGaussianCloud,
    morphTargets: readonly IMorphTarget[],
    pose: IPose,
    stretches: readonly Matrix[] = [],
): IGaussian[] {
    const matrices: Matrix[] = [];
    for (let first = 0; first < pose.skinMatrices.length; first += 12) {
        matrices.push(
            [0, 4, 8].map((row) => [0, 1, 2, 3].map((column) => pose.skinMatrices[first + row + column] ?? NaN)),
        );
    }
    const offsets = new Float64Array(cloud.count * 3);
    morphTargets.forEach(({ indices, deltas }, channel) => {
        deltas.forEach((delta, element) => {
            const target = (indices[Math.floor(element / 3)] ?? 0) * 3 + (element % 3);
            offsets[target] = (offsets[target] ?? 0) + (pose.morphWeights[channel] ?? 0) * delta;
        });
    });
    return Array.from({ length: cloud.count }, (_, index) => {
        const canonical = CanonicalGaussianAt(cloud, index);
        const weights = matrices.map(() => 0);
        cloud.jointIndices.subarray(index * 4, index * 4 + 4).forEach((joint, corner) => {
            weights[joint] = (weights[joint] ?? 0) + (cloud.jointWeights[index * 4 + corner] ?? 0);
        });
        const position = canonical.position.map((value, axis) => value + (offsets[index * 3 + axis] ?? 0));
        const opacity = canonical.opacity * pose.opacity;
        const stretch = stretches[index] ?? Identity;
        const covariance = Multiply(Multiply(stretch, canonical.covariance), Transpose(stretch));
        return SkinGaussian({ ...canonical, position, covariance, opacity }, matrices, weights);
    });
}

function CanonicalGaussianAt(cloud: IGaussianCloud, index: number): IGaussian {
    const row = (values: Float32Array, width: number): number[] => [
        ...values.subarray(index * width, (index + 1) * width),
    ];
    const rotation = row(cloud.rotations, 4);
    const length = Math.hypot(...rotation);
    const unit = length === 0 ? [0, 0, 0, 1] : rotation.map((value) => value / length);
    return {
        position: row(cloud.positions, 3),
        covariance: CovarianceOf(unit, row(cloud.scales, 3)),
        opacity: cloud.opacities[index] ?? 0,
        color: row(cloud.colors, 3),
    };
}
