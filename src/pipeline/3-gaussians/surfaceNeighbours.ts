/** Gaussians as points of a surface. */
export interface ISurface {
    /** [N,3] canonical space, metres. */
    readonly positions: Float32Array;
    /** [N,3] unit normals, whichever side they show; 0 for a point that lies on no surface, which has no neighbours. */
    readonly normals: Float32Array;
}

/** Neighbours that are looked for; six lie around a point of an even sheet. */
const NeighbourCount = 8;

/** Points of a cell that holds any, on average: a sheet fills nine of the 27 cells around a point. */
const PointsPerCell = 4;

/** Points of a cell at most, so that files with points in one place cost no more time than others. */
const MaxPointsPerCell = 32;

/** Cosine of the greatest angle between neighbours' normals: beyond it they lie on different folds. */
const LeastCosine = 0.5;

/** Cells on either side of the origin. Points beyond share cells, and find nobody who is near. */
const GridRadius = 2 ** 16;

/** Nearest neighbours on the same fold of a surface, among some of its points. */
export class SurfaceNeighbours {
    private readonly _surface: ISurface;
    private readonly _cellSize: number;
    private readonly _cells: ReadonlyMap<number, readonly number[]>;
    private readonly _found: number[] = [];
    private readonly _distances = new Float64Array(NeighbourCount);

    /**
     * @param surface borrowed
     * @param members indices of the points that count as neighbours
     */
    public constructor(surface: ISurface, members: Uint32Array) {
        this._surface = surface;
        this._cellSize = CellSize(surface.positions, members);
        this._cells = FillCells(surface.positions, members, this._cellSize);
    }

    /**
     * Finds the nearest ones.
     *
     * @param point index of a point
     * @returns indices of others, nearest first; overwritten by the next call
     */
    public of(point: number): readonly number[] {
        const { positions } = this._surface;
        this._found.length = 0;
        for (let neighbour = 0; neighbour < 27; neighbour++) {
            const x = (neighbour % 3) - 1;
            const y = (Math.floor(neighbour / 3) % 3) - 1;
            const z = Math.floor(neighbour / 9) - 1;
            for (const other of this._cells.get(CellKey(positions, point, this._cellSize, x, y, z)) ?? []) {
                this._consider(point, other);
            }
        }
        return this._found;
    }

    /** Keeps the list sorted by distance, and short. */
    private _consider(point: number, other: number): void {
        const { _found: found, _distances: distances } = this;
        const { positions, normals } = this._surface;
        const distance = Distance(positions, point, other);
        const isFarther = found.length === NeighbourCount && distance >= distances[NeighbourCount - 1]!;
        if (!(distance > 0) || isFarther || Math.abs(Dot(normals, point, other)) < LeastCosine) {
            return;
        }
        let place = Math.min(found.length, NeighbourCount - 1);
        while (place > 0 && distances[place - 1]! > distance) {
            found[place] = found[place - 1]!;
            distances[place] = distances[place - 1]!;
            place--;
        }
        found[place] = other;
        distances[place] = distance;
    }
}

/** Finds the size of cells, in metres, by trying. */
function CellSize(positions: Float32Array, members: Uint32Array): number {
    let size = 0.01;
    for (let round = 0; round < 8; round++) {
        const cells = new Set<number>();
        for (const member of members) {
            cells.add(CellKey(positions, member, size, 0, 0, 0));
        }
        // On a sheet the number of points grows with the square of the size.
        size *= Math.sqrt((PointsPerCell * cells.size) / Math.max(1, members.length));
    }
    return size > 0 ? size : 1;
}

function FillCells(positions: Float32Array, members: Uint32Array, size: number): Map<number, number[]> {
    const cells = new Map<number, number[]>();
    for (const member of members) {
        const key = CellKey(positions, member, size, 0, 0, 0);
        const cell = cells.get(key);
        if (!cell) {
            cells.set(key, [member]);
        } else if (cell.length < MaxPointsPerCell) {
            cell.push(member);
        }
    }
    return cells;
}

/** Number of the cell of a point, moved by whole cells. */
function CellKey(positions: Float32Array, point: number, size: number, x: number, y: number, z: number): number {
    const column = Math.floor(positions[point * 3]! / size) + x + GridRadius;
    const row = Math.floor(positions[point * 3 + 1]! / size) + y + GridRadius;
    const layer = Math.floor(positions[point * 3 + 2]! / size) + z + GridRadius;
    return (column * 2 * GridRadius + row) * 2 * GridRadius + layer;
}

function Distance(positions: Float32Array, a: number, b: number): number {
    return Math.sqrt(
        (positions[a * 3]! - positions[b * 3]!) ** 2 +
            (positions[a * 3 + 1]! - positions[b * 3 + 1]!) ** 2 +
            (positions[a * 3 + 2]! - positions[b * 3 + 2]!) ** 2,
    );
}

function Dot(vectors: Float32Array, a: number, b: number): number {
    return (
        vectors[a * 3]! * vectors[b * 3]! +
        vectors[a * 3 + 1]! * vectors[b * 3 + 1]! +
        vectors[a * 3 + 2]! * vectors[b * 3 + 2]!
    );
}
