import { type IHeadModel } from "../../format/headModel.js";
import { RefinerTensors } from "../../format/headRefiner.js";
import { type NetworkRuntime } from "../../networks/networkRuntime.js";
import { ConvertError } from "../convertError.js";
import { EvaluateHeadAsync } from "../gaussianHead/evaluateHead.js";
import { RunNetworkAsync } from "../mapModel/runNetworks.js";
import { BuildUpsampler } from "../networks/buildUpsampler.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { PointsOfHead } from "./buildLiteHead.js";
import { type ITrainedHead } from "./readTrainedHead.js";

/** Largest differences: metres, shares of a size, and of colours and opacities; the trainer computes in 32-bit floats. */
const PointTolerance = 2e-4;

/** Root mean square of what pictures differ by, 0..1, by the type of the refiner's weights: 50 and 40 dB. */
const PictureTolerance = { float32: 3.2e-3, float16: 1e-2 } as const;

/** How far the avatar is from what the trainer's own code makes. */
export interface IHeadSampleErrors {
    /** Faces that were compared. */
    readonly faces: number;
    /** Largest difference of places, metres, of sizes, a share of them, of rotations, opacities and channels. */
    readonly points: number;
    /** Root mean square of what the refiner's picture differs by, 0..1. */
    readonly picture: number;
}

/**
 * Holds a head to what the trainer's own code makes of some faces.
 *
 * @param runtime what computes networks
 * @param model the head, where the training had it
 * @param trained with its samples
 * @param precision type of the refiner's weights
 * @returns the largest differences
 * @throws {@link ConvertError} `wrong-result` when they are larger than rounding explains
 */
export async function CheckHeadSamplesAsync(
    runtime: NetworkRuntime,
    model: IHeadModel,
    trained: ITrainedHead,
    precision: NetworkPrecision,
): Promise<IHeadSampleErrors> {
    const points = await CompareFacesAsync(model, trained);
    const picture = await ComparePictureAsync(runtime, trained, precision);
    // So that NaN, which is larger than nothing, does not pass.
    if (!(points <= PointTolerance && picture <= PictureTolerance[precision])) {
        throw new ConvertError(
            "wrong-result",
            `The avatar does not do what the trainer does: points differ by ${points.toExponential(1)} (up to ${PointTolerance} is rounding), ` +
                `the refined picture by ${picture.toExponential(1)} (up to ${PictureTolerance[precision]}). Export the head again with the trainer of this version.`,
        );
    }
    return { faces: trained.samples.codes.length / model.codeSize, points, picture };
}

async function CompareFacesAsync(model: IHeadModel, { samples }: ITrainedHead): Promise<number> {
    const some = PointsOfHead(model, samples.points);
    const count = samples.points.length;
    let most = 0;
    for (let face = 0; face < samples.codes.length / model.codeSize; face++) {
        const code = samples.codes.subarray(face * model.codeSize, (face + 1) * model.codeSize);
        // eslint-disable-next-line no-await-in-loop -- one after the other: it computes
        const head = await EvaluateHeadAsync(some, code, model.poseRange.rest);
        for (const [found, wanted] of [
            [head.positions, samples.positions],
            [head.scales.map(Math.log), samples.scales.map(Math.log)],
            [head.rawRotations, samples.rotations],
            [head.opacities, samples.opacities],
            [head.channels, samples.channels],
        ] as const) {
            const width = found.length / count;
            most = Math.max(most, Farthest(found, wanted.subarray(face * count * width, (face + 1) * count * width)));
        }
    }
    return most;
}

async function ComparePictureAsync(
    runtime: NetworkRuntime,
    { meta, refiner, samples }: ITrainedHead,
    precision: NetworkPrecision,
): Promise<number> {
    const side = Math.sqrt(samples.features.length / meta.channels);
    if (!Number.isInteger(side)) {
        throw new ConvertError(
            "wrong-shape",
            `"sample/features" has ${samples.features.length} numbers for ${meta.channels} channels, which is no square. Export the head again with the trainer of this version.`,
        );
    }
    const networks = BuildUpsampler({ name: "refiner", height: side, width: side }, refiner, { precision });
    const shape = [1, meta.channels, side, side];
    const inputs = new Map([[RefinerTensors.features, { shape, data: samples.features.slice() }]]);
    const found = await RunNetworkAsync(runtime, networks, RefinerTensors.picture, inputs, {
        onProgress: () => undefined,
        signal: null,
    });
    return found.length === samples.picture.length ? RootMeanSquare(found, samples.picture) : Infinity;
}

function RootMeanSquare(a: Float32Array, b: Float32Array): number {
    return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}

function Farthest(a: Float32Array, b: Float32Array): number {
    return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
