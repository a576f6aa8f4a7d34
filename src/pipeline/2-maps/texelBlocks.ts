import { type IMapModel } from "../../format/mapModel.js";
import { type LinearRowsBuilder } from "./linearRows.js";

/** Rows of texels by the pixel that they make, pixels ascending: side·S² + v·S + u, with side 0 the front. */
export type TexelBlocks = readonly (readonly [pixel: number, texels: readonly number[]])[];

/**
 * Which texels make which pixel of a smaller map. Pixels without any are left out.
 *
 * @param model whose texels
 * @param size side of the smaller map, pixels; divides the side of the model's maps
 * @param side which maps
 * @param reduction whether the top left texel of a block makes the pixel alone, or all do
 */
export function GroupTexels(
    model: IMapModel,
    size: number,
    side: "front" | "both",
    reduction: "first" | "mean",
): TexelBlocks {
    const { mapSize, texels } = model;
    const block = mapSize / size;
    const groups = new Map<number, number[]>();
    texels.forEach((texel, row) => {
        const isBack = texel % (2 * mapSize) >= mapSize;
        const u = texel % mapSize;
        const v = Math.floor(texel / (2 * mapSize));
        const isFirst = u % block === 0 && v % block === 0;
        if ((isBack && side === "front") || (reduction === "first" && !isFirst)) {
            return;
        }
        const pixel = ((isBack ? size : 0) + Math.floor(v / block)) * size + Math.floor(u / block);
        const group = groups.get(pixel);
        if (group) {
            group.push(row);
        } else {
            groups.set(pixel, [row]);
        }
    });
    return [...groups].sort(([a], [b]) => a - b);
}

/** Adds means of skinned points and directions to rows: one entry a joint, whatever the number of texels. */
export class TexelMeans {
    private readonly _model: IMapModel;
    /** [J,4] what each joint's matrix is multiplied with. */
    private readonly _sums: Float64Array;

    /** @param model whose texels */
    public constructor(model: IMapModel) {
        this._model = model;
        this._sums = new Float64Array(model.inverseBindMatrices.length / 4);
    }

    /**
     * Adds `factor` times the mean of Σ wⱼ Mⱼ (v, w) over texels to the row that was begun last.
     *
     * @param builder receives the entries
     * @param texels rows of the texels
     * @param vectors [N,3] v
     * @param w 1 for points, 0 for directions
     * @param factor usually 1
     */
    public addSkinned(
        builder: LinearRowsBuilder,
        texels: readonly number[],
        vectors: Float32Array,
        w: 0 | 1,
        factor = 1,
    ): void {
        const { count, joints, weights } = this._model.influences;
        const touched = new Set<number>();
        for (const texel of texels) {
            for (let influence = texel * count; influence < (texel + 1) * count; influence++) {
                const share = (weights[influence]! * factor) / texels.length;
                if (share !== 0) {
                    touched.add(joints[influence]!);
                    this._add(joints[influence]!, share, vectors, texel * 3, w);
                }
            }
        }
        for (const joint of [...touched].sort((a, b) => a - b)) {
            const [x, y, z, last] = this._sums.subarray(joint * 4, joint * 4 + 4);
            builder.addEntry(joint, x!, y!, z!, last!);
            this._sums.fill(0, joint * 4, joint * 4 + 4);
        }
    }

    private _add(joint: number, share: number, vectors: Float32Array, at: number, w: number): void {
        for (let axis = 0; axis < 3; axis++) {
            this._sums[joint * 4 + axis]! += share * vectors[at + axis]!;
        }
        this._sums[joint * 4 + 3]! += share * w;
    }
}
