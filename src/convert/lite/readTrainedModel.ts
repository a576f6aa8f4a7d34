import * as v from "valibot";
import { type INpyArray } from "../../animation/motion/npy.js";
import { MaxGaussians } from "../../format/limits.js";
import { type IPoseProjection } from "../../format/mapModel.js";
import { ConvertError } from "../convertError.js";
import { ReadNpzFileAsync, RequireArray } from "../checkpoint/npzFile.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { LiteUnetShapes } from "../networks/buildLiteUnet.js";
import { type IWeightTensor } from "../networks/networkWeights.js";
import { type TrainedMeta, TrainedMetaSchema } from "./trainedMeta.js";

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

/** What stands for a joint that is none; beyond every skeleton. */
const NoJoint = 0xffff;

/** Longest description, bytes. */
const MaxMetaBytes = 1_048_576;

/**
 * Reads what the trainer wrote.
 *
 * @param file `model.npz`
 * @returns its content
 * @throws {@link ConvertError} or `CheckpointError` naming the array that is missing, damaged or of another shape
 */
export async function ReadTrainedModelAsync(file: IRandomAccessFile): Promise<ITrainedModel> {
    const meta = ReadMeta((await ReadNpzFileAsync(file, ["meta"])).get("meta"), file.name);
    const shapes = LiteUnetShapes({ ...meta.network, outputChannels: TrainedChannels });
    const names = [...ModelArrays, ...[...shapes.keys()].map((name) => `net/${name}`)];
    const arrays = await ReadNpzFileAsync(file, names);
    const jointCount = meta.joints.length;
    const texels = arrays.get("texels");
    const count = texels?.count ?? 0;
    if (count < 1 || count > MaxGaussians) {
        throw new ConvertError(
            "wrong-shape",
            `${file.name}: "texels" has ${count} entries; 1 to ${MaxGaussians} are read.`,
        );
    }
    const read = (name: string, shape: readonly (number | null)[]): Float32Array =>
        RequireArray(arrays.get(name), `${file.name}: "${name}"`, shape);
    const model = {
        meta,
        texels: Uint32Array.from(WholeNumbers(texels!, `${file.name}: "texels"`, 2 * meta.mapSize ** 2)),
        positions: read("positions", [count, 3]),
        normals: read("normals", [count, 3]),
        joints: Uint16Array.from(read("joints", [count, TrainedInfluences]), (joint) =>
            // Others would wrap around to joints that are there.
            Number.isInteger(joint) && joint >= 0 && joint < jointCount ? joint : NoJoint,
        ),
        weights: read("weights", [count, TrainedInfluences]),
        opacities: read("opacities", [count]),
        scales: read("scales", [count, 3]),
        rotations: read("rotations", [count, 4]),
        colors: read("colors", [count, 3]),
        restJoints: read("rest_joints", [jointCount, 3]),
        morphDeltas: MorphDeltas(arrays, meta, count, file.name),
        network: new Map(
            [...shapes].map(([name, shape]) => {
                const values = read(`net/${name}`, shape);
                return [name, { shape, read: () => values }];
            }),
        ),
        projection: arrays.has("pca/vectors") ? ReadProjection(read) : null,
        samples: arrays.has("sample/rotations") ? ReadSamples(read, meta, file.name) : null,
    };
    CheckOrder(model, file.name);
    return model;
}

/** Arrays that are asked for; those of the samples' pictures are of no use here. */
const ModelArrays = [
    ...["texels", "positions", "normals", "joints", "weights", "opacities", "scales", "rotations", "colors"],
    ...["rest_joints", "morph_deltas", "pca/vectors", "pca/mean", "pca/components", "pca/limits"],
    ...["sample/rotations", "sample/input", "sample/output"],
];

type ReadArray = (name: string, shape: readonly (number | null)[]) => Float32Array;

