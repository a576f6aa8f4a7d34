import { type INpyArray } from "../../animation/motion/npy.js";
import { MaxGaussians, MaxProjectionComponents } from "../../format/limits.js";
import { type IPoseProjection } from "../../format/mapModel.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { LiteUnetShapes } from "../networks/buildLiteUnet.js";
import { type IWeightTensor } from "../networks/networkWeights.js";
import { MaxMetres, RowRules } from "./rowRules.js";
import { TrainedArrays } from "./trainedArrays.js";
import { ReadTrainedMetaAsync, type TrainedMeta } from "./trainedMeta.js";

/** Joints that move a Gaussian. */
export const TrainedInfluences = 4;

/** Attributes of both sides, one after the other: position 3, opacity 1, scale 3, rotation 4, colour 3. */
export const TrainedChannels = 28;

/** A person as the trainer leaves her; the arrays of `model.npz`, checked against each other. */
export interface ITrainedModel {
    /** Sizes, names, licence. */
    readonly meta: TrainedMeta;
    /** [N] texels of the maps, v·2W + u, ascending. */
    readonly texels: Uint32Array;
    /** [N,3] canonical points, metres. */
    readonly positions: Float32Array;
    /** [N,3] normals. */
    readonly normals: Float32Array;
    /** [N,4] joints. */
    readonly joints: Uint16Array;
    /** [N,4] weights. */
    readonly weights: Float32Array;
    /** [N] logits. */
    readonly opacities: Float32Array;
    /** [N,3] natural logarithms of metres. */
    readonly scales: Float32Array;
    /** [N,4] xyzw. */
    readonly rotations: Float32Array;
    /** [N,3] logits. */
    readonly colors: Float32Array;
    /** [J,3] joints at rest, metres. */
    readonly restJoints: Float32Array;
    /** [E,N,3] offsets of the expressions, metres; null without any. */
    readonly morphDeltas: INpyArray | null;
    /** Weights of the network by the names of `LiteUnetShapes`. */
    readonly network: ReadonlyMap<string, IWeightTensor>;
    /** Keeps poses near those of the training; null when there is none. */
    readonly projection: IPoseProjection | null;
    /** What the trainer's own code makes of some poses; null when the file has none. */
    readonly samples: ITrainedSamples | null;
}

/** What the trainer's own code makes of some poses. */
export interface ITrainedSamples {
    /** [K,J,4] local rotations xyzw. */
    readonly rotations: Float32Array;
    /** [K,C,S,S] pose maps. */
    readonly inputs: Float32Array;
    /** [K,28,S,S] what the network makes of them. */
    readonly outputs: Float32Array;
}

/** Most poses of the trainer that an avatar is held to; it leaves a handful. */
const MaxSamples = 256;

/**
 * Reads what the trainer wrote.
 *
 * @param file `model.npz`
 * @returns its content
 * @throws ConvertError or `CheckpointError` naming the array that is missing, damaged or of another shape, and the row
 */
export async function ReadTrainedModelAsync(file: IRandomAccessFile): Promise<ITrainedModel> {
    const arrays = await TrainedArrays.OpenAsync(file);
    const meta = await ReadTrainedMetaAsync(arrays);
    const texels = await ReadTexelsAsync(arrays, meta);
    const count = texels.length;
    const jointCount = meta.joints.length;
    const joints = await arrays.readWholeAsync("joints", [count, TrainedInfluences], jointCount, "of the skeleton");
    return {
        meta,
        texels,
        positions: await arrays.readNumbersAsync("positions", [count, 3], RowRules.positions),
        normals: await arrays.readNumbersAsync("normals", [count, 3], RowRules.normals),
        joints: Uint16Array.from(joints),
        weights: await arrays.readNumbersAsync("weights", [count, TrainedInfluences], RowRules.weights),
        opacities: await arrays.readNumbersAsync("opacities", [count], RowRules.logits),
        scales: await arrays.readNumbersAsync("scales", [count, 3], RowRules.scales),
        rotations: await arrays.readNumbersAsync("rotations", [count, 4], RowRules.rotations),
        colors: await arrays.readNumbersAsync("colors", [count, 3], RowRules.logits),
        restJoints: await arrays.readNumbersAsync("rest_joints", [jointCount, 3], RowRules.positions),
        morphDeltas: await ReadMorphDeltasAsync(arrays, meta, count),
        network: await ReadNetworkAsync(arrays, meta),
        projection: await ReadProjectionAsync(arrays, meta),
        samples: await ReadSamplesAsync(arrays, meta),
    };
}

