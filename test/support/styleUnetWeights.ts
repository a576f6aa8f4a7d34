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

function Tiled(tile: Float32Array, size: number): Float32Array {
    return Float32Array.from({ length: size * size }, (_, index) => {
        const [row, column] = [Math.floor(index / size), index % size];
        return tile[(row % 16) * 16 + (column % 16)]!;
    });
}