function ReadMeta(array: INpyArray | undefined, fileName: string): TrainedMeta {
    if (!array || array.count > MaxMetaBytes) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName} has no "meta" as the trainer writes it. Give the model.npz of a training, not its checkpoint.`,
        );
    }
    const bytes = Uint8Array.from({ length: array.count }, (_, i) => array.at(i));
    let value: unknown;
    try {
        value = JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
        throw new ConvertError("damaged-file", `${fileName}: "meta" is no JSON. Export the model again.`, { cause });
    }
    const result = v.safeParse(TrainedMetaSchema, value);
    if (!result.success) {
        const [issue] = result.issues;
        const path = issue.path?.map(({ key }) => String(key)).join(".") ?? "";
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: meta.${path} is not as this version reads it (${issue.message}). Export the model again with the trainer of this version.`,
        );
    }
    return result.output;
}

function MorphDeltas(
    arrays: ReadonlyMap<string, INpyArray>,
    { expressions }: TrainedMeta,
    count: number,
    fileName: string,
): INpyArray | null {
    const deltas = arrays.get("morph_deltas");
    if (expressions.length === 0) {
        return null;
    }
    if (deltas?.shape.join() !== [expressions.length, count, 3].join()) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: "morph_deltas" has the shape (${deltas?.shape.join(", ") ?? ""}); (${expressions.length}, ${count}, 3) is expected.`,
        );
    }
    for (let i = 0; i < deltas.count; i++) {
        if (!Number.isFinite(deltas.at(i))) {
            throw new ConvertError(
                "damaged-file",
                `${fileName}: "morph_deltas" holds NaN or infinity. Export the model again.`,
            );
        }
    }
    return deltas;
}

/** Numbers that count something, as they are. */
function WholeNumbers(array: INpyArray, what: string, end: number): Float64Array {
    const values = Float64Array.from({ length: array.count }, (_, i) => array.at(i));
    if (!values.every((value) => Number.isInteger(value) && value >= 0 && value < end)) {
        throw new ConvertError(
            "wrong-shape",
            `${what} holds what is no whole number, or is beyond the ${end} of the maps. Export the model again.`,
        );
    }
    return values;
}

function ReadProjection(read: ReadArray): IPoseProjection {
    const vectors = read("pca/vectors", [null]);
    const limits = read("pca/limits", [null]);
    return {
        pixels: Uint32Array.from(vectors),
        mean: read("pca/mean", [vectors.length, 3]),
        components: read("pca/components", [limits.length, vectors.length, 3]),
        limits,
    };
}

function ReadSamples(read: ReadArray, { joints, network }: TrainedMeta, fileName: string): ITrainedSamples {
    const rotations = read("sample/rotations", [null, joints.length, 4]);
    const count = rotations.length / (joints.length * 4);
    if (count < 1) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: "sample/rotations" holds no pose, so nothing can be compared. Export the model again.`,
        );
    }
    const { size, inputChannels } = network;
    return {
        rotations,
        inputs: read("sample/input", [count, inputChannels, size, size]),
        outputs: read("sample/output", [count, TrainedChannels, size, size]),
    };
}

/** What would be found only when the avatar is read again, with a worse message. */
function CheckOrder(
    { meta, texels, joints }: Omit<ITrainedModel, "meta"> & { meta: TrainedMeta },
    fileName: string,
): void {
    const texelCount = 2 * meta.mapSize ** 2;
    if (!texels.every((texel, i) => texel < texelCount && (i === 0 || texel > texels[i - 1]!))) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: "texels" are not ascending, or beyond the ${texelCount} of the maps.`,
        );
    }
    if (!joints.every((joint) => joint < meta.joints.length)) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: "joints" names one beyond the ${meta.joints.length} of the skeleton.`,
        );
    }
    if (!meta.joints.every(({ parent }, i) => parent < i)) {
        throw new ConvertError("wrong-shape", `${fileName}: meta.joints does not name parents before their children.`);
    }
}
