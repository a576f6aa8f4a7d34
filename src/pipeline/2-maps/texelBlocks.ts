import { type IMapModel } from "../../format/mapModel.js";
import { type LinearRowsBuilder } from "./linearRows.js";
import { type Steps } from "./steps.js";

/** Which texels make which pixel of a smaller map. Pixels without any are left out. */
export interface ITexelBlocks {
    /** [P] pixels, ascending: side·S² + v·S + u, with side 0 the front. */
    readonly pixels: Uint32Array;
    /** [P+1] where the texels of each pixel begin in `texels`, and how many there are in all. */
    readonly firstTexels: Uint32Array;
    /** Rows of the texels of the model, ascending in each pixel. */
    readonly texels: Uint32Array;
}

/**
 * Groups texels by the pixel that they make: a counting sort.
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
): ITexelBlocks {
    const { mapSize, texels } = model;
    const block = mapSize / size;
    const none = 2 * size * size;
    const pixelOf = (texel: number): number => {
        const isBack = texel % (2 * mapSize) >= mapSize;
        const u = texel % mapSize;
        const v = Math.floor(texel / (2 * mapSize));
        const isLeftOut = (isBack && side === "front") || (reduction === "first" && (u % block) + (v % block) > 0);
        return isLeftOut ? none : ((isBack ? size : 0) + Math.floor(v / block)) * size + Math.floor(u / block);
    };
    // Where the texels of each pixel begin, first as numbers of texels, one place further on.
    const starts = new Uint32Array(none + 2);
    for (const texel of texels) {
        starts[pixelOf(texel) + 1]!++;
    }
    const pixels = starts.subarray(1, none + 1).reduce((sum, count) => sum + Number(count > 0), 0);
    const blocks = { pixels: new Uint32Array(pixels), firstTexels: new Uint32Array(pixels + 1) };
    for (let pixel = 0, kept = 0; pixel < none; pixel++) {
        const count = starts[pixel + 1]!;
        starts[pixel + 1] = starts[pixel]! + count;
        if (count > 0) {
            blocks.pixels[kept++] = pixel;
            blocks.firstTexels[kept] = starts[pixel + 1]!;
        }
    }
    const grouped = new Uint32Array(starts[none]!);
    texels.forEach((texel, row) => {
        const pixel = pixelOf(texel);
        if (pixel < none) {
            grouped[starts[pixel]!++] = row;
        }
    });
    return { ...blocks, texels: grouped };
}

/** Pixels of a piece of {@link ForEachBlock}: less than a millisecond of work. */
const PixelsAStep = 64;

/**
 * Goes through pixels, ascending.
 *
 * @param blocks from {@link GroupTexels}
 * @param visit receives a pixel and the rows of its texels
 */
export function* ForEachBlock(blocks: ITexelBlocks, visit: (pixel: number, texels: Uint32Array) => void): Steps<void> {
    const { pixels, firstTexels, texels } = blocks;
    for (let index = 0; index < pixels.length; index++) {
        visit(pixels[index]!, texels.subarray(firstTexels[index], firstTexels[index + 1]));
        if (index % PixelsAStep === 0) {
            yield;
        }
    }
}

/** Adds means of skinned points and directions to rows: one entry a joint, whatever the number of texels. */
export class TexelMeans {
    private readonly _model: IMapModel;
    /** [J,4] what each joint's matrix is multiplied with. */
    private readonly _sums: Float64Array;
    /** [J] 1 for the joints that have a sum. */
    private readonly _isTouched: Uint8Array;

    /** @param model whose texels */
    public constructor(model: IMapModel) {
        this._model = model;
        this._sums = new Float64Array(model.inverseBindMatrices.length / 4);
        this._isTouched = new Uint8Array(model.inverseBindMatrices.length / 16);
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
        texels: Uint32Array,
        vectors: Float32Array,
        w: 0 | 1,
        factor = 1,
    ): void {
        const { count, joints, weights } = this._model.influences;
        const { _sums: sums, _isTouched: isTouched } = this;
        for (const texel of texels) {
            for (let influence = texel * count; influence < (texel + 1) * count; influence++) {
                const share = (weights[influence]! * factor) / texels.length;
                if (share !== 0) {
                    this._add(joints[influence]!, share, vectors, texel * 3, w);
                }
            }
        }
        for (let joint = 0; joint < isTouched.length; joint++) {
            if (isTouched[joint]) {
                const at = joint * 4;
                builder.addEntry(joint, sums[at]!, sums[at + 1]!, sums[at + 2]!, sums[at + 3]!);
                sums.fill(0, at, at + 4);
                isTouched[joint] = 0;
            }
        }
    }

    private _add(joint: number, share: number, vectors: Float32Array, at: number, w: number): void {
        this._isTouched[joint] = 1;
        for (let axis = 0; axis < 3; axis++) {
            this._sums[joint * 4 + axis]! += share * vectors[at + axis]!;
        }
        this._sums[joint * 4 + 3]! += share * w;
    }
}
