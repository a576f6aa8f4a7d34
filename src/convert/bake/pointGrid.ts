/** Points in a hash of cubic cells, for neighbour queries. Deterministic: points of a cell keep their order. */
export class PointGrid {
    private readonly _cells = new Map<number, number[]>();
    private readonly _points: Float32Array;
    private readonly _size: number;

    /**
     * @param points [N,3] positions
     * @param size edge of a cell, in the unit of the points; queries look no further than this
     */
    public constructor(points: Float32Array, size: number) {
        this._points = points;
        this._size = size;
        for (let i = 0; i < points.length / 3; i++) {
            const key = this._key(
                this._cell(points[i * 3]!),
                this._cell(points[i * 3 + 1]!),
                this._cell(points[i * 3 + 2]!),
            );
            const cell = this._cells.get(key);
            if (cell) {
                cell.push(i);
            } else {
                this._cells.set(key, [i]);
            }
        }
    }

    /** Calls back for every point within `radius` (at most the cell size) of a place, with its squared distance. */
    public forEachNear(
        x: number,
        y: number,
        z: number,
        radius: number,
        visit: (point: number, squaredDistance: number) => void,
    ): void {
        const limit = radius * radius;
        const from = [this._cell(x - radius), this._cell(y - radius), this._cell(z - radius)] as const;
        const to = [this._cell(x + radius), this._cell(y + radius), this._cell(z + radius)] as const;
        for (let cz = from[2]; cz <= to[2]; cz++) {
            for (let cy = from[1]; cy <= to[1]; cy++) {
                for (let cx = from[0]; cx <= to[0]; cx++) {
                    for (const i of this._cells.get(this._key(cx, cy, cz)) ?? []) {
                        const dx = this._points[i * 3]! - x;
                        const dy = this._points[i * 3 + 1]! - y;
                        const dz = this._points[i * 3 + 2]! - z;
                        const distance = dx * dx + dy * dy + dz * dz;
                        if (distance <= limit) {
                            visit(i, distance);
                        }
                    }
                }
            }
        }
    }

    private _cell(value: number): number {
        return Math.floor(value / this._size);
    }

    private _key(x: number, y: number, z: number): number {
        // 2^17 cells each way keep the key an exact integer below 2^53.
        const offset = 65536;
        return ((z + offset) * 131072 + (y + offset)) * 131072 + (x + offset);
    }
}
