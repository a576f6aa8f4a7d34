import { type IGaussianCloud } from "../../src/format/avatarAsset.js";
import { type IMorphTarget } from "../../src/format/morphTarget.js";
import { SeededRandom } from "./seededRandom.js";

/** Numbers of a generator in [low, high). */
function Uniform(random: () => number, count: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length: count }, () => low + (high - low) * random());
}

/**
 * Gaussians that no person looks like: every number is drawn at random within its range, so that every branch is met.
 * They fill the box from −1 m to 1 m.
 *
 * @param count number of Gaussians
 * @param jointCount number of joints they are tied to
 * @param seed of everything random
 */
export function RandomCloud(count: number, jointCount = 1, seed = 1): IGaussianCloud {
    const random = SeededRandom(seed);
    const joint = (): number => Math.floor(random() * jointCount);
    const jointWeights = new Float32Array(count * 4);
    for (let index = 0; index < count; index++) {
        // Multiples of 1/65,535 that sum to one, as the GPU stores them: tests then see the arithmetic, not the storage.
        const cuts = [random(), random(), random()].map((cut) => Math.floor(cut * 65535)).sort((a, b) => a - b);
        const bounds = random() < 0.3 ? [0, 65535, 65535, 65535, 65535] : [0, ...cuts, 65535];
        for (let corner = 0; corner < 4; corner++) {
            jointWeights[index * 4 + corner] = ((bounds[corner + 1] ?? 0) - (bounds[corner] ?? 0)) / 65535;
        }
    }
    return {
        count,
        positions: Uniform(random, count * 3, -1, 1),
        rotations: Uniform(random, count * 4, -1, 1),
        scales: Uniform(random, count * 3, -7, -2.5).map(Math.exp),
        opacities: Uniform(random, count, 0, 1),
        colors: Uniform(random, count * 3, -0.1, 1.2),
        jointIndices: Uint16Array.from({ length: count * 4 }, joint),
        jointWeights,
    };
}

/**
 * Expression channels that move a random part of the Gaussians by up to 10 cm.
 *
 * @param count number of Gaussians
 * @param channels number of channels
 * @param seed of everything random
 */
export function RandomMorphTargets(count: number, channels: number, seed = 2): IMorphTarget[] {
    const random = SeededRandom(seed);
    return Array.from({ length: channels }, (_, channel) => {
        const indices = Uint32Array.from([...new Array(count).keys()].filter(() => random() < 0.3));
        return { name: `channel${channel}`, indices, deltas: Uniform(random, indices.length * 3, -0.1, 0.1) };
    });
}

/**
 * Joint matrices: any rotation and a translation of up to half a metre; `scale` may stretch or, negative, mirror them.
 *
 * @param jointCount number of joints
 * @param seed of everything random
 * @param scale multiplies the x column
 * @returns [J,12] rows of 3×4 matrices
 */
export function RandomSkinMatrices(jointCount: number, seed = 3, scale = 1): Float32Array {
    const random = SeededRandom(seed);
    const matrices = new Float32Array(jointCount * 12);
    for (let joint = 0; joint < jointCount; joint++) {
        const [x = 0, y = 0, z = 0, w = 0] = Normalize(Uniform(random, 4, -1, 1));
        const [tx = 0, ty = 0, tz = 0] = Uniform(random, 3, -0.5, 0.5);
        matrices.set(
            [
                [scale * (1 - 2 * (y * y + z * z)), 2 * (x * y - w * z), 2 * (x * z + w * y), tx],
                [scale * (2 * (x * y + w * z)), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x), ty],
                [scale * (2 * (x * z - w * y)), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y), tz],
            ].flat(),
            joint * 12,
        );
    }
    return matrices;
}

function Normalize(values: Float32Array): number[] {
    const length = Math.hypot(...values);
    return [...values].map((value) => value / length);
}
