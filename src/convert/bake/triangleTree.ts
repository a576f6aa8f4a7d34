/** Triangles of a leaf; fewer cost memory, more cost time. */
const LeafSize = 4;
/** Deepest tree: splits alternate between space and number, so that 2^24 triangles stay far below. */
const MaxDepth = 96;

/** Told about a hit: its triangle and whether the ray leaves through the triangle's back. Returns true to go no further. */
export type VisitHit = (triangle: number, isBack: boolean) => boolean;

/** Triangles in a tree of boxes, for rays. */
export class TriangleTree {
    private readonly _corners: Float32Array;
    private readonly _order: Uint32Array;
    /** [nodes,6] smallest and largest corner. */
    private readonly _boxes: Float32Array;
    /** [nodes] first triangle of a leaf, right child of others (the left one follows its parent). */
    private readonly _links: Uint32Array;
    /** [nodes] triangles of a leaf, 0 for others. */
    private readonly _counts: Uint32Array;
    private readonly _stack = new Uint32Array(MaxDepth);
    private _nodes = 0;

    /** @param corners [T,9] three corners of each triangle, counter-clockwise from its front */
    public constructor(corners: Float32Array) {
        const count = corners.length / 9;
        this._corners = corners;
        this._order = Uint32Array.from({ length: count }, (_, t) => t);
        this._boxes = new Float32Array(Math.max(1, 2 * count) * 6);
        this._links = new Uint32Array(Math.max(1, 2 * count));
        this._counts = new Uint32Array(Math.max(1, 2 * count));
        if (count > 0) {
            this._build(0, count);
        }
    }

    /**
     * Visits the triangles that a ray crosses, in no particular order.
     *
     * @param from origin; a crossing there does not count
     * @param direction unit direction
     * @param far length of the ray, metres
     * @returns whether a visit ended the search
     */
    public forEachHit(from: Float32Array, direction: Float32Array, far: number, visit: VisitHit): boolean {
        if (this._nodes === 0) {
            return false;
        }
        let depth = 0;
        this._stack[depth++] = 0;
        while (depth > 0) {
            const node = this._stack[--depth]!;
            if (!this._crossesBox(node, from, direction, far)) {
                continue;
            }
            const count = this._counts[node]!;
            const link = this._links[node]!;
            for (let i = link; i < link + count; i++) {
                const side = this._crossTriangle(this._order[i]!, from, direction, far);
                if (side !== 0 && visit(this._order[i]!, side < 0)) {
                    return true;
                }
            }
            if (count === 0) {
                this._stack[depth++] = link;
                this._stack[depth++] = node + 1;
            }
        }
        return false;
    }

    /** Whether a ray crosses one given triangle. */
    public crosses(triangle: number, from: Float32Array, direction: Float32Array, far: number): boolean {
        return this._crossTriangle(triangle, from, direction, far) !== 0;
    }

    private _build(start: number, end: number): void {
        const node = this._nodes++;
        const box = this._boxes.subarray(node * 6, node * 6 + 6).fill(-Infinity);
        box.fill(Infinity, 0, 3);
        const middles = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
        for (let i = start; i < end; i++) {
            for (let axis = 0; axis < 3; axis++) {
                const at = this._order[i]! * 9 + axis;
                const [a, b, c] = [this._corners[at]!, this._corners[at + 3]!, this._corners[at + 6]!];
                box[axis] = Math.min(box[axis]!, a, b, c);
                box[axis + 3] = Math.max(box[axis + 3]!, a, b, c);
                middles[axis] = Math.min(middles[axis]!, a + b + c);
                middles[axis + 3] = Math.max(middles[axis + 3]!, a + b + c);
            }
        }
        if (end - start <= LeafSize) {
            this._links[node] = start;
            this._counts[node] = end - start;
            return;
        }
        const spans = [0, 1, 2].map((axis) => middles[axis + 3]! - middles[axis]!);
        const axis = spans.indexOf(Math.max(...spans));
        const split = this._partition(start, end, axis, (middles[axis]! + middles[axis + 3]!) / 2);
        this._build(start, split);
        this._links[node] = this._nodes;
        this._build(split, end);
    }

    /** Brings triangles below the plane to the front; halves the list where that would part nothing. */
    private _partition(start: number, end: number, axis: number, plane: number): number {
        let split = start;
        for (let i = start; i < end; i++) {
            const t = this._order[i]!;
            const at = t * 9 + axis;
            if (this._corners[at]! + this._corners[at + 3]! + this._corners[at + 6]! < plane) {
                this._order[i] = this._order[split]!;
                this._order[split++] = t;
            }
        }
        // A sliver on one side would make the tree as deep as the list is long.
        const few = (end - start) >> 5;
        return split - start <= few || end - split <= few ? (start + end) >> 1 : split;
    }

    private _crossesBox(node: number, from: Float32Array, direction: Float32Array, far: number): boolean {
        let [near, last] = [0, far];
        for (let axis = 0; axis < 3; axis++) {
            const inverse = 1 / direction[axis]!;
            const a = (this._boxes[node * 6 + axis]! - from[axis]!) * inverse;
            const b = (this._boxes[node * 6 + axis + 3]! - from[axis]!) * inverse;
            // Written so that 0 · ∞ = NaN, a ray inside a box's face, counts as crossing.
            near = (a < b ? a : b) > near ? (a < b ? a : b) : near;
            last = (a > b ? a : b) < last ? (a > b ? a : b) : last;
        }
        return near <= last;
    }

    /** Möller–Trumbore: 1 for a hit on the front, -1 on the back, 0 for none. */
    private _crossTriangle(t: number, from: Float32Array, direction: Float32Array, far: number): number {
        const c = this._corners;
        const at = t * 9;
        const [ax, ay, az] = [c[at]!, c[at + 1]!, c[at + 2]!];
        const [ux, uy, uz] = [c[at + 3]! - ax, c[at + 4]! - ay, c[at + 5]! - az];
        const [vx, vy, vz] = [c[at + 6]! - ax, c[at + 7]! - ay, c[at + 8]! - az];
        const [dx, dy, dz] = [direction[0]!, direction[1]!, direction[2]!];
        const [px, py, pz] = [dy * vz - dz * vy, dz * vx - dx * vz, dx * vy - dy * vx];
        const determinant = ux * px + uy * py + uz * pz;
        if (determinant === 0) {
            return 0;
        }
        const [sx, sy, sz] = [from[0]! - ax, from[1]! - ay, from[2]! - az];
        const u = (sx * px + sy * py + sz * pz) / determinant;
        const [qx, qy, qz] = [sy * uz - sz * uy, sz * ux - sx * uz, sx * uy - sy * ux];
        const v = (dx * qx + dy * qy + dz * qz) / determinant;
        const distance = (vx * qx + vy * qy + vz * qz) / determinant;
        const isHit = u >= 0 && v >= 0 && u + v <= 1 && distance > 0 && distance < far;
        return isHit ? Math.sign(determinant) : 0;
    }
}
