import { WriteNpz, type NpzValue } from "../../src/animation/motion/writeNpz.js";
import { LiteUnetShapes } from "../../src/convert/networks/buildLiteUnet.js";
import { SmplxJointNames, SmplxJointParents } from "../../src/format/bodyModel.js";
import { SeededRandom } from "./seededRandom.js";

const Network = { size: 8, inputChannels: 12, widths: [4, 4], slope: 0.2 };
const MapSize = 8;
const Joints = SmplxJointNames.map((name, i) => ({ name, parent: SmplxJointParents[i]! }));

/**
 * A `model.npz` as the trainer writes it, of twelve Gaussians.
 *
 * @param changes arrays to add, or to replace; null leaves one out
 */
export function TinyTrainedModel(changes: Readonly<Record<string, NpzValue | null>> = {}): Uint8Array {
    const random = SeededRandom(5);
    const count = 12;
    const floats = (shape: readonly number[], scale = 1, offset = 0): NpzValue => {
        const length = shape.reduce((product, side) => product * side, 1);
        return { shape, values: Float32Array.from({ length }, () => offset + scale * (random() - 0.5)) };
    };
    const meta = {
        version: 1,
        name: "Tiny",
        mapSize: MapSize,
        network: Network,
        channels: ["offset", "normal"],
        reduction: "mean",
        gains: { position: 0.01, opacity: 0.5, scale: 0.2, rotation: 0.1, color: 0.4 },
        joints: Joints,
        expressions: [],
        license: "MIT",
        notices: ["Made by a test."],
    };
    const arrays: Record<string, NpzValue | null> = {
        meta: { shape: [JSON.stringify(meta).length], values: new TextEncoder().encode(JSON.stringify(meta)) },
        texels: { shape: [count], values: Uint32Array.from({ length: count }, (_, i) => i * 10) },
        positions: floats([count, 3]),
        normals: { shape: [count, 3], values: Float32Array.from({ length: count * 3 }, (_, i) => Number(i % 3 === 2)) },
        joints: { shape: [count, 4], values: Uint16Array.from({ length: count * 4 }, (_, i) => i % 3) },
        weights: { shape: [count, 4], values: new Float32Array(count * 4).fill(0.25) },
        opacities: floats([count], 1, 2),
        scales: floats([count, 3], 0.2, -4),
        rotations: {
            shape: [count, 4],
            values: Float32Array.from({ length: count * 4 }, (_, i) => Number(i % 4 === 3)),
        },
        colors: floats([count, 3], 2),
        rest_joints: floats([Joints.length, 3]),
        ...Object.fromEntries(
            [...LiteUnetShapes({ ...Network, outputChannels: 28 })].map(([name, shape]) => [
                `net/${name}`,
                floats(shape, 0.4),
            ]),
        ),
        ...changes,
    };
    const present = Object.entries(arrays).filter((entry): entry is [string, NpzValue] => entry[1] !== null);
    return WriteNpz(Object.fromEntries(present));
}

/** Samples that no trainer would make: one pose at rest, whose pose map is all ones. */
export function WrongSamples(): Record<string, NpzValue> {
    const { size, inputChannels } = Network;
    const filled = (shape: readonly number[], value: number): NpzValue => ({
        shape,
        values: new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(value),
    });
    return {
        "sample/rotations": {
            shape: [1, Joints.length, 4],
            values: Float32Array.from({ length: Joints.length * 4 }, (_, i) => Number(i % 4 === 3)),
        },
        "sample/input": filled([1, inputChannels, size, size], 1),
        "sample/output": filled([1, 28, size, size], 0),
    };
}
