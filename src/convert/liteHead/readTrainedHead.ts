import { ParameterCount } from "../../format/headModel.js";
import { MaxGaussians } from "../../format/limits.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { RowRules } from "../lite/rowRules.js";
import { TrainedArrays } from "../lite/trainedArrays.js";
import { type IUpsamplerSizes, UpsamplerShapes } from "../networks/buildUpsampler.js";
import { type IWeightTensor } from "../networks/networkWeights.js";
import { type HeadMeta, ReadHeadMetaAsync } from "./headMeta.js";

/** A head as the trainer leaves it; the arrays of `head.npz`, checked against each other. */
export interface ITrainedHead {
    /** Sizes, names, licence. */
    readonly meta: HeadMeta;
    /** [N,3] points, unit of the networks. */
    readonly positions: Float32Array;
    /** [N,F] features within ±1. */
    readonly features: Float32Array;
    /** [N,3] natural logarithms of the unit. */
    readonly scales: Float32Array;
    /** [N,4] xyzw. */
    readonly rotations: Float32Array;
    /** [N] logits. */
    readonly opacities: Float32Array;
    /** [N,J] of the joints. */
    readonly weights: Float32Array;
    /** [J,3] joints, metres. */
    readonly restJoints: Float32Array;
    /** Parameters of the three networks, as the format stores them. */
    readonly networks: Readonly<Record<keyof HeadMeta["widths"], Float32Array>>;
    /** Weights of the refiner by the names of `UpsamplerShapes`. */
    readonly refiner: ReadonlyMap<string, IWeightTensor>;
    /** What the trainer's own code makes of some faces, and of some features. */
    readonly samples: IHeadSamples;
}

/** What the trainer's own code makes. */
export interface IHeadSamples {
    /** [S,K] expression codes. */
    readonly codes: Float32Array;
    /** [P] points that are stored of each. */
    readonly points: Uint32Array;
    /** [S,P,3] metres. */
    readonly positions: Float32Array;
    /** [S,P,3] metres. */
    readonly scales: Float32Array;
    /** [S,P,4] xyzw, not normalised. */
    readonly rotations: Float32Array;
    /** [S,P] 0..1. */
    readonly opacities: Float32Array;
    /** [S,P,C]. */
    readonly channels: Float32Array;
    /** [1,C,s,s] features, smaller than those of pictures. */
    readonly features: Float32Array;
    /** [1,3,ks,ks] what the refiner makes of them. */
    readonly picture: Float32Array;
}

/** Most faces, and points of each, that a head is held to. */
const MaxSamples = 4096;

/** Most features of a point, and channels of a layer of the refiner. */
const MaxWidth = 1024;

/** Largest side of the features of the refiner's sample. */
const MaxSampleSide = 512;

/**
 * Reads what the trainer of heads wrote.
 *
 * @param file `head.npz`
 * @returns its content
 * @throws ConvertError or `CheckpointError` naming the array that is missing, damaged or of another shape, and the row
 */
export async function ReadTrainedHeadAsync(file: IRandomAccessFile): Promise<ITrainedHead> {
    const arrays = await TrainedArrays.OpenAsync(file);
    const meta = await ReadHeadMetaAsync(arrays);
    const opacities = await arrays.readNumbersAsync("opacities", [null], RowRules.logits, MaxGaussians);
    const count = opacities.length;
    if (count < 1) {
        throw arrays.fault(`"opacities" is empty: a head has points. Export the head again.`);
    }
    const featureSize = meta.widths.color[0]! - meta.expressions.length;
    const networkAsync = async (name: keyof HeadMeta["widths"]): Promise<Float32Array> =>
        await arrays.readNumbersAsync(`net/${name}`, [ParameterCount(meta.widths[name])]);
    return {
        meta,
        positions: await arrays.readNumbersAsync("positions", [count, 3]),
        features: await arrays.readNumbersAsync("features", [count, featureSize], Features),
        scales: await arrays.readNumbersAsync("scales", [count, 3], RowRules.scales),
        rotations: await arrays.readNumbersAsync("rotations", [count, 4], RowRules.rotations),
        opacities,
        weights: await arrays.readNumbersAsync("weights", [count, meta.joints.length], RowRules.weights),
        restJoints: await arrays.readNumbersAsync("rest_joints", [meta.joints.length, 3], RowRules.positions),
        networks: {
            color: await networkAsync("color"),
            attributes: await networkAsync("attributes"),
            deformation: await networkAsync("deformation"),
        },
        refiner: await ReadRefinerAsync(arrays, meta),
        samples: await ReadSamplesAsync(arrays, meta, count),
    };
}

const Features = {
    isRight: (row: Float32Array) => row.every((value) => Math.abs(value) <= 1),
    must: "within ±1",
} as const;

async function ReadRefinerAsync(arrays: TrainedArrays, { channels }: HeadMeta): Promise<Map<string, IWeightTensor>> {
    // The last layer tells the capacity, its presence the number of doublings.
    const last = await arrays.readAsync("refiner/outc.conv.weight", [3, null, 1, 1], MaxWidth);
    const doublings = arrays.hasAny("refiner/up2.conv.double_conv.0.weight") ? 2 : 1;
    const hasSkip = arrays.hasAny("refiner/skip.weight");
    const sizes: IUpsamplerSizes = { channels, capacity: last.shape[1]!, doublings, hasSkip };
    const tensors = new Map<string, IWeightTensor>();
    for (const [name, shape] of UpsamplerShapes(sizes)) {
        // eslint-disable-next-line no-await-in-loop -- one after the other: they may be large
        const values = await arrays.readNumbersAsync(`refiner/${name}`, shape);
        tensors.set(name, { shape, read: () => values });
    }
    return tensors;
}

async function ReadSamplesAsync(
    arrays: TrainedArrays,
    { expressions, channels }: HeadMeta,
    count: number,
): Promise<IHeadSamples> {
    const codes = await arrays.readNumbersAsync("sample/codes", [null, expressions.length], undefined, MaxSamples);
    const points = await arrays.readWholeAsync("sample/points", [null], count, "points", MaxSamples);
    const faces = codes.length / expressions.length;
    if (faces < 1 || points.length < 1) {
        throw arrays.fault(
            `"sample/codes" or "sample/points" is empty: nothing can be compared. Export the head again.`,
        );
    }
    const ofPoints = async (name: string, width: number): Promise<Float32Array> =>
        await arrays.readNumbersAsync(
            `sample/${name}`,
            width === 1 ? [faces, points.length] : [faces, points.length, width],
        );
    const mostPixels = MaxSampleSide ** 2;
    const shapeOfAll = [1, channels, null, null];
    return {
        codes,
        points,
        positions: await ofPoints("positions", 3),
        scales: await ofPoints("scales", 3),
        rotations: await ofPoints("rotations", 4),
        opacities: await ofPoints("opacities", 1),
        channels: await ofPoints("channels", channels),
        features: await arrays.readNumbersAsync("sample/features", shapeOfAll, undefined, mostPixels),
        picture: await arrays.readNumbersAsync("sample/picture", [1, 3, null, null], undefined, 16 * mostPixels),
    };
}
