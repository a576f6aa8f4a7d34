import { type ISurface, SurfaceNeighbours } from "./surfaceNeighbours.js";

/** Offsets of expression channels, grouped by Gaussian. */
export interface IMorphRows {
    /** [N+1] first row of every Gaussian, and the end. */
    readonly offsets: Uint32Array;
    /** [E] channel of a row; ascending for a Gaussian. */
    readonly channels: Uint32Array;
    /** [E,3] offset at weight 1, metres. */
    readonly deltas: Float32Array;
}

/** Numbers of one gradient: a 3×3 matrix, row by row. */
export const GradientLength = 9;

/**
 * Greatest stretch |δᵢ − δⱼ| / |pᵢ − pⱼ| at which two Gaussians still hang together. Lips that part, or a lid before its eye, move
 * by far more than lies between them; skin does not. On a face whose triangles are known, 1 to 2.5 fit equally well, 0.7 and
 * 100 worse.
 */
const MaxStretch = 1.5;

/** Numbers of a row of sums: two vectors and a square. */
const ProductLength = 7;

/** Neighbours without which a gradient means nothing. */
const MinNeighbours = 3;

/** Least determinant of the neighbours' spread, of 1 for a round one: neighbours in a row say nothing of the other direction. */
const MinSpread = 0.04;

/**
 * How every channel turns and stretches the surface around each Gaussian that it moves: the gradient G of its offset, by which a
 * short vector v on the surface becomes (1 + G) v at weight 1. Along the surface it fits the offsets of neighbours,
 *
 *     min Σⱼ |δⱼ − δᵢ − G (pⱼ − pᵢ)|² / |pⱼ − pᵢ|²,
 *
 * and the normal n stays upright on the surface as in a small turn: G n = −(Gᵀ n). It counts by the share of the differences that
 * it explains: where neighbours move each its own way, there is no surface to follow. Neighbours that some channel tears away,
 * and Gaussians that no channel moves, are left out.
 *
 * @param rows the offsets
 * @param surface the Gaussians at rest
 * @returns [E,9]; 0 where too few neighbours hang together: the Gaussian then moves as it is
 */
export function MeasureMorphGradients(rows: IMorphRows, surface: ISurface): Float32Array {
    const gradients = new Float32Array(rows.channels.length * GradientLength);
    const moved = MovedGaussians(rows);
    const neighbours = new SurfaceNeighbours(surface, moved);
    const fit = new TangentFit(rows, surface);
    for (const gaussian of moved) {
        fit.begin(gaussian);
        for (const other of neighbours.of(gaussian)) {
            fit.add(other);
        }
        fit.write(gradients);
    }
    return gradients;
}

function MovedGaussians({ offsets }: IMorphRows): Uint32Array {
    const moved: number[] = [];
    for (let gaussian = 0; gaussian + 1 < offsets.length; gaussian++) {
        if (offsets[gaussian + 1]! > offsets[gaussian]!) {
            moved.push(gaussian);
        }
    }
    return Uint32Array.from(moved);
}

/** Least squares in the tangent plane of one Gaussian after the other, for all of its channels at once. */
class TangentFit {
    private readonly _rows: IMorphRows;
    private readonly _surface: ISurface;
    private _gaussian = 0;
    private _neighbours = 0;
    /** Tangents and normal, one after the other. */
    private readonly _frame = new Float64Array(9);
    /** Σ of step · step along the tangents: uu, uv, vv, of steps of length 1. */
    private readonly _moments = new Float64Array(3);
    /** [rows,7] Σ of step · difference of offsets, along either tangent, and of the squared difference. */
    private _products = new Float64Array(0);

    public constructor(rows: IMorphRows, surface: ISurface) {
        this._rows = rows;
        this._surface = surface;
    }

    /** Goes on with another Gaussian. */
    public begin(gaussian: number): void {
        const { offsets } = this._rows;
        this._gaussian = gaussian;
        this._neighbours = 0;
        this._moments.fill(0);
        const length = (offsets[gaussian + 1]! - offsets[gaussian]!) * ProductLength;
        if (this._products.length < length) {
            this._products = new Float64Array(length);
        }
        this._products.fill(0, 0, length);
        WriteFrame(this._surface.normals, gaussian, this._frame);
    }

