import { EliminateSamples } from "../../../src/convert/bake/sampleElimination.js";
import { type IAvatarAsset, type IGaussianCloud } from "../../../src/format/avatarAsset.js";
import { type IAtlasPoints } from "./atlasLayout.js";
import { GaussianNormal } from "./canonicalMaps.js";

/** Standard deviation along the surface per spacing of the demo person's Gaussians. */
const SigmaPerSpacing = 0.6;

/**
 * Leaves a share of a baked avatar's Gaussians, evenly spread and larger, and puts them into another order.
 *
 * @param asset the avatar
 * @param count how many Gaussians to leave
 * @param arrange gives the order of those that are left, as indices into them
 * @returns the avatar with its expression channels
 */
export function ThinOut(
    asset: IAvatarAsset,
    count: number,
    arrange: (points: IAtlasPoints) => Uint32Array,
): IAvatarAsset {
    const { gaussians, joints, morphTargets } = asset;
    const growth = Math.sqrt(gaussians.count / count);
    const normals = new Float32Array(gaussians.count * 3);
    for (let i = 0; i < gaussians.count; i++) {
        normals.set(GaussianNormal(gaussians.rotations, i), i * 3);
    }
    const radii = new Float32Array(gaussians.count).map(
        (_, i) => (growth * Math.sqrt(gaussians.scales[i * 3]! * gaussians.scales[i * 3 + 1]!)) / SigmaPerSpacing,
    );
    const pieces = new Uint32Array(gaussians.count);
    const kept = EliminateSamples({ positions: gaussians.positions, normals, radii, pieces }, count);
    const order = arrange({
        positions: PickRows(gaussians.positions, kept, 3),
        normals: PickRows(normals, kept, 3),
        // The strongest of the four comes first.
        jointOf: (index) => joints[gaussians.jointIndices[kept[index]! * 4]!]!.smplx,
    }).map((at) => kept[at]!);
    const places = new Map([...order].map((from, to) => [from, to]));
    return {
        ...asset,
        gaussians: PickGaussians(gaussians, order, growth),
        morphTargets: morphTargets.map(({ name, indices, deltas }) => {
            const rows = [...indices]
                .map((index, row) => ({ row, to: places.get(index) }))
                .filter((entry): entry is { row: number; to: number } => entry.to !== undefined)
                .sort((a, b) => a.to - b.to);
            return {
                name,
                indices: Uint32Array.from(rows, ({ to }) => to),
                deltas: PickRows(
                    deltas,
                    Uint32Array.from(rows, ({ row }) => row),
                    3,
                ),
            };
        }),
    };
}

/** The Gaussians of some rows, larger along the surface: what is left must cover it. */
function PickGaussians(gaussians: IGaussianCloud, rows: Uint32Array, growth: number): IGaussianCloud {
    return {
        count: rows.length,
        positions: PickRows(gaussians.positions, rows, 3),
        rotations: PickRows(gaussians.rotations, rows, 4),
        scales: PickRows(gaussians.scales, rows, 3).map((scale, at) => (at % 3 === 2 ? scale : scale * growth)),
        opacities: PickRows(gaussians.opacities, rows, 1),
        colors: PickRows(gaussians.colors, rows, 3),
        jointIndices: PickRows(gaussians.jointIndices, rows, 4),
        jointWeights: PickRows(gaussians.jointWeights, rows, 4),
    };
}

/**
 * Rows of an array.
 *
 * @param values the array
 * @param rows which
 * @param width numbers a row
 */
export function PickRows<Values extends Float32Array | Uint16Array>(
    values: Values,
    rows: Uint32Array,
    width: number,
): Values {
    const picked = values.slice(0, rows.length * width) as Values;
    rows.forEach((row, to) => {
        picked.set(values.subarray(row * width, (row + 1) * width), to * width);
    });
    return picked;
}