async function ReadTexelsAsync(arrays: TrainedArrays, { mapSize }: TrainedMeta): Promise<Uint32Array> {
    const end = 2 * mapSize ** 2;
    const most = Math.min(MaxGaussians, end);
    const texels = await arrays.readWholeAsync("texels", [null], end, "of the maps", most);
    if (texels.length === 0) {
        throw arrays.fault(`"texels" has 0 entries; 1 to ${most} are read. Export the model again.`);
    }
    RequireAscending(arrays, "texels", texels);
    return texels;
}

function RequireAscending(arrays: TrainedArrays, name: string, values: Uint32Array): void {
    const wrong = values.findIndex((value, i) => i > 0 && value <= values[i - 1]!);
    if (wrong >= 0) {
        throw arrays.fault(
            `"${name}" has ${values[wrong]} in row ${wrong} after ${values[wrong - 1]}: they must ascend. Export the model again.`,
        );
    }
}

async function ReadMorphDeltasAsync(
    arrays: TrainedArrays,
    { expressions }: TrainedMeta,
    count: number,
): Promise<INpyArray | null> {
    if (expressions.length === 0) {
        return null;
    }
    const deltas = await arrays.readAsync("morph_deltas", [expressions.length, count, 3]);
    for (let i = 0; i < deltas.count; i++) {
        // So that NaN does not pass.
        if (!(Math.abs(deltas.at(i)) <= MaxMetres)) {
            const expression = expressions[Math.floor(i / (3 * count))]!;
            throw arrays.fault(
                `"morph_deltas" holds NaN or infinity, or is beyond ${MaxMetres} m: ${deltas.at(i)} for texel ${Math.floor(i / 3) % count} of "${expression}". Export the model again.`,
            );
        }
    }
    return deltas;
}

async function ReadNetworkAsync(arrays: TrainedArrays, { network }: TrainedMeta): Promise<Map<string, IWeightTensor>> {
    const tensors = new Map<string, IWeightTensor>();
    for (const [name, shape] of LiteUnetShapes({ ...network, outputChannels: TrainedChannels })) {
        // eslint-disable-next-line no-await-in-loop -- one after the other: they may be large
        const values = await arrays.readNumbersAsync(`net/${name}`, shape);
        tensors.set(name, { shape, read: () => values });
    }
    return tensors;
}

async function ReadProjectionAsync(
    arrays: TrainedArrays,
    { network, channels }: TrainedMeta,
): Promise<IPoseProjection | null> {
    if (!arrays.hasAny("pca/vectors", "pca/mean", "pca/components", "pca/limits")) {
        return null;
    }
    const plane = network.size ** 2;
    // Front and back; vectors of three.
    const vectors = channels.length * 2 * plane;
    const pixels = await arrays.readWholeAsync("pca/vectors", [null], 3 * vectors, "numbers of a pose map", vectors);
    RequireAscending(arrays, "pca/vectors", pixels);
    const wrong = pixels.findIndex((pixel) => Math.floor(pixel / plane) % 3 !== 0);
    if (wrong >= 0) {
        throw arrays.fault(
            `"pca/vectors" has ${pixels[wrong]} in row ${wrong}, which is no x of a vector: y and z follow by themselves. Export the model again.`,
        );
    }
    const limits = await arrays.readNumbersAsync("pca/limits", [null], RowRules.limits, MaxProjectionComponents);
    return {
        pixels,
        mean: await arrays.readNumbersAsync("pca/mean", [pixels.length, 3]),
        components: await arrays.readNumbersAsync(
            "pca/components",
            [limits.length, pixels.length, 3],
            RowRules.components,
        ),
        limits,
    };
}

async function ReadSamplesAsync(
    arrays: TrainedArrays,
    { joints, network }: TrainedMeta,
): Promise<ITrainedSamples | null> {
    if (!arrays.hasAny("sample/rotations", "sample/input", "sample/output")) {
        return null;
    }
    const shape = [null, joints.length, 4];
    const rotations = await arrays.readNumbersAsync("sample/rotations", shape, undefined, MaxSamples);
    const count = rotations.length / (joints.length * 4);
    if (count < 1) {
        throw arrays.fault(`"sample/rotations" holds no pose, so nothing can be compared. Export the model again.`);
    }
    const { size, inputChannels } = network;
    return {
        rotations,
        inputs: await arrays.readNumbersAsync("sample/input", [count, inputChannels, size, size]),
        outputs: await arrays.readNumbersAsync("sample/output", [count, TrainedChannels, size, size]),
    };
}
