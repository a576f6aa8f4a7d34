import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ICheckpointTensor, WriteTorchState } from "../../assets/scripts/synthetic/torchFile.js";
import { FileOfBytes } from "../../src/convert/checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../../src/convert/checkpoint/torchCheckpoint.js";
import { FixtureFolder, FixtureTensor, type IGoldenFixture } from "./goldenFixture.js";

/** Beginning of the names in the file. */
const Prefix = "upsampler.";

/** The small super-resolution network of the golden fixtures: capacity 4, weights nobody has trained. */
export const SmallSuperResolution = join(FixtureFolder, "head_superres_checkpoint_small.pt");

/** @returns tensors of {@link SmallSuperResolution} by their official names */
export async function SmallSuperResolutionTensorsAsync(): Promise<ICheckpointTensor[]> {
    const bytes = new Uint8Array(readFileSync(SmallSuperResolution));
    const checkpoint = await TorchCheckpoint.OpenAsync(FileOfBytes(bytes, SmallSuperResolution));
    return await Promise.all(
        [...checkpoint.tensors()].map(async ([key, tensor]) => {
            const values = await checkpoint.readAsync(key, tensor);
            return { key, shape: tensor.shape, read: () => values };
        }),
    );
}

/**
 * The super-resolution network of a fixture as the file of a training.
 *
 * @param fixture `head_superres`
 */
export function SuperResolutionFileOf(fixture: IGoldenFixture): Uint8Array {
    const tensors = fixture.tensors.filter(({ name }) => name.startsWith("w:"));
    return WriteTorchState(
        tensors.map(({ name, shape }) => ({
            key: Prefix + name.slice(2),
            shape,
            read: () => FixtureTensor(fixture, name).data,
        })),
    );
}
