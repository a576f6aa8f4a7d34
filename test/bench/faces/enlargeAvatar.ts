import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";

/** Metres between a Gaussian and its double: two of them in one place would be no surface. */
const Apart = 5e-4;

/**
 * Repeats Gaussians, with all that moves them, until there are enough.
 *
 * @param asset the avatar
 * @param count how many Gaussians it shall have, at most twice as many
 * @returns another avatar, without networks
 */
export function EnlargeAvatar(asset: IAvatarAsset, count: number): IAvatarAsset {
    const { gaussians } = asset;
    const more = count - gaussians.count;
    const grow = <Rows extends Float32Array | Uint16Array>(rows: Rows): Rows => {
        const width = rows.length / gaussians.count;
        const grown = new (rows.constructor as new (length: number) => Rows)(count * width);
        grown.set(rows);
        grown.set(rows.subarray(0, more * width), rows.length);
        return grown;
    };
    const positions = grow(gaussians.positions);
    for (let index = gaussians.count; index < count; index++) {
        positions[index * 3]! += Apart;
        positions[index * 3 + 1]! += Apart;
    }
    return {
        ...asset,
        mapModels: [],
        gaussians: {
            count,
            positions,
            rotations: grow(gaussians.rotations),
            scales: grow(gaussians.scales),
            opacities: grow(gaussians.opacities),
            colors: grow(gaussians.colors),
            jointIndices: grow(gaussians.jointIndices),
            jointWeights: grow(gaussians.jointWeights),
        },
        morphTargets: asset.morphTargets.map(({ indices, deltas, ...target }) => {
            const rows = [...indices.keys()].filter((row) => indices[row]! < more);
            return {
                ...target,
                indices: Uint32Array.from([...indices, ...rows.map((row) => indices[row]! + gaussians.count)]),
                deltas: Float32Array.from([
                    ...deltas,
                    ...rows.flatMap((row) => [...deltas.subarray(row * 3, row * 3 + 3)]),
                ]),
            };
        }),
    };
}
