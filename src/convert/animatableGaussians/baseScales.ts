/** Nearest neighbours that the published method looks at. */
const Neighbours = 3;

/** Floor of the mean squared distance, m². */
const LeastMean = 1e-7;

/** Cells this far away are looked at ring by ring; points that are farther apart are looked for in cells as many times larger. */
const MaxRings = 8;

/**
 * Base scales of the Gaussians: half the logarithm of the mean squared distance to the three nearest other points.
 *
 * @param points [N,3] metres
 * @param spacing distance of most neighbours, metres: it decides how fast the search is, and nothing else
 * @returns [N,3] natural logarithms of metres, the same for the three axes
 */
export function BaseScales(points: Float32Array, spacing: number): Float32Array {
    const grid = new NeighbourGrid(points, 1.5 * spacing);
    const scales = new Float32Array(points.length);
    for (let point = 0; point * 3 < points.length; point++) {
        const scale = 0.5 * Math.log(Math.max(grid.meanSquaredDistance(point), LeastMean));
        scales.fill(scale, point * 3, point * 3 + 3);
    }
    return scales;
}

/** Points sorted into cubic cells. */
class NeighbourGrid {
    private readonly _points: Float32Array;
    private readonly _size: number;
    private readonly _low: readonly [number, number, number];
    private readonly _cells = new Map<number, number[]>();
    private readonly _nearest = new Float64Array(Neighbours);
    private readonly _extent: number;
    /** The same points in larger cells; null as long as nobody needed them. */
    private _coarser: NeighbourGrid | null = null;

    public constructor(points: Float32Array, size: number) {
        this._points = points;
        this._size = size;
        const low: [number, number, number] = [Infinity, Infinity, Infinity];
        const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
        points.forEach((value, i) => {
            low[i % 3] = Math.min(low[i % 3]!, value);
            high[i % 3] = Math.max(high[i % 3]!, value);
        });
        this._low = low;
        this._extent = Math.max(...high.map((value, axis) => value - low[axis]!));
        for (let point = 0; point * 3 < points.length; point++) {
            const key = CellKey(this._cell(point, 0), this._cell(point, 1), this._cell(point, 2));
            const cell = this._cells.get(key);
            if (cell) {
                cell.push(point);
            } else {
                this._cells.set(key, [point]);
            }
        }
    }

    public meanSquaredDistance(point: number): number {
        this._nearest.fill(Infinity);
        const [x, y, z] = [this._cell(point, 0), this._cell(point, 1), this._cell(point, 2)];
        let ring = 0;
        for (; ring <= MaxRings && !this._isSettled(ring); ring++) {
            this._visitRing(point, x, y, z, ring);
        }
        if (!this._isSettled(ring) && this._size < this._extent) {
            this._coarser ??= new NeighbourGrid(this._points, this._size * MaxRings);
            return this._coarser.meanSquaredDistance(point);
        }
        const found = this._nearest.filter(Number.isFinite);
        return found.length === 0 ? 0 : found.reduce((sum, value) => sum + value, 0) / found.length;
    }

    /** Whether all points that could be nearer lie in rings that were looked at. */
    private _isSettled(rings: number): boolean {
        return this._nearest[Neighbours - 1]! <= (Math.max(0, rings - 1) * this._size) ** 2;
    }

    private _visitRing(point: number, x: number, y: number, z: number, ring: number): void {
        for (let dz = -ring; dz <= ring; dz++) {
            for (let dy = -ring; dy <= ring; dy++) {
                const isFace = Math.abs(dz) === ring || Math.abs(dy) === ring;
                for (let dx = -ring; dx <= ring; dx += isFace || ring === 0 ? 1 : 2 * ring) {
                    for (const other of this._cells.get(CellKey(x + dx, y + dy, z + dz)) ?? []) {
                        this._offer(point, other);
                    }
                }
            }
        }
    }

    private _offer(point: number, other: number): void {
        if (other === point) {
            return;
        }
        let distance = 0;
        for (let axis = 0; axis < 3; axis++) {
            distance += (this._points[other * 3 + axis]! - this._points[point * 3 + axis]!) ** 2;
        }
        const nearest = this._nearest;
        for (let at = Neighbours - 1; at >= 0 && distance < nearest[at]!; at--) {
            if (at + 1 < Neighbours) {
                nearest[at + 1] = nearest[at]!;
            }
            nearest[at] = distance;
        }
    }

    private _cell(point: number, axis: 0 | 1 | 2): number {
        return Math.floor((this._points[point * 3 + axis]! - this._low[axis]) / this._size);
    }
}

function CellKey(x: number, y: number, z: number): number {
    // Ten cells beyond the border on each side; 2¹⁷ cells each way keep the key exact.
    return ((z + 16) * 131_072 + y + 16) * 131_072 + x + 16;
}