    /** Takes a neighbour in, unless a channel tears it away. */
    public add(other: number): void {
        const { _rows: rows, _gaussian: gaussian, _frame: frame, _moments: moments, _products: products } = this;
        const { positions } = this._surface;
        const x = positions[other * 3]! - positions[gaussian * 3]!;
        const y = positions[other * 3 + 1]! - positions[gaussian * 3 + 1]!;
        const z = positions[other * 3 + 2]! - positions[gaussian * 3 + 2]!;
        const squared = x * x + y * y + z * z;
        if (GreatestDifference(rows, gaussian, other) > MaxStretch ** 2 * squared) {
            return;
        }
        const u = (x * frame[0]! + y * frame[1]! + z * frame[2]!) / squared;
        const v = (x * frame[3]! + y * frame[4]! + z * frame[5]!) / squared;
        moments[0]! += u * u * squared;
        moments[1]! += u * v * squared;
        moments[2]! += v * v * squared;
        this._neighbours++;
        const { offsets, channels, deltas } = rows;
        let row = offsets[other]!;
        for (let own = offsets[gaussian]!, at = 0; own < offsets[gaussian + 1]!; own++, at += ProductLength) {
            while (row < offsets[other + 1]! && channels[row]! < channels[own]!) {
                row++;
            }
            const isMoved = row < offsets[other + 1]! && channels[row] === channels[own];
            for (let axis = 0; axis < 3; axis++) {
                const difference = (isMoved ? deltas[row * 3 + axis]! : 0) - deltas[own * 3 + axis]!;
                products[at + axis]! += u * difference;
                products[at + 3 + axis]! += v * difference;
                products[at + 6]! += (difference * difference) / squared;
            }
        }
    }

    /** Writes the gradients of all channels, if enough is known. */
    public write(gradients: Float32Array): void {
        const { _frame: frame, _moments: moments, _products: products } = this;
        const { offsets } = this._rows;
        const [uu, uv, vv] = [moments[0]!, moments[1]!, moments[2]!];
        const determinant = uu * vv - uv * uv;
        if (this._neighbours < MinNeighbours || !(determinant >= MinSpread * ((uu + vv) / 2) ** 2)) {
            return;
        }
        const first = offsets[this._gaussian]!;
        for (let row = first, at = 0; row < offsets[this._gaussian + 1]!; row++, at += ProductLength) {
            let [tiltU, tiltV, explained] = [0, 0, 0];
            for (let axis = 0; axis < 3; axis++) {
                const [alongU, alongV] = [products[at + axis]!, products[at + 3 + axis]!];
                products[at + axis] = (vv * alongU - uv * alongV) / determinant;
                products[at + 3 + axis] = (uu * alongV - uv * alongU) / determinant;
                explained += alongU * products[at + axis]! + alongV * products[at + 3 + axis]!;
                tiltU += products[at + axis]! * frame[6 + axis]!;
                tiltV += products[at + 3 + axis]! * frame[6 + axis]!;
            }
            const share = explained / Math.max(products[at + 6]!, Number.MIN_VALUE);
            for (let axis = 0; axis < 3; axis++) {
                const [alongU, alongV] = [products[at + axis]!, products[at + 3 + axis]!];
                const alongNormal = -(tiltU * frame[axis]! + tiltV * frame[3 + axis]!);
                const out = row * GradientLength + axis * 3;
                for (let column = 0; column < 3; column++) {
                    const value =
                        alongU * frame[column]! + alongV * frame[3 + column]! + alongNormal * frame[6 + column]!;
                    gradients[out + column] = share * value;
                }
            }
        }
    }
}

/** Square of the greatest distance by which a channel moves two Gaussians apart or together, in metres. */
function GreatestDifference({ offsets, channels, deltas }: IMorphRows, one: number, other: number): number {
    let [a, b, greatest] = [offsets[one]!, offsets[other]!, 0];
    const [endA, endB] = [offsets[one + 1]!, offsets[other + 1]!];
    while (a < endA || b < endB) {
        const channelA = a < endA ? channels[a]! : Infinity;
        const channelB = b < endB ? channels[b]! : Infinity;
        let squared = 0;
        for (let axis = 0; axis < 3; axis++) {
            const offsetA = channelA <= channelB ? deltas[a * 3 + axis]! : 0;
            const offsetB = channelB <= channelA ? deltas[b * 3 + axis]! : 0;
            squared += (offsetA - offsetB) ** 2;
        }
        greatest = Math.max(greatest, squared);
        a += Number(channelA <= channelB);
        b += Number(channelB <= channelA);
    }
    return greatest;
}

/** Two tangents, then the normal: T. Duff et al., "Building an Orthonormal Basis, Revisited", 2017. */
function WriteFrame(normals: Float32Array, point: number, frame: Float64Array): void {
    const [x, y, z] = [normals[point * 3]!, normals[point * 3 + 1]!, normals[point * 3 + 2]!];
    const sign = z >= 0 ? 1 : -1;
    const a = -1 / (sign + z);
    const b = x * y * a;
    frame[0] = 1 + sign * x * x * a;
    frame[1] = sign * b;
    frame[2] = -sign * x;
    frame[3] = b;
    frame[4] = sign + y * y * a;
    frame[5] = -y;
    frame[6] = x;
    frame[7] = y;
    frame[8] = z;
}
