import { type IHeadModel } from "../../format/headModel.js";
import { EncodedSize, EncodePosition } from "../../math/positionalEncoding.js";
import { DeformationSlopes } from "./deformationSlopes.js";
import { type ChannelMoves, KeepFarthest, MovedRows } from "./movedRows.js";

/** How {@link BakeHeadChannelsAsync} works. */
export interface IBakeHeadChannelsOptions {
    /** [K] least and greatest of each number of the code. */
    readonly ranges: readonly (readonly [least: number, greatest: number])[];
    /** [K] each: expressions that shall be met besides the neutral one (default: none). */
    readonly faces?: readonly ArrayLike<number>[];
    /** Points that a channel moves less than that over all of its range are left out, metres (default: 0.1 mm). */
    readonly leastMove?: number;
    /** Most rows of all channels; those that move least go first (default: 2,000,000, 20 MB in a file and 64 MB on a device). */
    readonly mostRows?: number;
    /** Told the share that is done, 0..1; may stop the work by throwing. */
    readonly onSliceAsync?: (share: number) => Promise<void>;
}

/** What the channels of a head move where no network is run. */
export interface IBakedChannels {
    /** [K] points that move, and metres for each unit of the channel, canonical space. */
    readonly channels: readonly ChannelMoves[];
    /** How far points that were left out move over the range of a channel at most, metres. */
    readonly leastMove: number;
}

/** Points of a batch: a few hundred kilobytes of numbers between layers. */
const Batch = 64;

/** Metres over the range of a channel that nobody misses. */
export const UsualLeastMove = 1e-4;

const UsualMostRows = 2_000_000;

/**
 * What each number of a head's expression code moves, in proportion to it, for readers that run no networks: the mean of the
 * slopes of the places of points at the neutral face and at some others, and of a point no more of that than comes nearest to
 * where these faces have it. Slopes of the neutral face alone, and differences along one number at a time, go much too far where
 * networks bend. Colours, sizes and turns stay as they are. Only points that expressions move are looked at; a face takes about
 * a minute for a large head.
 *
 * @param model the head
 * @param options ranges, and which faces shall be met
 */
export async function BakeHeadChannelsAsync(
    model: IHeadModel,
    options: IBakeHeadChannelsOptions,
): Promise<IBakedChannels> {
    const { ranges, faces = [], leastMove = UsualLeastMove, mostRows = UsualMostRows, onSliceAsync } = options;
    const spans = ranges.map(([least, greatest]) => greatest - least);
    const rows = spans.map(() => new MovedRows());
    const slopes = new MeanSlopes(model, faces);
    // Points whose ways expressions have no share in stand last.
    const still = model.shares.findIndex((share) => !(share > 0));
    const count = still < 0 ? model.shares.length : still;
    for (let first = 0; first < count; first += Batch) {
        // eslint-disable-next-line no-await-in-loop
        await onSliceAsync?.(first / count);
        const last = Math.min(first + Batch, count);
        slopes.run(first, last);
        for (let point = first; point < last; point++) {
            for (let channel = 0; channel < model.codeSize; channel++) {
                const [x, y, z] = [0, 1, 2].map((axis) => slopes.slope((point - first) * 3 + axis, channel));
                if (Math.hypot(x!, y!, z!) * spans[channel]! >= leastMove) {
                    rows[channel]!.add(point, x!, y!, z!);
                }
            }
        }
    }
    return KeepFarthest(
        rows.map(({ moves }) => moves),
        spans,
        leastMove,
        mostRows,
    );
}

/** Slopes of a batch of points over several faces. */
class MeanSlopes {
    private readonly _model: IHeadModel;
    private readonly _faces: readonly ArrayLike<number>[];
    private readonly _slopes: DeformationSlopes;
    private readonly _place: Float64Array;
    /** [3B,K] */
    private readonly _mean: Float64Array;
    /** [F,3B] ways of the neutral face, then of the others. */
    private readonly _ways: readonly Float64Array[];

    public constructor(model: IHeadModel, faces: readonly ArrayLike<number>[]) {
        this._model = model;
        this._faces = [new Float64Array(model.codeSize), ...faces];
        this._slopes = new DeformationSlopes(model.expression.deformation, model.codeSize, Batch);
        this._place = new Float64Array(EncodedSize(3, model.octaves));
        this._mean = new Float64Array(this._slopes.slopes.length);
        this._ways = this._faces.map(() => new Float64Array(3 * Batch));
    }

    /** Metres of a row (three a point: x, y, z) for each unit of a channel. */
    public slope(row: number, channel: number): number {
        return this._mean[row * this._slopes.slopeStride + channel]!;
    }

    /** Looks at the points from `first` up to `last`. */
    public run(first: number, last: number): void {
        const { _model: model, _slopes: slopes, _place: place, _mean: mean, _faces: faces } = this;
        for (let point = first; point < last; point++) {
            EncodePosition(model.positions, point * 3, 3, model.octaves, place, 0);
            slopes.places.set(place, (point - first) * slopes.placeStride);
        }
        mean.fill(0);
        faces.forEach((code, face) => {
            slopes.setCode(code);
            slopes.run();
            this._ways[face]!.set(slopes.ways);
            for (let i = 0; i < mean.length; i++) {
                mean[i]! += slopes.slopes[i]! / faces.length;
            }
        });
        const metres = model.unit * model.gains.position;
        for (let point = first; point < last; point++) {
            const size = 3 * slopes.slopeStride;
            const at = (point - first) * size;
            const factor = metres * model.shares[point]! * this._shareOf(point - first);
            for (let i = at; i < at + size; i++) {
                mean[i]! *= factor;
            }
        }
    }

    /** How much of its slopes takes a point nearest to where the faces have it, by least squares, 0..1. */
    private _shareOf(point: number): number {
        let [along, whole] = [0, 0];
        this._faces.forEach((code, face) => {
            for (let row = 3 * point; row < 3 * point + 3; row++) {
                let guess = 0;
                for (let channel = 0; channel < code.length; channel++) {
                    guess += this.slope(row, channel) * code[channel]!;
                }
                along += guess * (this._ways[face]![row]! - this._ways[0]![row]!);
                whole += guess * guess;
            }
        });
        return whole > 0 ? Math.min(1, Math.max(0, along / whole)) : 1;
    }
}
