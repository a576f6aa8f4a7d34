import { readFileSync } from "node:fs";
import { ReadNpzFileAsync } from "../../src/convert/checkpoint/npzFile.js";
import { FileOfBytes, type IRandomAccessFile } from "../../src/convert/checkpoint/randomAccessFile.js";

/** `model.npz` of a tiny person as the trainer writes it: `training/tests/make_tiny_model.py`. */
export const TinyPerson: Uint8Array = new Uint8Array(
    readFileSync(new URL("../fixtures/training/tiny.model.npz", import.meta.url)),
);

/**
 * A trained model as a file.
 *
 * @param bytes of the `model.npz`
 */
export function TrainedFile(bytes: Uint8Array): IRandomAccessFile {
    return FileOfBytes(bytes, "tiny.model.npz");
}

/**
 * Reads arrays of {@link TinyPerson}.
 *
 * @param names of the arrays
 * @returns their numbers by name
 */
export async function TinyPersonArraysAsync<Name extends string>(
    names: readonly Name[],
): Promise<Record<Name, Float64Array>> {
    const arrays = await ReadNpzFileAsync(TrainedFile(TinyPerson), names);
    const numbers = [...arrays].map(([name, array]) => [
        name,
        Float64Array.from({ length: array.count }, (_, i) => array.at(i)),
    ]);
    return Object.fromEntries(numbers) as Record<Name, Float64Array>;
}
