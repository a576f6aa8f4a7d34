import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ICheckpointTensor, WriteTorchCheckpoint } from "../../assets/scripts/synthetic/torchFile.js";
import { FileOfBytes } from "../../src/convert/checkpoint/randomAccessFile.js";
import { TorchCheckpoint } from "../../src/convert/checkpoint/torchCheckpoint.js";
import { FixtureFolder } from "./goldenFixture.js";

/**
 * Tensors of the view network whose outputs are half as many as the small colour network has features where they are added: the
 * fixture is for reading checkpoints, and its networks were never run together.
 */
const TooFew = ["viewdir_net.2.weight", "viewdir_net.2.bias"];

/**
 * The small body of the golden fixtures, its view network made to fit: 64 × 64 pose maps, 128 × 128 Gaussian maps.
 *
 * @returns tensors by their official keys
 */
export async function SmallBodyTensorsAsync(): Promise<ICheckpointTensor[]> {
    const bytes = new Uint8Array(readFileSync(join(FixtureFolder, "body_checkpoint_small.pt")));
    const checkpoint = await TorchCheckpoint.OpenAsync(FileOfBytes(bytes, "body_checkpoint_small.pt"));
    const tensors: ICheckpointTensor[] = [];
    for (const [key, tensor] of checkpoint.tensors(["avatar_net"])) {
        const values = await checkpoint.readAsync(key, tensor);
        const [first = 1, ...others] = tensor.shape;
        tensors.push(
            TooFew.includes(key)
                ? { key, shape: [2 * first, ...others], read: () => Float32Array.of(...values, ...values) }
                : { key, shape: tensor.shape, read: () => values },
        );
    }
    return tensors;
}

/**
 * The same as a file.
 *
 * @returns what `torch.save` would write
 */
export async function SmallBodyCheckpointAsync(): Promise<Uint8Array> {
    return WriteTorchCheckpoint(await SmallBodyTensorsAsync());
}
