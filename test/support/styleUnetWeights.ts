import { type IWeightTensor } from "../../src/convert/networks/networkWeights.js";
import { type IGoldenFixture } from "./goldenFixture.js";

/**
 * The checkpoint in a golden fixture: tensors `w:<key>`, and noise where it is stored as tiles of 16 × 16.
 *
 * @param fixture with such tensors
 * @returns tensors by their keys
 */
export function FixtureWeights(fixture: IGoldenFixture): Map<string, IWeightTensor> {
    const weights = new Map<string, IWeightTensor>();
    for (const { name, shape } of fixture.tensors) {
        if (name.startsWith("w:")) {
            weights.set(name.slice(2), { shape, read: () => fixture.values(name) as Float32Array });
        } else if (name.startsWith("noise16:")) {
            const key = name.slice("noise16:".length);
            const index = Number(/\d+$/.exec(key)![0]);
            const size = 16 * 2 ** (index >> 1);
            const path = key.includes("noises.") ? key : key.replace("noise_", "noises.noise_");
            weights.set(path, {
                shape: [1, 1, size, size],
                read: () => Tiled(fixture.values(name) as Float32Array, size),
            });
        }
    }
    return weights;
}

/** A square picture of repeated tiles of 16 × 16. */
function Tiled(tile: Float32Array, size: number): Float32Array {
    const picture = new Float32Array(size * size);
    for (let begin = 0; begin < picture.length; begin += 16) {
        const row = Math.floor(begin / size) % 16;
        picture.set(tile.subarray(row * 16, row * 16 + 16), begin);
    }
    return picture;
}
