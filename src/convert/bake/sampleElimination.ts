import { PointGrid } from "./pointGrid.js";

/** Points on a surface, more than are wanted. */
export interface IEliminationInput {
    /** [N,3] positions, metres. */
    readonly positions: Float32Array;
    /** [N,3] unit normals. */
    readonly normals: Float32Array;
    /** [N] radius of the disc each point should own, metres. */
    readonly radii: Float32Array;
    /** [N] piece of surface; points of different pieces never compete, so that layers stay closed. */
    readonly pieces: Uint32Array;
}

/** Steepness of the weight of a neighbour over distance; 8 is the published choice. */
const WeightExponent = 8;
/** Points whose normals differ by more than 60° lie on different sheets of a thin part. */
const SameSheetCosine = 0.5;

/**
 * Weighted sample elimination (Yuksel 2015): removes the most crowded point again and again until `target` are left.
 * The rest is blue noise: evenly spaced without a lattice, which is what closes a surface with the fewest splats.
 *
 * @returns indices of the points that stay, ascending
 */
export function EliminateSamples(input: IEliminationInput, target: number): Uint32Array {
    const count = input.radii.length;
    if (target >= count) {
        return Uint32Array.from({ length: count }, (_, i) => i);
    }
    const { starts, neighbours, weights } = FindNeighbours(input);
    const crowding = new Float64Array(count);
    for (let i = 0; i < count; i++) {
        for (let k = starts[i]!; k < starts[i + 1]!; k++) {
            crowding[i]! += weights[k]!;
        }
    }
    const heap = new CrowdingHeap(crowding);
    for (let removed = 0; removed < count - target; removed++) {
        const worst = heap.pop();
        for (let k = starts[worst]!; k < starts[worst + 1]!; k++) {
            heap.lower(neighbours[k]!, weights[k]!);
        }
    }
    return heap.rest();
}

function FindNeighbours(input: IEliminationInput): {
    starts: Uint32Array;
    neighbours: Uint32Array;
    weights: Float32Array;
} {
    const { positions, normals, radii, pieces } = input;
    const count = radii.length;
    const largest = radii.reduce((a, b) => Math.max(a, b), 0);
    const grid = new PointGrid(positions, 2 * largest);
    const starts = new Uint32Array(count + 1);
    let neighbours = new Uint32Array(count * 16);
    let weights = new Float32Array(count * 16);
    let used = 0;
    for (let i = 0; i < count; i++) {
        const at = i * 3;
        // The smaller reach of the two keeps the relation symmetric where the density changes.
        grid.forEachNear(positions[at]!, positions[at + 1]!, positions[at + 2]!, 2 * radii[i]!, (j, squared) => {
            const reach = 2 * Math.min(radii[i]!, radii[j]!);
            const to = j * 3;
            const dot =
                normals[at]! * normals[to]! + normals[at + 1]! * normals[to + 1]! + normals[at + 2]! * normals[to + 2]!;
            if (j === i || pieces[j] !== pieces[i] || dot < SameSheetCosine || squared >= reach * reach) {
                return;
            }
            if (used === neighbours.length) {
                neighbours = Enlarge(neighbours, Uint32Array);
                weights = Enlarge(weights, Float32Array);
            }
            neighbours[used] = j;
            weights[used++] = (1 - Math.sqrt(squared) / reach) ** WeightExponent;
        });
        starts[i + 1] = used;
    }
    return { starts, neighbours, weights };
}

function Enlarge<T extends Uint32Array | Float32Array>(from: T, type: new (length: number) => T): T {
    const larger = new type(from.length * 2);
    larger.set(from);
    return larger;
}

/** Indexed binary heap, most crowded point first; ties go to the lower index, so that results repeat. */
class CrowdingHeap {
    private readonly _crowding: Float64Array;
    private readonly _heap: Uint32Array;
    private readonly _place: Int32Array;
    private _size: number;

    public constructor(crowding: Float64Array) {
        this._crowding = crowding;
        this._size = crowding.length;
        this._heap = Uint32Array.from({ length: this._size }, (_, i) => i);
        this._place = Int32Array.from({ length: this._size }, (_, i) => i);
        for (let at = (this._size >> 1) - 1; at >= 0; at--) {
            this._sink(at);
        }
    }

    public pop(): number {
        const top = this._heap[0]!;
        this._place[top] = -1;
        this._size--;
        if (this._size > 0) {
            this._put(0, this._heap[this._size]!);
            this._sink(0);
        }
        return top;
    }

    public lower(point: number, amount: number): void {
        this._crowding[point]! -= amount;
        const at = this._place[point]!;
        if (at >= 0) {
            this._sink(at);
        }
    }

    public rest(): Uint32Array {
        return this._heap.slice(0, this._size).sort();
    }

    private _put(at: number, point: number): void {
        this._heap[at] = point;
        this._place[point] = at;
    }

    private _before(a: number, b: number): boolean {
        const difference = this._crowding[a]! - this._crowding[b]!;
        return difference > 0 || (difference === 0 && a < b);
    }

    private _sink(start: number): void {
        const point = this._heap[start]!;
        let at = start;
        for (;;) {
            let child = 2 * at + 1;
            if (child >= this._size) {
                break;
            }
            if (child + 1 < this._size && this._before(this._heap[child + 1]!, this._heap[child]!)) {
                child++;
            }
            if (!this._before(this._heap[child]!, point)) {
                break;
            }
            this._put(at, this._heap[child]!);
            at = child;
        }
        this._put(at, point);
    }
}
