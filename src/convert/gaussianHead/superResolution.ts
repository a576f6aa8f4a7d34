import { type IHeadRefiner } from "../../format/headRefiner.js";
import { MaxFeatureChannels } from "../../format/limits.js";
import { type IAvatarNetwork } from "../../format/mapModel.js";
import { CheckpointError } from "../checkpoint/checkpointError.js";
import { type IRandomAccessFile } from "../checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../checkpoint/torchCheckpoint.js";
import { type ITorchTensor } from "../checkpoint/torchTensor.js";
import { ConvertError } from "../convertError.js";
import { BuildUpsampler, UpsamplerShapes } from "../networks/buildUpsampler.js";
import { type NetworkPrecision } from "../networks/emitNetwork.js";
import { type IWeightTensor } from "../networks/networkWeights.js";

/** Beginning of the names of all its tensors. */
const Prefix = "upsampler.";

/** The tensor that tells sizes: [4c,C,3,3] for capacity c and C channels. */
const FirstTensor = `${Prefix}inc.double_conv.0.weight`;

/** Capacity beyond which no such network was ever trained: the published one has 32. */
const MaxCapacity = 256;

/** Side of the pictures of features that the method splats, pixels; the picture is four times as large. */
const FeatureSide = 512;

/**
 * How the method frames a head where it is seen freely: its camera flies 1.2 m around a point 5 cm ahead of the head's origin, with
 * a focal length of 7,168 pixels of 2,048. Cameras of trainings differ from subject to subject, and the training scales pictures
 * by 0.8 to 1.25, so that networks are not bound to it.
 */
const FreeView = { target: [0, 0, 0.05], distance: 1.2, focal: 7168, side: 2048 } as const;

/** Metres that a picture spans at the head, where nobody says another width. */
export const UsualPictureWidth = (FreeView.side / FreeView.focal) * FreeView.distance;

const Remedy = "Give supres_latest of the same training's second stage, or leave it out.";

/**
 * Reads the super-resolution network of the method.
 *
 * @param file `supres_latest`
 * @param channels of the head's Gaussians
 * @param precision of weights and of what is computed with them
 * @returns networks that turn `features` [1,C,512,512] into `picture` [1,3,2048,2048], cut where a frame may end
 * @throws ConvertError naming file, tensor and remedy
 */
export async function ReadSuperResolutionAsync(
    file: IRandomAccessFile,
    channels: number,
    precision: NetworkPrecision,
): Promise<IAvatarNetwork[]> {
    try {
        const checkpoint = await TorchCheckpoint.OpenAsync(file);
        const tensors = checkpoint.tensors();
        const capacity = CapacityOf(file.name, tensors, channels);
        const config = { height: FeatureSide, width: FeatureSide, channels, capacity };
        const shapes = UpsamplerShapes(config);
        RequireShapes(file.name, tensors, shapes);
        const weights = new Map<string, IWeightTensor>();
        for (const [name, shape] of shapes) {
            // One after the other, from one file.
            // eslint-disable-next-line no-await-in-loop
            const values = await checkpoint.readAsync(Prefix + name, tensors.get(Prefix + name)!);
            if (!values.every(Number.isFinite)) {
                throw new ConvertError(
                    "damaged-file",
                    `${file.name}: tensor "${Prefix}${name}" holds NaN or infinity. ${Remedy}`,
                );
            }
            weights.set(name, { shape, read: () => values });
        }
        // A network a double block: any of them is work for a whole frame.
        return BuildUpsampler(config, weights, { precision, sliceMacs: 1 });
    } catch (cause) {
        if (cause instanceof CheckpointError) {
            throw new ConvertError("unsupported-file", `${cause.message} ${Remedy}`, { cause });
        }
        throw cause;
    }
}

/**
 * Networks and framing of a head's pictures.
 *
 * @param networks of {@link ReadSuperResolutionAsync}
 * @param origin where the origin of the head's networks lies in canonical space, metres
 * @param width metres that a picture spans
 */
export function RefinerAt(
    networks: readonly IAvatarNetwork[],
    origin: readonly [number, number, number],
    width: number,
): IHeadRefiner {
    const [x, y, z] = origin;
    const [dx, dy, dz] = FreeView.target;
    return { networks, center: [x + dx, y + dy, z + dz], width };
}

/** Capacity of the network, once it is clear that it is one, and of this head. */
function CapacityOf(fileName: string, tensors: ReadonlyMap<string, ITorchTensor>, channels: number): number {
    const shape = tensors.get(FirstTensor)?.shape;
    if (!shape) {
        const names = [...tensors.keys()].slice(0, 4).join(", ") || "none";
        throw new ConvertError(
            "unsupported-file",
            `${fileName} has no tensor "${FirstTensor}", its first are ${names}: it is no super-resolution network of this method. ${Remedy}`,
        );
    }
    const [outputs = 0, inputs] = shape;
    const capacity = outputs / 4;
    if (!(Number.isInteger(capacity) && capacity >= 1 && capacity <= MaxCapacity)) {
        throw Wrong(fileName, FirstTensor, shape, `[4c,${channels},3,3] with c from 1 to ${MaxCapacity}`);
    }
    if (inputs !== channels) {
        throw new ConvertError(
            "wrong-shape",
            `${fileName}: tensor "${FirstTensor}" takes ${inputs} channels, the head has ${channels}. ${Remedy}`,
        );
    }
    if (channels > MaxFeatureChannels) {
        throw new ConvertError(
            "too-large",
            `${fileName}: tensor "${FirstTensor}" takes ${channels} channels, at most ${MaxFeatureChannels} are drawn. Leave it out.`,
        );
    }
    return capacity;
}

function RequireShapes(
    fileName: string,
    tensors: ReadonlyMap<string, ITorchTensor>,
    shapes: ReadonlyMap<string, readonly number[]>,
): void {
    for (const [name, wanted] of shapes) {
        const found = tensors.get(Prefix + name)?.shape;
        if (found?.join() !== wanted.join()) {
            throw Wrong(fileName, Prefix + name, found, `[${wanted.join(",")}]`);
        }
    }
    const other = [...tensors.keys()].find(
        (name) => !(name.startsWith(Prefix) && shapes.has(name.slice(Prefix.length))),
    );
    if (other !== undefined) {
        throw new ConvertError(
            "unsupported-file",
            `${fileName} has a tensor "${other}" that the published super-resolution network has not: its layers are others. ${Remedy}`,
        );
    }
}

function Wrong(fileName: string, name: string, found: readonly number[] | undefined, wanted: string): ConvertError {
    return new ConvertError(
        "wrong-shape",
        `${fileName}: tensor "${name}" ${found ? `is [${found.join(",")}]` : "is missing"}; ${wanted} is expected. ${Remedy}`,
    );
}
