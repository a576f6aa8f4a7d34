import { type IHeadBranch, type IHeadModel, type IPerceptron, ParameterCount } from "../../../src/format/headModel.js";

/** Widths of the published networks: expression, pose. */
const Widths = {
    expression: {
        color: [192, 256, 256, 32],
        attributes: [192, 256, 256, 256, 8],
        deformation: [91, 256, 256, 256, 256, 256, 3],
    },
    pose: { color: [182, 128, 32], attributes: [182, 128, 128, 8], deformation: [81, 256, 256, 3] },
} as const;

const Features = 128;
const CodeSize = 64;

/**
 * A head of the published sizes with weights that mean nothing: time does not depend on them. A third of the points is moved by
 * expressions alone, a third by poses alone.
 *
 * @param points how many
 */
export function OfficialHead(points: number): IHeadModel {
    const numbers = (length: number, size: number): Float32Array =>
        Float32Array.from({ length }, (_, i) => size * Math.sin(i * 12.9898));
    const perceptron = (widths: readonly number[]): IPerceptron => ({
        widths,
        parameters: numbers(ParameterCount(widths), 0.05),
    });
    const branch = (name: keyof typeof Widths): IHeadBranch => ({
        color: perceptron(Widths[name].color),
        attributes: perceptron(Widths[name].attributes),
        deformation: perceptron(Widths[name].deformation),
    });
    const zero = [0, 0, 0, 0, 0, 0];
    return {
        tier: "full",
        codeSize: CodeSize,
        channels: 32,
        octaves: 4,
        positions: numbers(points * 3, 0.7),
        features: numbers(points * Features, 0.9),
        shares: Float32Array.from({ length: points }, (_, i) => Math.min(1, Math.max(0, 2 - (3 * i) / points))),
        scales: numbers(points * 3, 0.2).map((value) => value - 4),
        rotations: Float32Array.from({ length: points * 4 }, (_, i) => Number(i % 4 === 3)),
        opacities: numbers(points, 1),
        gains: { position: 0.3, attributes: 0.2 },
        unit: 0.15,
        origin: [0, 1.6, 0],
        expression: branch("expression"),
        pose: branch("pose"),
        poseRange: { rest: zero, least: zero, greatest: zero },
        influences: {
            count: 1,
            joints: new Uint16Array(points),
            weights: new Float32Array(points).fill(1),
        },
    };
}
