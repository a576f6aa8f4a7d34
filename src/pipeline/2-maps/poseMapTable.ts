import { type ConditioningChannel, type IMapModel } from "../../format/mapModel.js";
import { SkinMatrixFloats } from "../1-pose/skinMatrix.js";
import { type ILinearRows, EvaluateLinearRow, LinearRowsBuilder } from "./linearRows.js";
import { type IPoseCoefficients, BuildPoseCoefficients, WritePoseCoefficients } from "./poseCoefficients.js";
import { RunSteps, type Steps } from "./steps.js";
import { ForEachBlock, GroupTexels, type ITexelBlocks, TexelMeans } from "./texelBlocks.js";

/**
 * How joint matrices become the pose map of a model, [C,S,S]: for each side and each channel of three numbers, planes x, y, z.
 * The matrices of its rows are those of the J joints, the identity, which carries what no joint moves, and zₖ·I for each
 * coefficient of the pose projection.
 */
export interface IPoseMapTable {
    /** S, pixels. */
    readonly size: number;
    /** C: three for each side and channel. */
    readonly channelCount: number;
    /** J. */
    readonly jointCount: number;
    /** A row for each vector that is not always 0; its target is the index of x in [C,S,S], y and z follow S² apart. */
    readonly rows: ILinearRows;
    /** How z follows from the joint matrices; null without a projection. */
    readonly coefficients: IPoseCoefficients | null;
    /** [J + 1 + P, 12] working memory: the matrices of the rows, of the last {@link WritePoseMatrices}. */
    readonly matrices: Float32Array;
}

/**
 * Makes the table of a model. Takes one or two tenths of a second for 200,000 texels.
 *
 * @param model the model
 * @returns the table
 */
export function BuildPoseMapTable(model: IMapModel): IPoseMapTable {
    return RunSteps(PoseMapTableSteps(model));
}

/** The same in pieces. @param model the model */
export function* PoseMapTableSteps(model: IMapModel): Steps<IPoseMapTable> {
    const { size, side, channels, reduction, projection } = model.conditioning;
    const jointCount = model.inverseBindMatrices.length / 16;
    const blocks = GroupTexels(model, size, side, reduction);
    const posed = yield* BuildPosedRows(model, blocks, jointCount);
    const coefficientCount = projection?.limits.length ?? 0;
    yield;
    const matrices = new Float32Array((jointCount + 1 + coefficientCount) * SkinMatrixFloats);
    WriteScale(matrices, jointCount, 1);
    return {
        size,
        channelCount: 3 * channels.length * (side === "both" ? 2 : 1),
        jointCount,
        rows: projection ? BuildProjectedRows(model, posed, jointCount) : posed,
        coefficients: projection ? BuildPoseCoefficients(projection, posed, jointCount) : null,
        matrices,
    };
}

/**
 * Brings the matrices of the rows up to date. Allocates nothing.
 *
 * @param table the table, whose `matrices` are written
 * @param jointMatrices [J,12] rows of 3×4 matrices, see `ConditioningPose`
 */
export function WritePoseMatrices(table: IPoseMapTable, jointMatrices: Float32Array): void {
    const { matrices, jointCount, coefficients } = table;
    matrices.set(jointMatrices);
    if (coefficients) {
        WritePoseCoefficients(coefficients, jointMatrices);
        for (let k = 0; k < coefficients.values.length; k++) {
            WriteScale(matrices, jointCount + 1 + k, coefficients.values[k]!);
        }
    }
}

/**
 * The pose map on the processor. Allocates nothing.
 *
 * @param table from {@link BuildPoseMapTable}
 * @param jointMatrices [J,12] rows of 3×4 matrices, see `ConditioningPose`
 * @param result receives [C,S,S]; pixels without a texel become 0
 *
 * @example
 * ```ts
 * const table = BuildPoseMapTable(model);
 * const map = new Float32Array(table.channelCount * table.size ** 2);
 * EvaluatePoseMap(table, pose.matrices, map);
 * ```
 */
export function EvaluatePoseMap(table: IPoseMapTable, jointMatrices: Float32Array, result: Float32Array): void {
    const { rows, matrices, size } = table;
    WritePoseMatrices(table, jointMatrices);
    result.fill(0);
    for (let row = 0; row < rows.targets.length; row++) {
        EvaluateLinearRow(rows, row, matrices, result, rows.targets[row]!, size * size);
    }
}

/** A row for each pixel of each channel, before any projection. */
function* BuildPosedRows(model: IMapModel, blocks: ITexelBlocks, identity: number): Steps<ILinearRows> {
    const { size, channels } = model.conditioning;
    const pixels = size * size;
    const builder = new LinearRowsBuilder();
    const means = new TexelMeans(model);
    const addVector: Record<ConditioningChannel, (texels: Uint32Array) => void> = {
        position: (texels) => {
            means.addSkinned(builder, texels, model.positions, 1);
        },
        offset: (texels) => {
            means.addSkinned(builder, texels, model.positions, 1);
            const [x, y, z] = MeanRow(model.positions, texels);
            builder.addEntry(identity, -x, -y, -z, 0);
        },
        normal: (texels) => {
            means.addSkinned(builder, texels, model.normals, 0);
        },
    };
    yield* ForEachBlock(blocks, (place, texels) => {
        const pixel = place % pixels;
        const firstVector = place < pixels ? 0 : channels.length;
        channels.forEach((channel, index) => {
            builder.addRow((firstVector + index) * 3 * pixels + pixel);
            addVector[channel](texels);
        });
    });
    return builder.build();
}

/** Rows of the mask become Σ zₖ bₖ + μ; the others stay as they are. */
function BuildProjectedRows(model: IMapModel, posed: ILinearRows, identity: number): ILinearRows {
    const { pixels, mean, components, limits } = model.conditioning.projection!;
    const builder = new LinearRowsBuilder();
    const masked = new Set(pixels);
    posed.targets.forEach((target, row) => {
        if (!masked.has(target)) {
            builder.addRow(target);
            for (let entry = posed.firstEntries[row]!; entry < posed.firstEntries[row + 1]!; entry++) {
                const c = posed.coefficients;
                const at = entry * 4;
                builder.addEntry(posed.matrixIndices[entry]!, c[at]!, c[at + 1]!, c[at + 2]!, c[at + 3]!);
            }
        }
    });
    pixels.forEach((pixel, index) => {
        builder.addRow(pixel);
        builder.addEntry(identity, mean[index * 3]!, mean[index * 3 + 1]!, mean[index * 3 + 2]!, 0);
        for (let k = 0; k < limits.length; k++) {
            const at = (k * pixels.length + index) * 3;
            builder.addEntry(identity + 1 + k, components[at]!, components[at + 1]!, components[at + 2]!, 0);
        }
    });
    return builder.build();
}

function MeanRow(vectors: Float32Array, rows: Uint32Array): [number, number, number] {
    const sum: [number, number, number] = [0, 0, 0];
    for (const row of rows) {
        sum[0] += vectors[row * 3]! / rows.length;
        sum[1] += vectors[row * 3 + 1]! / rows.length;
        sum[2] += vectors[row * 3 + 2]! / rows.length;
    }
    return sum;
}

/** scale · I, without a translation. */
function WriteScale(matrices: Float32Array, index: number, scale: number): void {
    const at = index * SkinMatrixFloats;
    matrices[at] = scale;
    matrices[at + 5] = scale;
    matrices[at + 10] = scale;
}
