import { type IMorphTarget } from "../../format/morphTarget.js";

/** What a channel moves where no network is run. */
export type ChannelMoves = Pick<IMorphTarget, "indices" | "deltas">;

/** Bins of a factor of two when rows are counted by how far they move. */
const BinsPerDouble = 8;
const Bins = 256;

/** Rows of a channel, of which nobody knows how many there will be. */
export class MovedRows {
    private _indices = new Uint32Array(256);
    private _deltas = new Float32Array(3 * 256);
    private _count = 0;

    /**
     * Appends a row.
     *
     * @param point higher than those before
     * @param x metres
     * @param y metres
     * @param z metres
     */
    public add(point: number, x: number, y: number, z: number): void {
        if (this._count === this._indices.length) {
            const [indices, deltas] = [this._indices, this._deltas];
            this._indices = new Uint32Array(2 * indices.length);
            this._indices.set(indices);
            this._deltas = new Float32Array(2 * deltas.length);
            this._deltas.set(deltas);
        }
        this._indices[this._count] = point;
        this._deltas[3 * this._count] = x;
        this._deltas[3 * this._count + 1] = y;
        this._deltas[3 * this._count + 2] = z;
        this._count++;
    }

    /** The rows so far. */
    public get moves(): ChannelMoves {
        return { indices: this._indices.slice(0, this._count), deltas: this._deltas.slice(0, 3 * this._count) };
    }
}

/**
 * Keeps the rows that move farthest.
 *
 * @param channels [K] rows, none of which moves less than `leastMove`
 * @param spans [K] units that each channel goes through
 * @param leastMove metres over a span
 * @param mostRows of all channels
 * @returns what is kept, and how far the others move at most, metres over a span
 */
export function KeepFarthest(
    channels: readonly ChannelMoves[],
    spans: readonly number[],
    leastMove: number,
    mostRows: number,
): { readonly channels: readonly ChannelMoves[]; readonly leastMove: number } {
    const counts = new Uint32Array(Bins);
    const binOf = (metres: number): number =>
        Math.min(Bins - 1, Math.max(0, Math.floor(BinsPerDouble * Math.log2(metres / leastMove))));
    channels.forEach(({ deltas }, channel) => {
        for (let at = 0; at < deltas.length; at += 3) {
            counts[binOf(Move(deltas, at, spans[channel]!))]!++;
        }
    });
    let [bin, rows] = [Bins, 0];
    while (bin > 0 && rows + counts[bin - 1]! <= mostRows) {
        rows += counts[--bin]!;
    }
    if (bin === 0) {
        return { channels, leastMove };
    }
    const kept = channels.map(({ indices, deltas }, channel) => {
        const part = new MovedRows();
        indices.forEach((point, row) => {
            const at = 3 * row;
            if (binOf(Move(deltas, at, spans[channel]!)) >= bin) {
                part.add(point, deltas[at]!, deltas[at + 1]!, deltas[at + 2]!);
            }
        });
        return part.moves;
    });
    return { channels: kept, leastMove: leastMove * 2 ** (bin / BinsPerDouble) };
}

function Move(deltas: Float32Array, at: number, span: number): number {
    return Math.hypot(deltas[at]!, deltas[at + 1]!, deltas[at + 2]!) * span;
}
